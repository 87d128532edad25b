/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that came after a snapshot was made, in the order in which they came: to add one takes
 * no memory and no copy, and can be done where a mapping is made, with locks held. The next
 * change of the snapshot takes them in.
 *
 * Readers go by RCU, in any context; whoever adds or marks holds the space's view_lock. An
 * entry never changes once it is there, nor goes; a mark is only set.
 */
#ifndef SFREG_FRESH_H
#define SFREG_FRESH_H

#include <linux/types.h>

#include "snapshot.h"

/* A program with its linker and libraries mostly has fewer; and all is 1 KiB. */
#define SFREG_FRESH_MAX		16

struct sfreg_fresh {
	u32 n;
	u64 bytes;			/* of the tables that they name */
	unsigned long dead;		/* a bit for each whose text was unmapped */
	struct sfreg_win win[SFREG_FRESH_MAX];
};

struct sfreg_fresh *sfreg_fresh_alloc(gfp_t gfp);
/* Puts the sections. Not in NMI. NULL is fine. */
void sfreg_fresh_free(struct sfreg_fresh *fresh);

/* Takes a reference to the section. False: it is full. */
bool sfreg_fresh_add(struct sfreg_fresh *fresh, const struct sfreg_win *win);
/* What @from has from number @first on, with its marks. There must be room. */
void sfreg_fresh_copy(struct sfreg_fresh *fresh, const struct sfreg_fresh *from, u32 first);

/* The window that holds @pc and is not marked, or NULL. */
const struct sfreg_win *sfreg_fresh_find(const struct sfreg_fresh *fresh, u64 pc);

/* One that is not marked and has any of [start, end)? */
bool sfreg_fresh_overlaps(const struct sfreg_fresh *fresh, u64 start, u64 end);
/* Mark all of these. Return: there was one. */
bool sfreg_fresh_mark_dead(struct sfreg_fresh *fresh, u64 start, u64 end);

#endif /* SFREG_FRESH_H */
