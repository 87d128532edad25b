// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A table's layout, array by array, against table.h's words. */
#include "check_table.h"
#include "numbering.h"
#include "rows.h"

static u32 place_of(u32 row)
{
	return row >> 16;
}

static void check_rules(const struct sfr_table *t)
{
	const struct sfr_rule *rules = t->rules;
	const u32 *rows = t->rows;
	u32 i, r, first, last;

	MUST(t->n_rules && t->n_rules <= SFR_MAX_RULES);
	MUST(rules[SFR_RULE_NONE].flags & SFR_RULE_GAP);
	for (i = 0; i < t->n_rules; i++) {
		if (!(rules[i].flags & SFR_RULE_REPEAT))
			continue;
		first = rules[i].ra_off;
		last = first + rules[i].ra_base;
		MUST(rules[i].cfa_base && (u32)rules[i].cfa_off < t->span);
		MUST(first >= t->repeat_rows);
		MUST(last < t->repeat_rows + t->n_rows - t->n_text_rows);
		MUST(!place_of(rows[first]));
		for (r = first; r < last; r++)
			MUST(place_of(rows[r]) < place_of(rows[r + 1]));
		MUST(place_of(rows[last]) < rules[i].cfa_base);
	}
}

/* Of a page that has rows @first .. @end - 1. */
static u32 check_page(const struct sfr_table *t, u32 page, u32 first, u32 end, u32 *before)
{
	const u32 *rows = t->rows;
	u32 distinct = 0, i;

	MUST(first < end && !place_of(rows[first]));
	for (i = first; i < end; i++) {
		MUST(sfr_row_number(rows[i]) < t->n_rules);
		MUST(((u64)page << SFR_PAGE_SHIFT) + place_of(rows[i]) <= t->span);
		MUST(i == first || place_of(rows[i - 1]) < place_of(rows[i]));
		/* Only a page's first row may repeat what held before. */
		MUST(i == first || sfr_row_number(rows[i]) != *before);
		distinct += sfr_row_number(rows[i]) != *before;
		*before = sfr_row_number(rows[i]);
	}
	return distinct;
}

/* A block's index is its last row, or the one that holds at its start. */
static void check_index(const struct sfr_table *t, u32 block, u32 end_of_page)
{
	u32 first = t->pages[block >> (SFR_PAGE_SHIFT - t->shift)];
	u32 row = first + t->index[block];
	u64 begin = (u16)((u64)block << t->shift), end = begin + (1ull << t->shift);

	MUST(row < end_of_page && place_of(t->rows[row]) < end);
	MUST(row + 1 == end_of_page || place_of(t->rows[row + 1]) >= end);
}

static void check_dense(const struct sfr_table *t)
{
	const u32 *pages = t->pages, *rows = t->rows;
	u32 page, block, end = 0, per_page = 1u << (SFR_PAGE_SHIFT - t->shift);
	u32 distinct = 0, before = ~0u;

	MUST(t->shift >= SFR_MIN_SHIFT && t->shift <= SFR_PAGE_SHIFT);
	MUST(t->n_pages == (t->span >> SFR_PAGE_SHIFT) + 1);
	MUST(t->n_blocks == (t->span >> t->shift) + 1);
	MUST(!pages[0]);
	for (page = 0; page < t->n_pages; page++) {
		end = page + 1 < t->n_pages ? pages[page + 1] : t->repeat_rows;
		/* Behind the last page's rows there may be room that is not used. */
		while (page + 1 == t->n_pages && end > pages[page] + 1 && !rows[end - 1])
			end--;
		distinct += check_page(t, page, pages[page], end, &before);
		for (block = page * per_page;
		     block < t->n_blocks && block < (page + 1) * per_page; block++)
			check_index(t, block, end);
	}
	MUST(distinct == t->n_text_rows);
	MUST(sfr_row_number(rows[end - 1]) == SFR_RULE_NONE);
}

static void check_sparse(const struct sfr_table *t)
{
	const u32 *offsets = t->offsets;
	const u16 *numbers = t->numbers;
	u32 i;

	MUST(!t->run_span && !t->n_pages && !t->n_blocks && !t->repeat_rows);
	MUST(!offsets[0] && offsets[t->n_text_rows - 1] <= t->span);
	MUST(numbers[t->n_text_rows - 1] == SFR_RULE_NONE);
	for (i = 0; i < t->n_text_rows; i++)
		MUST(numbers[i] < t->n_rules);
	for (i = 1; i < t->n_text_rows; i++)
		MUST(offsets[i - 1] < offsets[i] && numbers[i - 1] != numbers[i]);
}

/* Do  at  lie behind the head, in the table's memory? */
static bool within(const struct sfr_table *t, const void *array, u64 bytes)
{
	const char *end = (const char *)t + t->bytes;

	return (const char *)array >= (const char *)(t + 1) && bytes <= t->bytes &&
	       (const char *)array + bytes <= end;
}

static void check_arrays(const struct sfr_table *t)
{
	u64 n_rows = t->repeat_rows + (u64)t->n_rows - t->n_text_rows;

	MUST(within(t, t->rules, t->n_rules * sizeof(*t->rules)));
	MUST(within(t, t->rows, n_rows * sizeof(*t->rows)));
	if (t->shift) {
		MUST(within(t, t->pages, t->n_pages * sizeof(*t->pages)));
		MUST(within(t, t->index, t->n_blocks * sizeof(*t->index)));
	} else {
		MUST(within(t, t->offsets, t->n_text_rows * sizeof(*t->offsets)));
		MUST(within(t, t->numbers, t->n_text_rows * sizeof(*t->numbers)));
	}
}

void check_table(const struct sfr_table *t)
{
	u64 rules = t->n_rules * sizeof(struct sfr_rule);

	MUST(t->n_text_rows && t->n_text_rows <= t->n_rows);
	MUST(t->run_span == t->span || !t->run_span);
	/* Six bytes a row, and what alignment adds. */
	MUST(t->bytes <= sizeof(*t) + rules + 6 * (u64)t->n_rows + 16);
	check_arrays(t);
	check_rules(t);
	if (t->shift)
		check_dense(t);
	else
		check_sparse(t);
}
