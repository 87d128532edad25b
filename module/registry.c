// SPDX-License-Identifier: GPL-2.0-only
/*
 * Placing and removing windows: what may stand where, and who may change it.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "registry.h"
#include "space.h"
#include "trace.h"

static u32 sfreg_window_owner(const struct mm_struct *mm)
{
	return mm == current->mm ? 0 : SFREG_WINDOW_OUTSIDER;
}

/*
 * Is all of [start, end) mapped, and executable or able to become so? A JIT's
 * text may be writable at the moment. mmap_lock is held for read.
 */
static bool sfreg_text_is_mapped(struct mm_struct *mm, u64 start, u64 end)
{
	const struct vm_area_struct *vma;

	while (start < end) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start ||
		    !(vma->vm_flags & (VM_EXEC | VM_MAYEXEC)))
			return false;
		start = vma->vm_end;
	}
	return true;
}

static bool sfreg_window_is(const struct sfreg_win *a, const struct sfreg_win *b)
{
	return a->text.start == b->text.start && a->text.end == b->text.end &&
	       a->text.base == b->text.base && sfreg_section_equal(a->section, b->section);
}

/*
 * Make room for @win in the draft: take out what it may replace. Return: 0, or 1
 * if the very same window stands there and may stay, or why it may not.
 */
static int sfreg_window_make_room(struct sfreg_root *draft, const struct sfreg_win *win,
				  bool replace)
{
	bool outsider = win->flags & SFREG_WINDOW_OUTSIDER;
	const struct sfreg_win *there;
	int err;

	while ((there = sfreg_root_next(draft, win->text.start)) &&
	       there->text.start < win->text.end) {
		bool outsiders = there->flags & SFREG_WINDOW_OUTSIDER;

		if (sfreg_window_is(there, win) && (outsider || !outsiders))
			return 1;
		if (outsider && !outsiders)
			return -EPERM;
		if (!(replace && there->text.start == win->text.start) &&
		    !(outsiders && !outsider))
			return -EEXIST;
		err = sfreg_draft_remove(draft, there->text.start);
		if (err)
			return err;
	}
	return 0;
}

static int sfreg_place_one(struct mm_struct *mm, struct sfreg_root *draft,
			   const struct sfreg_placement *place)
{
	const struct sfreg_win win = {
		.text.start = place->start,
		.text.end = place->start + place->len,
		.text.base = place->base,
		.text.table = place->section->table,
		.text.live = place->section->live,
		.section = place->section,
		.flags = place->is_right ? SFREG_WINDOW_OUTSIDER : sfreg_window_owner(mm),
	};
	const struct sfreg_win *there;
	int ret;

	if (place->section->owner && place->section->owner != mm)
		return -EPERM;
	if (place->is_right ? !place->is_right(place, mm) :
	    !sfreg_text_is_mapped(mm, win.text.start, win.text.end))
		return -EFAULT;
	if (place->replace) {
		there = sfreg_root_find(draft, win.text.start);
		if (!there || there->text.start != win.text.start)
			return -ENOENT;
	}
	ret = sfreg_window_make_room(draft, &win, place->replace);
	if (ret)
		return ret < 0 ? ret : 0;
	if (draft->n_windows >= READ_ONCE(sfreg_limit_windows))
		return -ENOSPC;
	if (draft->bytes + win.section->bytes > READ_ONCE(sfreg_limit_process_bytes))
		return -EDQUOT;
	ret = sfreg_draft_insert(draft, &win);
	if (!ret)
		trace_sfreg_place(mm, win.text.start, win.text.end);
	return ret;
}

static int sfreg_place_all(struct mm_struct *mm, struct sfreg_space *space,
			   const struct sfreg_placement *place, u32 n, u32 *failed)
{
	struct sfreg_change change;
	u32 i;
	int err;

	err = sfreg_change_begin(space, &change, n);
	if (err)
		return err;
	/* A program whose text is bound maps more of that. */
	change.may_add = place->is_right;
	for (i = 0; i < n; i++) {
		err = sfreg_place_one(mm, change.draft, &place[i]);
		if (err) {
			*failed = i;
			sfreg_change_abandon(&change);
			return err;
		}
	}
	return sfreg_change_commit(space, &change);
}

int sfreg_registry_place(struct mm_struct *mm, const struct sfreg_placement *place,
			 u32 n, u32 *failed)
{
	struct sfreg_space *space;
	int err;

	*failed = n;
	space = sfreg_space_lock(mm, true);
	if (IS_ERR(space))
		return PTR_ERR(space);
	/*
	 * From the check of the mappings until the view is published nobody maps
	 * other text there: what is unmapped later finds the window, and what was
	 * unmapped before is found missing.
	 */
	err = -EINTR;
	if (!mmap_read_lock_killable(mm)) {
		err = sfreg_place_all(mm, space, place, n, failed);
		mmap_read_unlock(mm);
	}
	sfreg_space_unlock(space);
	return err;
}

static int sfreg_remove_one(struct mm_struct *mm, struct sfreg_root *draft, u64 key)
{
	const struct sfreg_win *there = sfreg_root_find(draft, key);

	if (!there || there->text.start != key)
		return -ENOENT;
	if (sfreg_window_owner(mm) && !(there->flags & SFREG_WINDOW_OUTSIDER))
		return -EPERM;
	trace_sfreg_remove(mm, there->text.start, there->text.end);
	return sfreg_draft_remove(draft, key);
}

static int sfreg_remove_all(struct mm_struct *mm, struct sfreg_space *space,
			    const u64 *keys, u32 n, u32 *failed)
{
	struct sfreg_change change;
	u32 i;
	int err;

	err = sfreg_change_begin(space, &change, 0);
	if (err)
		return err;
	for (i = 0; i < n; i++) {
		err = sfreg_remove_one(mm, change.draft, keys[i]);
		if (err) {
			*failed = i;
			sfreg_change_abandon(&change);
			return err;
		}
	}
	return sfreg_change_commit(space, &change);
}

int sfreg_registry_remove(struct mm_struct *mm, const u64 *keys, u32 n, u32 *failed)
{
	struct sfreg_space *space;
	int err;

	*failed = n;
	space = sfreg_space_lock(mm, false);
	if (IS_ERR(space))
		return PTR_ERR(space);
	if (!space) {
		*failed = 0;
		return -ENOENT;
	}
	err = sfreg_remove_all(mm, space, keys, n, failed);
	sfreg_space_unlock(space);
	return err;
}

struct sfreg_root *sfreg_registry_windows(struct mm_struct *mm)
{
	struct sfreg_space *space = sfreg_space_lock(mm, false);
	struct sfreg_change change;
	struct sfreg_root *root;
	int err;

	if (IS_ERR_OR_NULL(space))
		return ERR_CAST(space);
	/* A draft is just that: a root without the dead. */
	err = sfreg_change_begin(space, &change, 0);
	root = err ? ERR_PTR(err) : change.draft;
	if (!err) {
		change.draft = NULL;
		sfreg_change_abandon(&change);
	}
	sfreg_space_unlock(space);
	return root;
}
