/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry's writers: place and remove windows of one process, all or
 * nothing. Process context, no lock held.
 *
 * @mm is the caller's own or pinned by the caller (mmget), so it does not go away
 * meanwhile. An outsider is a caller whose own mm is another. The errnos are those
 * of the uapi header.
 */
#ifndef SFREG_REGISTRY_H
#define SFREG_REGISTRY_H

#include <linux/types.h>

#include "snapshot.h"

struct mm_struct;

/*
 * What is to be placed; the caller holds the sections' references. With @is_right, which
 * is asked under mmap_lock whether the text is still what it was taken for (else EFAULT), the
 * window is an outsider's, whoever calls.
 */
struct sfreg_placement {
	u64 start, len, base;
	struct sfreg_compiled *section;
	bool replace;
	bool (*is_right)(const struct sfreg_placement *place, struct mm_struct *mm);
};

/* @failed: the index of the offender, else @n. */
int sfreg_registry_place(struct mm_struct *mm, const struct sfreg_placement *place,
			 u32 n, u32 *failed);
int sfreg_registry_remove(struct mm_struct *mm, const u64 *keys, u32 n, u32 *failed);

/*
 * The current windows, without those whose text is gone: a root to be put, NULL
 * if there are none.
 */
struct sfreg_root *sfreg_registry_windows(struct mm_struct *mm);

#endif /* SFREG_REGISTRY_H */
