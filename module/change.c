// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change of a space: drafted by one writer at a time, published at once. What
 * readers held before lives for a grace period more.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "space.h"
#include "stats.h"

static int sfreg_change_drop_dead(struct sfreg_change *change)
{
	const struct sfreg_win *win;
	u32 i;
	int err;

	for (i = 0; i < change->n_dead; i++) {
		const struct sfreg_range *range = &change->dead[i];

		while ((win = sfreg_root_next(change->draft, range->start)) &&
		       win->start < range->end) {
			err = sfreg_draft_remove(change->draft, win->start);
			if (err)
				return err;
			change->n_dropped++;
		}
	}
	return 0;
}

int sfreg_change_begin(struct sfreg_space *space, struct sfreg_change *change, u32 n)
{
	struct sfreg_view *view;

	view = rcu_dereference_protected(space->view, lockdep_is_held(&space->lock));
	change->n_dropped = 0;
	change->next = kzalloc(sizeof(*change->next), GFP_KERNEL_ACCOUNT);
	change->draft = sfreg_draft(view->root, n);
	if (!change->next || !change->draft)
		goto abandon;
	raw_spin_lock(&space->view_lock);
	change->n_dead = view->n_dead;
	memcpy(change->dead, view->dead, sizeof(change->dead));
	raw_spin_unlock(&space->view_lock);
	if (sfreg_change_drop_dead(change))
		goto abandon;
	return 0;

abandon:
	sfreg_change_abandon(change);
	return -ENOMEM;
}

void sfreg_change_abandon(struct sfreg_change *change)
{
	sfreg_root_put(change->draft);
	kfree(change->next);
}

/* Under view_lock: what was unmapped since the draft was begun still counts. */
static void sfreg_change_carry_dead(struct sfreg_change *change,
				    const struct sfreg_view *view)
{
	u32 i;

	for (i = 0; i < view->n_dead; i++) {
		if (i < change->n_dead &&
		    !memcmp(&view->dead[i], &change->dead[i], sizeof(view->dead[i])))
			continue;
		change->next->dead[change->next->n_dead++] = view->dead[i];
	}
}

/* On failure the change is abandoned. */
int sfreg_change_commit(struct sfreg_space *space, struct sfreg_change *change)
{
	struct sfreg_view *old;
	bool gone;

	change->next->root = change->draft;
	raw_spin_lock(&space->view_lock);
	gone = space->gone;
	old = rcu_dereference_protected(space->view, lockdep_is_held(&space->view_lock));
	if (!gone) {
		sfreg_change_carry_dead(change, old);
		rcu_assign_pointer(space->view, change->next);
		sfreg_gauge_add(SFREG_STAT_windows, (long)change->draft->n_windows -
				(long)sfreg_view_windows(old));
	}
	raw_spin_unlock(&space->view_lock);
	if (gone) {
		/* The caller keeps the mm alive, so it was switched off. */
		sfreg_change_abandon(change);
		return -ESHUTDOWN;
	}
	sfreg_count_many(SFREG_STAT_unmap_dropped, change->n_dropped);
	call_rcu(&old->rcu, sfreg_view_free_rcu);
	return 0;
}
