// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change of a space: drafted by one writer at a time, published at once. What
 * readers held before lives for a grace period more.
 */
#include <linux/bitmap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "space.h"
#include "stats.h"

/* Under the space's mutex: the view does not change, but for marks. */
static struct sfreg_view *sfreg_change_view(const struct sfreg_space *space)
{
	return rcu_dereference_protected(space->view, lockdep_is_held(&space->lock));
}

static int sfreg_change_drop_dead(struct sfreg_change *change, const struct sfreg_view *view)
{
	u32 number, n = sfreg_view_windows(view);
	int err;

	for_each_set_bit(number, view->dead, n) {
		err = sfreg_draft_remove(change->draft,
					 sfreg_root_nth(view->root, number)->text.start);
		if (err)
			return err;
		cond_resched();
		__set_bit(number, change->dropped);
		change->n_dropped++;
	}
	return 0;
}

/* Fresh windows whose text is gone stay behind. */
static int sfreg_change_take_fresh(struct sfreg_change *change, const struct sfreg_fresh *fresh)
{
	u32 i;
	int err;

	for (i = 0; i < change->n_fresh; i++) {
		if (test_bit(i, &fresh->dead)) {
			__set_bit(i, &change->fresh_dropped);
			change->n_dropped++;
			continue;
		}
		err = sfreg_draft_insert(change->draft, &fresh->win[i]);
		if (err)
			return err;
	}
	return 0;
}

int sfreg_change_begin(struct sfreg_space *space, struct sfreg_change *change, u32 n)
{
	const struct sfreg_view *view = sfreg_change_view(space);

	*change = (struct sfreg_change) {
		/* Pairs with sfreg_fresh_add(): the hooks may do that now. */
		.n_fresh = view->fresh ? smp_load_acquire(&view->fresh->n) : 0,
	};
	change->draft = sfreg_draft(view->root, n + change->n_fresh);
	change->dropped = bitmap_zalloc(sfreg_view_windows(view) + 1, GFP_KERNEL_ACCOUNT);
	if (!change->draft || !change->dropped || sfreg_change_drop_dead(change, view) ||
	    sfreg_change_take_fresh(change, view->fresh)) {
		sfreg_change_abandon(change);
		return -ENOMEM;
	}
	return 0;
}

void sfreg_change_abandon(struct sfreg_change *change)
{
	sfreg_root_put(change->draft);
	bitmap_free(change->dropped);
}

/* Mark the window in the next view as well, if it is there. */
static void sfreg_change_carry_mark(const struct sfreg_win *win, struct sfreg_view *next)
{
	const struct sfreg_win *there = sfreg_root_find(next->root, win->text.start);

	/* Another that stands there was placed by this change, on text it saw. */
	if (!there || there->text.start != win->text.start || there->text.end != win->text.end)
		return;
	__set_bit(sfreg_root_number(next->root, there), next->dead);
	next->any_dead = true;
}

/* Under view_lock: what was marked or added since the draft was begun. */
static void sfreg_change_carry(const struct sfreg_change *change, const struct sfreg_view *view,
			       struct sfreg_view *next)
{
	u32 number;

	for_each_set_bit(number, view->dead, sfreg_view_windows(view))
		if (!test_bit(number, change->dropped))
			sfreg_change_carry_mark(sfreg_root_nth(view->root, number), next);
	if (!view->fresh)
		return;
	for_each_set_bit(number, &view->fresh->dead, change->n_fresh)
		if (!test_bit(number, &change->fresh_dropped))
			sfreg_change_carry_mark(&view->fresh->win[number], next);
	sfreg_fresh_copy(next->fresh, view->fresh, change->n_fresh);
}

/* A view of the draft, which it takes over. NULL: no memory. */
static struct sfreg_view *sfreg_change_next(const struct sfreg_change *change,
					    const struct sfreg_view *old)
{
	struct sfreg_fresh *fresh = NULL;
	struct sfreg_view *next;

	if (change->may_add || old->fresh) {
		fresh = sfreg_fresh_alloc(GFP_KERNEL_ACCOUNT);
		if (!fresh)
			return NULL;
	}
	next = sfreg_view_alloc(change->draft, fresh, GFP_KERNEL_ACCOUNT);
	if (!next)
		sfreg_fresh_free(fresh);
	return next;
}

/* On failure the change is abandoned. */
int sfreg_change_commit(struct sfreg_space *space, struct sfreg_change *change)
{
	struct sfreg_view *old = sfreg_change_view(space), *next;
	int err = -ENOMEM;

	sfreg_draft_finish(change->draft);
	next = sfreg_change_next(change, old);
	if (!next)
		goto abandon;
	raw_spin_lock(&space->view_lock);
	if (!space->gone) {
		sfreg_change_carry(change, old, next);
		rcu_assign_pointer(space->view, next);
		sfreg_gauge_add(SFREG_STAT_windows,
				(long)sfreg_view_count(next) - (long)sfreg_view_count(old));
		err = 0;
	}
	raw_spin_unlock(&space->view_lock);
	if (err) {
		/* The caller keeps the mm alive, so it was switched off. */
		err = -ESHUTDOWN;
		sfreg_fresh_free(next->fresh);
		kfree(next);
		goto abandon;
	}
	bitmap_free(change->dropped);
	sfreg_count_many(SFREG_STAT_unmap_dropped, change->n_dropped);
	call_rcu(&old->rcu, sfreg_view_free_rcu);
	return 0;

abandon:
	sfreg_change_abandon(change);
	return err;
}
