// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spaces: the table of them, how a change is published, and what fork, exit and
 * munmap do to them. Lifetimes and lock order: space.h.
 */
#include <linux/hash.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "limits.h"
#include "space.h"
#include "stats.h"
#include "trace.h"

#define SFREG_SPACE_HASH_BITS	10

/* An own table, and its lookup inlined: the hook's callback probes it in NMI. */
static struct hlist_head sfreg_spaces[1 << SFREG_SPACE_HASH_BITS];
static DEFINE_RAW_SPINLOCK(sfreg_spaces_lock);
static bool sfreg_spaces_are_open;	/* under the lock */
static struct workqueue_struct *sfreg_spaces_wq;

bool sfreg_spaces_is_open(void)
{
	return READ_ONCE(sfreg_spaces_are_open);
}

static inline struct hlist_head *sfreg_space_bucket(const struct mm_struct *mm)
{
	return &sfreg_spaces[hash_ptr(mm, SFREG_SPACE_HASH_BITS)];
}

static inline struct sfreg_space *sfreg_space_find(const struct mm_struct *mm)
{
	struct sfreg_space *space;

	hlist_for_each_entry_rcu_notrace(space, sfreg_space_bucket(mm), node)
		if (space->mm == mm)
			return space;
	return NULL;
}

notrace struct sfreg_view *sfreg_space_view(const struct mm_struct *mm)
{
	struct sfreg_space *space = sfreg_space_find(mm);

	return space ? rcu_dereference_raw(space->view) : NULL;
}

static void sfreg_space_free_rcu(struct rcu_head *rcu)
{
	struct sfreg_space *space = container_of(rcu, struct sfreg_space, rcu);

	sfreg_view_free_rcu(&rcu_dereference_raw(space->view)->rcu);
	mem_cgroup_put(space->memcg);
	kfree(space);
}

static void sfreg_space_put(struct sfreg_space *space)
{
	if (refcount_dec_and_test(&space->refs))
		call_rcu(&space->rcu, sfreg_space_free_rcu);
}

static void sfreg_space_work(struct work_struct *work);

/* With a view of @root, whose reference is taken over on success. */
static struct sfreg_space *sfreg_space_alloc(const struct mm_struct *mm,
					     struct sfreg_root *root, gfp_t gfp)
{
	struct sfreg_space *space = kzalloc(sizeof(*space), gfp);
	struct sfreg_view *view = sfreg_view_alloc(root, NULL, gfp);

	if (!space || !view) {
		kfree(space);
		kfree(view);
		return NULL;
	}
	space->mm = mm;
	refcount_set(&space->refs, 1);
	RCU_INIT_POINTER(space->view, view);
	raw_spin_lock_init(&space->view_lock);
	mutex_init(&space->lock);
	INIT_WORK(&space->work, sfreg_space_work);
	space->memcg = get_mem_cgroup_from_mm(current->mm);
	return space;
}

/* Not yet in the table. */
static void sfreg_space_discard(struct sfreg_space *space)
{
	sfreg_space_free_rcu(&space->rcu);
}

/*
 * Put @space into the table, which takes over its reference. Return: @space, or
 * the one that is there already, or NULL if the table is closed.
 */
static struct sfreg_space *sfreg_space_publish(struct sfreg_space *space)
{
	struct sfreg_space *there;

	raw_spin_lock(&sfreg_spaces_lock);
	there = sfreg_space_find(space->mm);
	if (!sfreg_spaces_are_open) {
		there = NULL;
	} else if (!there) {
		sfreg_gauge_add(SFREG_STAT_spaces, 1);
		hlist_add_head_rcu(&space->node, sfreg_space_bucket(space->mm));
		there = space;
	}
	raw_spin_unlock(&sfreg_spaces_lock);
	return there;
}

