/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spaces: for each mm with windows, what readers see of them, and how long.
 *
 * Readers (any context, under RCU): mm → space → view → windows. A view is a
 * snapshot's root plus a mark for each window whose text was unmapped since, and the windows
 * that came since; it is replaced as a whole, but for those, which are only added. A reader
 * takes one view for a whole walk: what it shows is what held at some moment of
 * the walk, and text that is unmapped later may no longer be mapped anew while a
 * thread that is being walked has not run.
 *
 * Locks, outermost first; lockdep checks the order:
 *
 *	space->lock	mutex, writers: one draft at a time
 *	mm->mmap_lock	read, while text is checked and a view is published
 *	space->view_lock raw spinlock: ->view, ->gone, fresh windows and the marks
 *	table lock	raw spinlock: the hash table of spaces
 *
 * Lifecycle hooks come with mmap_lock held and take only the last two, one
 * after the other.
 */
#ifndef SFREG_SPACE_H
#define SFREG_SPACE_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "view.h"

struct mm_struct;

struct sfreg_space {
	struct hlist_node node;
	const struct mm_struct *mm;	/* identity; no reference, exit_mmap ends it */
	refcount_t refs;		/* the table, writers, the worker */
	bool gone;			/* left the table, for good */
	struct sfreg_view __rcu *view;
	raw_spinlock_t view_lock;
	struct mutex lock;		/* writers */
	struct mem_cgroup *memcg;	/* its maker's, which the worker charges */
	struct work_struct work;
	struct rcu_head rcu;
};

/* Any context, under RCU (or with preemption off). */
struct sfreg_view *sfreg_space_view(const struct mm_struct *mm);

/*
 * For a writer: the locked space of @mm, whose address space the caller keeps
 * alive; made if there is none and @create, else NULL. An ERR_PTR is -ESHUTDOWN,
 * -EINTR or -ENOMEM.
 */
struct sfreg_space *sfreg_space_lock(struct mm_struct *mm, bool create);
/* Drops an empty space from the table. */
void sfreg_space_unlock(struct sfreg_space *space);

/*
 * A change of the locked space: a draft of its windows, fresh ones too, without the dead ones,
 * with room for @n more; then commit or abandon it.
 */
struct sfreg_change {
	struct sfreg_root *draft;
	unsigned long *dropped;		/* marked windows that it is without */
	u32 n_dropped;
	u32 n_fresh;			/* as many of the fresh windows are in it, */
	unsigned long fresh_dropped;	/* but for these */
	bool may_add;			/* set by the caller: room for fresh ones */
};

int sfreg_change_begin(struct sfreg_space *space, struct sfreg_change *change, u32 n);
int sfreg_change_commit(struct sfreg_space *space, struct sfreg_change *change);
void sfreg_change_abandon(struct sfreg_change *change);

/*
 * A window of a mapping that is being made: atomic context, the mm's mmap_lock held for
 * write. False: it can not be added so; sfreg_registry_place() may.
 */
bool sfreg_space_add(const struct mm_struct *mm, const struct sfreg_win *win);

/* The lifecycle hooks: atomic context, the mm's mmap_lock held (not for exit). */
void sfreg_space_fork(struct mm_struct *parent, const struct mm_struct *child);
void sfreg_space_exit(const struct mm_struct *mm);
void sfreg_space_unmap(const struct mm_struct *mm, u64 start, u64 end);

/* From open on, spaces can be made; close drops all and refuses new ones. */
void sfreg_spaces_open(void);
bool sfreg_spaces_is_open(void);
void sfreg_spaces_close(void);

int sfreg_spaces_init(void);
void sfreg_spaces_exit(void);		/* closed, and no hook attached */

#endif /* SFREG_SPACE_H */
