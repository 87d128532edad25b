/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Views: a snapshot's root plus a mark for each window whose text was unmapped since, and the
 * windows that came since. How long one lives, and who may change it: space.h.
 */
#ifndef SFREG_VIEW_H
#define SFREG_VIEW_H

#include <linux/rcupdate.h>

#include "fresh.h"
#include "snapshot.h"

struct mm_struct;

struct sfreg_view {
	struct rcu_head rcu;
	struct sfreg_root *root;	/* NULL: no windows */
	struct sfreg_fresh *fresh;	/* NULL: none can be added */
	bool any_dead;			/* a mark of the root's is set */
	unsigned long dead[];		/* a bit for each window, by its number */
};

/* Those of the root; and all. */
static inline u32 sfreg_view_windows(const struct sfreg_view *view)
{
	return view->root ? view->root->n_windows : 0;
}

static inline u32 sfreg_view_count(const struct sfreg_view *view)
{
	return sfreg_view_windows(view) + (view->fresh ? view->fresh->n : 0);
}

/* All marks clear; @root and @fresh, which may be NULL, become the view's. */
struct sfreg_view *sfreg_view_alloc(struct sfreg_root *root, struct sfreg_fresh *fresh,
				    gfp_t gfp);
/* Frees a view that no reader sees any more, by call_rcu(). */
void sfreg_view_free_rcu(struct rcu_head *rcu);

/* Any context, under RCU (or with preemption off). */
const struct sfr_window *sfreg_view_find(const struct sfreg_view *view, u64 pc);

/* The rest under view_lock, or before the view is published. */

/* Has it room for @win, in memory, within the limits, and among the others? */
bool sfreg_view_may_add(const struct sfreg_view *view, const struct sfreg_win *win);
/* Mark what has any text in the range. Return: there was some. */
bool sfreg_view_mark_dead(struct sfreg_view *view, u64 start, u64 end);

/* @copy, which has no marks and a root that is not yet its own, shows what @view does. */
bool sfreg_view_copy(struct sfreg_view *copy, const struct sfreg_view *view, gfp_t gfp);
/* For the view of @parent's child. */
void sfreg_view_mark_uncopied(struct sfreg_view *view, struct mm_struct *parent);
void sfreg_view_mark_live(struct sfreg_view *view);

#endif /* SFREG_VIEW_H */