/* End a space: nothing finds it any more, nothing is published to it. */
static void sfreg_space_close(struct sfreg_space *space, bool if_empty)
{
	struct sfreg_view *view;
	bool closed;

	raw_spin_lock(&space->view_lock);
	view = rcu_dereference_protected(space->view, lockdep_is_held(&space->view_lock));
	closed = !space->gone && !(if_empty && sfreg_view_count(view));
	space->gone |= closed;
	raw_spin_unlock(&space->view_lock);
	if (!closed)
		return;
	/* Settled now; freed with the space, which the table's reference keeps. */
	sfreg_gauge_add(SFREG_STAT_windows, -(long)sfreg_view_count(view));
	sfreg_gauge_add(SFREG_STAT_spaces, -1);
	raw_spin_lock(&sfreg_spaces_lock);
	hlist_del_rcu(&space->node);
	raw_spin_unlock(&sfreg_spaces_lock);
	sfreg_space_put(space);
}

/* A referenced space of @mm, made if need be and @create. */
static struct sfreg_space *sfreg_space_get(struct mm_struct *mm, bool create)
{
	struct sfreg_space *space, *fresh = NULL;

again:
	rcu_read_lock();
	space = sfreg_space_find(mm);
	if (space && !refcount_inc_not_zero(&space->refs))
		space = NULL;
	rcu_read_unlock();
	if (space || !create) {
		if (fresh)
			sfreg_space_discard(fresh);
		return space;
	}
	if (!fresh) {
		fresh = sfreg_space_alloc(mm, NULL, GFP_KERNEL_ACCOUNT);
		if (!fresh)
			return ERR_PTR(-ENOMEM);
	}
	refcount_set(&fresh->refs, 2);	/* the table's, and the caller's */
	space = sfreg_space_publish(fresh);
	if (space == fresh)
		return space;
	if (space)
		goto again;
	sfreg_space_discard(fresh);
	return ERR_PTR(-ESHUTDOWN);
}

struct sfreg_space *sfreg_space_lock(struct mm_struct *mm, bool create)
{
	struct sfreg_space *space;

	for (;;) {
		space = sfreg_space_get(mm, create);
		if (!space && !sfreg_spaces_is_open())
			return ERR_PTR(-ESHUTDOWN);
		if (IS_ERR_OR_NULL(space))
			return space;
		if (mutex_lock_killable(&space->lock)) {
			sfreg_space_put(space);
			return ERR_PTR(-EINTR);
		}
		/* Emptied or switched off while we waited: look again. */
		if (!READ_ONCE(space->gone))
			return space;
		mutex_unlock(&space->lock);
		sfreg_space_put(space);
	}
}

void sfreg_space_unlock(struct sfreg_space *space)
{
	sfreg_space_close(space, true);
	mutex_unlock(&space->lock);
	sfreg_space_put(space);
}

/* Take windows of unmapped text out of the snapshot; lookups skip them before. */
static void sfreg_space_work(struct work_struct *work)
{
	struct sfreg_space *space = container_of(work, struct sfreg_space, work);
	struct mem_cgroup *outer = set_active_memcg(space->memcg);
	struct sfreg_change change;

	mutex_lock(&space->lock);
	/* Without memory they wait, skipped, for the next change. */
	if (!READ_ONCE(space->gone) && !sfreg_change_begin(space, &change, 0))
		sfreg_change_commit(space, &change);
	set_active_memcg(outer);
	sfreg_space_unlock(space);
}

void sfreg_space_unmap(const struct mm_struct *mm, u64 start, u64 end)
{
	struct sfreg_space *space;
	struct sfreg_view *view;

	rcu_read_lock();
	space = sfreg_space_find(mm);
	if (!space)
		goto unlock;
	raw_spin_lock(&space->view_lock);
	view = rcu_dereference_protected(space->view, lockdep_is_held(&space->view_lock));
	if (!space->gone && sfreg_view_mark_dead(view, start, end)) {
		trace_sfreg_unmap(mm, start, end);
		/* Not gone: the table's reference is there to be doubled. */
		refcount_inc(&space->refs);
		if (!queue_work(sfreg_spaces_wq, &space->work))
			refcount_dec(&space->refs);
	}
	raw_spin_unlock(&space->view_lock);
unlock:
	rcu_read_unlock();
}

