/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The windows of one address space, as an immutable snapshot in two levels: a
 * root that points to leaves of at most SFREG_LEAF_MAX windows, all sorted by
 * address. A write copies the root and the leaves it touches; the others are
 * shared, between old and new and between parent and child after fork.
 *
 * Roots and leaves are reference-counted, and a leaf holds its windows'
 * sections. Nothing here takes a lock, and only the functions on drafts allocate.
 */
#ifndef SFREG_SNAPSHOT_H
#define SFREG_SNAPSHOT_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "limits.h"
#include "core/walk.h"
#include "section.h"

#define SFREG_WINDOW_OUTSIDER	0x1	/* placed by another process */

struct sfreg_win {
	struct sfr_window text;
	struct sfreg_compiled *section;
	u32 flags;
};

struct sfreg_leaf {
	refcount_t refs;
	u32 n, room;
	struct sfreg_win win[];		/* n of them, n > 0 */
};

struct sfreg_slot {
	u64 first;			/* leaf->win[0].text.start */
	struct sfreg_leaf *leaf;
	u32 number;			/* of win[0], counted from the lowest; not in
					 * a draft */
};

struct sfreg_root {
	refcount_t refs;
	u32 n, room;
	u32 n_windows;
	u32 n_live;			/* of these */
	u64 bytes;			/* of the tables that the windows name */
	struct sfreg_slot slot[];
};

/* The window that holds @pc, or NULL. Any context, NMI included. */
const struct sfreg_win *sfreg_root_find(const struct sfreg_root *root, u64 pc);

/* The first window that ends above @pc, or NULL: to go through all in order. */
const struct sfreg_win *sfreg_root_next(const struct sfreg_root *root, u64 pc);

/* Windows of a published root are numbered from 0, in order. Any context. */
u32 sfreg_root_number(const struct sfreg_root *root, const struct sfreg_win *win);
const struct sfreg_win *sfreg_root_nth(const struct sfreg_root *root, u32 number);

/* Not in NMI. NULL is fine. */
void sfreg_root_put(struct sfreg_root *root);

/*
 * A draft is a root that only the writer sees. Make one from the published root
 * (NULL: empty) with room for @n more windows, change it, then finish and
 * publish it, or put it. Inserting can fail (-ENOMEM) and leaves a draft fit only to be put.
 */
struct sfreg_root *sfreg_draft(const struct sfreg_root *root, u32 n);
int sfreg_draft_insert(struct sfreg_root *draft, const struct sfreg_win *win);
int sfreg_draft_remove(struct sfreg_root *draft, u64 start);
void sfreg_draft_finish(struct sfreg_root *draft);

#endif /* SFREG_SNAPSHOT_H */
