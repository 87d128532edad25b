// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a binding becomes windows of the process that has mapped the file.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "binding.h"
#include "identity.h"
#include "limits.h"
#include "registry.h"
#include "space.h"
#include "stats.h"

/* A piece of text that is to be placed: @offset is the file's byte at ->place.start. */
struct sfreg_bound {
	struct sfreg_placement place;
	const struct sfreg_binding *binding;
	u64 offset;
};

/*
 * What of text number @i lies in the mapping [start, end) of the file from @offset on; false:
 * nothing. What a linker maps beyond is not text, and soon no more.
 */
static bool sfreg_bound_of(struct sfreg_bound *bound, const struct sfreg_binding *binding, u32 i,
			   u64 start, u64 end, u64 offset)
{
	const struct sfreg_bind_text *text = &binding->texts[i];
	u64 from = max_t(u64, offset, round_down(text->offset, PAGE_SIZE));
	u64 to = min_t(u64, offset + (end - start), round_up(text->offset + text->len, PAGE_SIZE));

	*bound = (struct sfreg_bound) {
		.binding = binding,
		.offset = from,
		.place.start = start + (from - offset),
		.place.len = to - from,
		.place.base = start + (text->offset - offset) + text->base,
		.place.section = binding->section,
	};
	return from < to;
}

/*
 * The text that a mapping of the file from @offset on begins with. Two segments may lie on one
 * page of the file, and be mapped each with its whole pages.
 */
static u32 sfreg_bound_first(const struct sfreg_binding *binding, u64 offset)
{
	u32 i, first = 0;

	for (i = 0; i < binding->n_texts; i++)
		if (round_down(binding->texts[i].offset, PAGE_SIZE) == offset)
			first = i;
	return first;
}

/* Whoever unmaps text and maps other in its place, while we are on our way, is found out. */
static bool sfreg_bound_is_right(const struct sfreg_placement *place, struct mm_struct *mm)
{
	const struct sfreg_bound *bound = container_of(place, struct sfreg_bound, place);
	const struct vm_area_struct *vma = find_vma(mm, place->start);
	struct sfreg_identity of;
	u64 offset;

	if (!vma || vma->vm_start > place->start || vma->vm_end < place->start + place->len ||
	    !(vma->vm_flags & VM_EXEC) || !sfreg_identity_of(vma, &of) ||
	    memcmp(&of, &bound->binding->of, sizeof(of)))
		return false;
	offset = place->start - vma->vm_start;
	if (vma->vm_file)
		return offset + ((u64)vma->vm_pgoff << PAGE_SHIFT) == bound->offset;
	return offset == bound->offset && vma->vm_ops == bound->binding->vm_ops;
}

/*
 * The kernel tells of a mapping more than once, and of the pieces when it splits one (mprotect,
 * mlock and madvise of a part): what lies in a window of ours is placed.
 */
static bool sfreg_bound_is_there(const struct sfreg_bound *bound, const struct mm_struct *mm)
{
	const struct sfr_window *there;
	struct sfreg_view *view;
	bool same;

	rcu_read_lock();
	view = sfreg_space_view(mm);
	there = view ? sfreg_view_find(view, bound->place.start) : NULL;
	same = there && there->end >= bound->place.start + bound->place.len &&
	       there->base == bound->place.base && there->table == bound->place.section->table;
	rcu_read_unlock();
	return same;
}

static int sfreg_bound_place(struct sfreg_bound *bound)
{
	struct mm_struct *mm = current->mm;
	u32 failed;
	int err;

	if (sfreg_bound_is_there(bound, mm))
		return 0;
	bound->place.is_right = sfreg_bound_is_right;
	err = sfreg_registry_place(mm, &bound->place, 1, &failed);
	sfreg_count(err ? SFREG_STAT_bound_refused : SFREG_STAT_bound_placed);
	return err;
}

static bool sfreg_bound_add(const struct sfreg_bound *bound, const struct mm_struct *mm)
{
	const struct sfreg_win win = {
		.text.start = bound->place.start,
		.text.end = bound->place.start + bound->place.len,
		.text.base = bound->place.base,
		.text.table = bound->place.section->table,
		.section = bound->place.section,
		.flags = SFREG_WINDOW_OUTSIDER,
	};

	if (!sfreg_space_add(mm, &win))
		return false;
	sfreg_count(SFREG_STAT_bound_placed);
	return true;
}

bool sfreg_binding_add(const struct sfreg_binding *binding, const struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT, start = vma->vm_start;
	struct sfreg_bound bound;
	u32 i;

	for (i = sfreg_bound_first(binding, offset); i < binding->n_texts; i++) {
		if (!sfreg_bound_of(&bound, binding, i, start, vma->vm_end, offset))
			continue;
		if (!sfreg_bound_add(&bound, vma->vm_mm))
			return false;
		start = bound.place.start + bound.place.len;
		offset = bound.offset + bound.place.len;
	}
	return true;
}

static int sfreg_binding_place_all(const struct sfreg_binding *binding, u64 start, u64 end,
				   u64 offset)
{
	struct sfreg_bound bound;
	int err = 0, ret;
	u32 i;

	for (i = sfreg_bound_first(binding, offset); i < binding->n_texts; i++) {
		if (!sfreg_bound_of(&bound, binding, i, start, end, offset))
			continue;
		ret = sfreg_bound_place(&bound);
		err = err ?: ret;
		start = bound.place.start + bound.place.len;
		offset = bound.offset + bound.place.len;
	}
	return err;
}

/* A program has it from the start, and nothing tells of it. */
static int sfreg_binding_place_vdso(const struct mm_struct *mm)
{
	u64 start = sfreg_vdso_start(mm);
	struct sfreg_binding *binding;
	struct sfreg_identity of;
	int err = 0;

	if (!start)
		return 0;
	sfreg_identity_of_vdso(mm, &of);
	binding = sfreg_binding_find(&of);
	if (!binding)
		return 0;
	if (binding->section)
		err = sfreg_binding_place_all(binding, start, start + SFREG_VDSO_MAX, 0);
	sfreg_binding_put(binding);
	return err;
}

/* The first mapping at or behind @*start: its range; and does it show the file, executable? */
static bool sfreg_binding_is_at(const struct sfreg_binding *binding, struct mm_struct *mm,
				u64 *start, u64 *end, u64 *offset)
{
	const struct vm_area_struct *vma;
	struct sfreg_identity of;
	bool is = false;

	mmap_read_lock(mm);
	vma = find_vma(mm, *start);
	*start = vma ? vma->vm_start : U64_MAX;
	*end = vma ? vma->vm_end : U64_MAX;
	if (vma && vma->vm_file && vma->vm_flags & VM_EXEC) {
		*offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
		is = sfreg_identity_of(vma, &of) && !memcmp(&of, &binding->of, sizeof(of));
	}
	mmap_read_unlock(mm);
	return is;
}

int sfreg_binding_place(const struct sfreg_binding *binding, u64 start, u64 end)
{
	u64 at = start, to, offset;
	int err = 0, ret;

	for (; at < end; at = to) {
		bool is = sfreg_binding_is_at(binding, current->mm, &at, &to, &offset);

		if (!is || at >= end)
			continue;
		ret = sfreg_binding_place_all(binding, at, to, offset);
		err = err ?: ret;
	}
	/* A program may have done away with it. */
	sfreg_binding_place_vdso(current->mm);
	return err;
}
