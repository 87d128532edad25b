// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views: what a reader sees, and what may be done to one that is published: windows are added, and
 * marked when their text goes.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "limits.h"
#include "view.h"

const struct sfr_window *sfreg_view_find(const struct sfreg_view *view, u64 pc)
{
	const struct sfreg_win *win = view->root ? sfreg_root_find(view->root, pc) : NULL;

	/* Pairs with the release in sfreg_view_mark_dead(). */
	if (win && unlikely(smp_load_acquire(&view->any_dead)) &&
	    test_bit(sfreg_root_number(view->root, win), view->dead))
		win = NULL;
	if (!win && view->fresh)
		win = sfreg_fresh_find(view->fresh, pc);
	return win ? &win->text : NULL;
}

struct sfreg_view *sfreg_view_alloc(struct sfreg_root *root, struct sfreg_fresh *fresh,
				    gfp_t gfp)
{
	size_t longs = root ? BITS_TO_LONGS(root->n_windows) : 0;
	struct sfreg_view *view;

	view = kzalloc(struct_size(view, dead, longs), gfp);
	if (view) {
		view->root = root;
		view->fresh = fresh;
	}
	return view;
}

void sfreg_view_free_rcu(struct rcu_head *rcu)
{
	struct sfreg_view *view = container_of(rcu, struct sfreg_view, rcu);

	sfreg_root_put(view->root);
	sfreg_fresh_free(view->fresh);
	kfree(view);
}

bool sfreg_view_mark_dead(struct sfreg_view *view, u64 start, u64 end)
{
	const struct sfreg_win *win = view->root ? sfreg_root_next(view->root, start) : NULL;
	bool any = win && win->text.start < end;

	for (; win && win->text.start < end; win = sfreg_root_next(view->root, win->text.end))
		set_bit(sfreg_root_number(view->root, win), view->dead);
	if (any) {
		/* A reader that sees this sees the marks. */
		smp_store_release(&view->any_dead, true);
	}
	if (view->fresh)
		any |= sfreg_fresh_mark_dead(view->fresh, start, end);
	return any;
}

bool sfreg_view_may_add(const struct sfreg_view *view, const struct sfreg_win *win)
{
	u64 bytes = win->section->bytes + (view->root ? view->root->bytes : 0);
	const struct sfreg_win *there;

	if (!view->fresh || sfreg_view_count(view) >= READ_ONCE(sfreg_limit_windows) ||
	    bytes + view->fresh->bytes > READ_ONCE(sfreg_limit_process_bytes) ||
	    sfreg_fresh_overlaps(view->fresh, win->text.start, win->text.end))
		return false;
	there = view->root ? sfreg_root_next(view->root, win->text.start) : NULL;
	return !there || there->text.start >= win->text.end;
}

bool sfreg_view_copy(struct sfreg_view *copy, const struct sfreg_view *view, gfp_t gfp)
{
	size_t bytes = BITS_TO_LONGS(sfreg_view_windows(view)) * sizeof(copy->dead[0]);

	if (view->fresh && view->fresh->n) {
		copy->fresh = sfreg_fresh_alloc(gfp);
		if (!copy->fresh)
			return false;
		sfreg_fresh_copy(copy->fresh, view->fresh, 0);
	}
	copy->any_dead = view->any_dead;
	memcpy(copy->dead, view->dead, bytes);
	if (copy->root)
		refcount_inc(&copy->root->refs);
	return true;
}

/*
 * Mappings that are not copied are never unmapped in the child either, and what
 * it maps there is its own.
 */
void sfreg_view_mark_uncopied(struct sfreg_view *view, struct mm_struct *parent)
{
	VMA_ITERATOR(vmi, parent, 0);
	const struct vm_area_struct *vma;

	if (!sfreg_view_count(view))
		return;
	for_each_vma(vmi, vma)
		if (vma->vm_flags & VM_DONTCOPY)
			sfreg_view_mark_dead(view, vma->vm_start, vma->vm_end);
}

/*
 * What the parent goes on writing is not the child's. It has no mapping of it either, so
 * nothing would ever change there but by another.
 */
void sfreg_view_mark_live(struct sfreg_view *view)
{
	const struct sfreg_win *win;
	u64 at = 0;

	if (!view->root || !view->root->n_live)
		return;
	while ((win = sfreg_root_next(view->root, at))) {
		at = win->text.end;
		if (win->text.live)
			sfreg_view_mark_dead(view, win->text.start, win->text.end);
	}
}
