// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Gathers a section's functions in the order of their text. Process context; the
 * index is hostile: its order, its extents and its claim to be sorted.
 */
#include <sfr_env.h>
#include "decode.h"
#include "scratch.h"
#include "sort.h"

/* The functions of the index that have text, as they come. */
static enum sfr_status read_extents(struct sfr_scratch *s, bool *sorted)
{
	struct sfr_func *f = s->funcs;
	struct sfr_extent extent;
	enum sfr_status status;
	s64 end = 0;
	u32 i, n = 0;

	*sorted = true;
	for (i = 0; i < s->plan->n_fdes; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		status = sfr_decode_extent(s->bytes, s->plan, i, &extent);
		if (status)
			return status;
		if (!extent.size)
			continue;
		if (!n || extent.start < s->lowest)
			s->lowest = extent.start;
		if (!n || extent.start + extent.size > end)
			end = extent.start + extent.size;
		if (n && f[n - 1].start > extent.start)
			*sorted = false;
		f[n].start = extent.start;
		f[n].size = extent.size;
		f[n++].number = i;
	}
	s->n_funcs = n;
	if ((u64)end - (u64)s->lowest > 0xffffffff)
		return SFR_ERR_SPAN;
	s->span = (u64)end - (u64)s->lowest;
	return SFR_OK;
}

/* A trampoline that begins the text has a byte before it all the same. */
static enum sfr_status make_room_before(struct sfr_scratch *s)
{
	enum sfr_status status;
	struct sfr_fde fde;

	status = sfr_decode_fde(s->bytes, s->plan, s->funcs[0].number, &fde);
	if (status || !fde.signal || s->lowest == -0x7fffffffffffffff - 1)
		return status;
	if (s->span == 0xffffffff)
		return SFR_ERR_SPAN;
	s->span++;
	s->lowest--;
	return SFR_OK;
}

/* The functions, in order whatever the header claims, disjoint. */
enum sfr_status sfr_find_functions(struct sfr_scratch *s)
{
	enum sfr_status status;
	bool sorted;
	u32 i;

	status = read_extents(s, &sorted);
	if (status || !s->n_funcs)
		return status;
	if (!sorted)
		s->funcs = sfr_sort_funcs(s->funcs, s->spare, s->n_funcs, s->lowest,
					  s->counts);
	for (i = 1; i < s->n_funcs; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		if (s->funcs[i - 1].start + s->funcs[i - 1].size > s->funcs[i].start)
			return SFR_ERR_OVERLAP;
	}
	return make_room_before(s);
}