bool sfreg_space_add(const struct mm_struct *mm, const struct sfreg_win *win)
{
	struct sfreg_space *space;
	struct sfreg_view *view;
	bool added = false;

	rcu_read_lock();
	space = sfreg_space_find(mm);
	if (!space)
		goto unlock;
	raw_spin_lock(&space->view_lock);
	view = rcu_dereference_protected(space->view, lockdep_is_held(&space->view_lock));
	if (!space->gone && sfreg_view_may_add(view, win) && sfreg_fresh_add(view->fresh, win)) {
		sfreg_gauge_add(SFREG_STAT_windows, 1);
		trace_sfreg_place(mm, win->text.start, win->text.end);
		added = true;
	}
	raw_spin_unlock(&space->view_lock);
unlock:
	rcu_read_unlock();
	return added;
}

void sfreg_space_exit(const struct mm_struct *mm)
{
	struct sfreg_space *space;

	rcu_read_lock();
	space = sfreg_space_find(mm);
	if (space)
		sfreg_space_close(space, false);
	rcu_read_unlock();
}

/* A space for @child that shows what @from does. Return: NULL without memory. */
static struct sfreg_space *sfreg_space_clone(struct sfreg_space *from,
					     const struct mm_struct *child)
{
	const gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT;
	struct sfreg_view *view, *copy;
	struct sfreg_space *to = NULL;

	raw_spin_lock(&from->view_lock);
	view = rcu_dereference_protected(from->view, lockdep_is_held(&from->view_lock));
	to = sfreg_space_alloc(child, view->root, gfp);
	copy = to ? rcu_dereference_protected(to->view, true) : NULL;
	if (copy && !sfreg_view_copy(copy, view, gfp)) {
		/* It has no reference to it. */
		copy->root = NULL;
		sfreg_space_discard(to);
		to = NULL;
	}
	raw_spin_unlock(&from->view_lock);
	return to;
}

/* The child's space shares the root, as of now: the mappings are being copied. */
void sfreg_space_fork(struct mm_struct *parent, const struct mm_struct *child)
{
	struct sfreg_space *from, *to;
	struct sfreg_view *view;
	long n_windows;

	rcu_read_lock();
	from = sfreg_space_find(parent);
	if (!from)
		goto unlock;
	to = sfreg_space_clone(from, child);
	if (!to) {
		sfreg_count(SFREG_STAT_fork_failed);
		goto unlock;
	}
	view = rcu_dereference_protected(to->view, true);
	sfreg_view_mark_uncopied(view, parent);
	sfreg_view_mark_live(view);
	n_windows = sfreg_view_count(view);
	sfreg_gauge_add(SFREG_STAT_windows, n_windows);
	if (sfreg_space_publish(to) == to) {
		sfreg_count(SFREG_STAT_fork_inherited);
	} else {
		sfreg_gauge_add(SFREG_STAT_windows, -n_windows);
		sfreg_space_discard(to);
	}
unlock:
	rcu_read_unlock();
}

void sfreg_spaces_open(void)
{
	raw_spin_lock(&sfreg_spaces_lock);
	sfreg_spaces_are_open = true;
	raw_spin_unlock(&sfreg_spaces_lock);
}

static struct sfreg_space *sfreg_spaces_first(struct hlist_head *bucket)
{
	struct sfreg_space *space = NULL;

	raw_spin_lock(&sfreg_spaces_lock);
	if (!hlist_empty(bucket)) {
		space = hlist_entry(bucket->first, struct sfreg_space, node);
		refcount_inc(&space->refs);
	}
	raw_spin_unlock(&sfreg_spaces_lock);
	return space;
}

void sfreg_spaces_close(void)
{
	struct sfreg_space *space;
	size_t i;

	raw_spin_lock(&sfreg_spaces_lock);
	sfreg_spaces_are_open = false;
	raw_spin_unlock(&sfreg_spaces_lock);

	for (i = 0; i < ARRAY_SIZE(sfreg_spaces); i++) {
		while ((space = sfreg_spaces_first(&sfreg_spaces[i]))) {
			sfreg_space_close(space, false);
			sfreg_space_put(space);
			cond_resched();
		}
	}
}

int sfreg_spaces_init(void)
{
	sfreg_spaces_wq = alloc_workqueue("sfreg", WQ_UNBOUND, 0);
	return sfreg_spaces_wq ? 0 : -ENOMEM;
}

void sfreg_spaces_exit(void)
{
	destroy_workqueue(sfreg_spaces_wq);
	/* What the last put of a space has handed to RCU runs our code. */
	rcu_barrier();
}
