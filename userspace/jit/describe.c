// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Functions come and go. All is checked before anything changes.
 */
#include <errno.h>

#include "window.h"

static bool is_inside(const struct sfreg_jit *jit, const void *start, size_t size)
{
	uintptr_t offset = (uintptr_t)start - jit->text;

	return offset < jit->text_len && size && size <= jit->text_len - offset;
}

/* Is any of [@start, @start + @size) described? @place: where it would stand. */
static bool is_described(const struct jit_table *table, struct jit_place place, uint32_t start,
			 uint32_t size)
{
	const struct jit_function *before = sfreg_jit_table_before(table, place);
	const struct jit_function *at = sfreg_jit_table_at(table, place);

	return (before && start - before->start < before->size) ||
	       (at && at->start - start < size);
}

static int describe(struct sfreg_jit *jit, const void *start, size_t size,
		    const struct sfreg_jit_row *rows, unsigned int n_rows, const char *name)
{
	struct jit_function function = { .size = size, .n_rows = n_rows };
	struct jit_place place;
	struct jit_tally tally;

	if (!is_inside(jit, start, size) || !sfreg_jit_rows_valid(rows, n_rows, size))
		return -EINVAL;
	function.start = (uintptr_t)start - jit->text;
	place = sfreg_jit_table_find(&jit->table, function.start);
	if (is_described(&jit->table, place, function.start, size))
		return -EEXIST;
	if (jit->table.n == jit->table.max || n_rows > jit->rows.max - jit->rows.n)
		return -ENOSPC;

	function.row = sfreg_jit_rows_put(&jit->rows, rows, n_rows);
	tally = sfreg_jit_section_tally(&jit->rows, &function);
	sfreg_jit_section_add(&jit->tally, &tally);
	sfreg_jit_table_insert(&jit->table, place, &function);
	jit->changed = true;
	if (name)
		sfreg_jit_perf_map_add(&jit->perf_map, (uintptr_t)start, size, name);
	return 0;
}

int sfreg_jit_function(struct sfreg_jit *jit, const void *start, size_t size,
		       const struct sfreg_jit_row *rows, unsigned int n_rows, const char *name)
{
	int ret;

	if (!window_enter(jit))
		return -EBUSY;
	ret = describe(jit, start, size, rows, n_rows, name);
	window_leave(jit);
	return ret;
}

int sfreg_jit_stub(struct sfreg_jit *jit, const void *start, size_t size,
		   const struct sfreg_jit_row *row, const char *name)
{
	return sfreg_jit_function(jit, start, size, row, 1, name);
}

static int forget(struct sfreg_jit *jit, const void *start)
{
	uintptr_t offset = (uintptr_t)start - jit->text;
	const struct jit_function *function;
	struct jit_place place;
	struct jit_tally tally;

	if (offset >= jit->text_len)
		return -ENOENT;
	place = sfreg_jit_table_find(&jit->table, offset);
	function = sfreg_jit_table_at(&jit->table, place);
	if (!function || function->start != offset)
		return -ENOENT;
	tally = sfreg_jit_section_tally(&jit->rows, function);
	sfreg_jit_section_subtract(&jit->tally, &tally);
	sfreg_jit_rows_drop(&jit->rows, function->row, function->n_rows);
	sfreg_jit_table_remove(&jit->table, place);
	jit->changed = true;
	return 0;
}

int sfreg_jit_remove(struct sfreg_jit *jit, const void *start)
{
	int ret;

	if (!window_enter(jit))
		return -EBUSY;
	ret = forget(jit, start);
	window_leave(jit);
	return ret;
}
