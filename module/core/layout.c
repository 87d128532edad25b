// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Lays the rows and rules that compile.c has gathered out as a table (table.h).
 * Process context.
 */
#include <sfr_env.h>
#include "compile.h"
#include "scratch.h"
#include "table.h"

/*
 * The smallest blocks with which a row takes no more than the six bytes that it
 * takes in a sparse table: three of its own, and three of the index.
 */
static u32 choose_shift(u32 span, u32 n_rows)
{
	u32 shift;

	for (shift = SFR_MIN_SHIFT; shift <= SFR_MAX_SHIFT; shift++)
		if (2 * ((u64)(span >> shift) + 1) <= 3 * (u64)n_rows)
			return shift;
	return 0;
}

void sfr_layout(struct sfr_scratch *s)
{
	struct sfr_table *t = &s->table;
	size_t n_words;

	t->lowest = s->lowest;
	t->span = s->span;
	t->n_rules = s->numbering.n_rules;
	t->n_text_rows = s->text.n;
	t->n_rows = s->text.n + s->n_block_rows;
	t->shift = choose_shift(t->span, t->n_text_rows);
	t->words_at = sizeof(*t) + t->n_rules * sizeof(struct sfr_rule);
	if (t->shift) {
		t->n_blocks = (t->span >> t->shift) + 1;
		n_words = (t->n_blocks >> (SFR_PAGE_SHIFT - t->shift)) + 1;
		t->index_at = t->words_at + n_words * sizeof(u32);
		t->numbers_at = t->index_at + (t->n_blocks + (size_t)1) * sizeof(u16);
	} else {
		t->numbers_at = t->words_at + t->n_text_rows * sizeof(u32);
	}
	t->offsets_at = t->numbers_at + t->n_rows * sizeof(u16);
	t->bytes = t->offsets_at + t->n_rows;
	if (!t->shift) {
		t->offsets_at -= t->n_text_rows;
		t->bytes -= t->n_text_rows;
	}
	t->bytes = sfr_align8(t->bytes);
}

/* Block rows stand in the scratch memory from the end of its room backwards. */
static void store_block_rows(const struct sfr_scratch *s, u16 *numbers, u8 *offsets)
{
	u32 i, row = s->table.n_text_rows, last = s->text.room + s->n_block_rows - 1;

	for (i = 0; i < s->n_block_rows; i++, row++) {
		offsets[row] = s->text.offsets[last - i];
		numbers[row] = s->text.numbers[last - i];
	}
}

/* @offsets, of which each keeps its place in its block, and the index above them. */
static void store_dense(const struct sfr_scratch *s, u32 *pages, u16 *index, u8 *offsets)
{
	const struct sfr_table *t = &s->table;
	u32 block = 0, page_blocks = 1u << (SFR_PAGE_SHIFT - t->shift), row;

	for (row = 0; row <= t->n_text_rows; row++) {
		/* Blocks that begin at or before this row, and after the last. */
		u32 until = row == t->n_text_rows ? t->n_blocks :
						    s->text.offsets[row] >> t->shift;

		if (row % SFR_REST == 0)
			sfr_env_rest();
		for (; block <= until; block++) {
			if (block % SFR_REST == 0)
				sfr_env_rest();
			if (block % page_blocks == 0)
				pages[block / page_blocks] = row;
			index[block] = row - pages[block / page_blocks];
		}
		if (row < t->n_text_rows)
			offsets[row] = s->text.offsets[row] & ((1u << t->shift) - 1);
	}
}

struct sfr_table *sfr_table_store(const void *scratch, void *at)
{
	const struct sfr_scratch *s = scratch;
	struct sfr_table *t = at;
	struct sfr_rule *rules = (void *)(t + 1);
	u32 *words, i;
	u16 *numbers;
	u8 *offsets;

	*t = s->table;
	/* The padding at the end. */
	memset((char *)at + t->bytes - 8, 0, 8);
	words = (void *)((char *)at + t->words_at);
	numbers = (void *)((char *)at + t->numbers_at);
	offsets = (u8 *)at + t->offsets_at;
	memcpy(numbers, s->text.numbers, t->n_text_rows * sizeof(u16));
	if (t->shift)
		store_dense(s, words, (void *)((char *)at + t->index_at), offsets);
	else
		memcpy(words, s->text.offsets, t->n_text_rows * sizeof(u32));
	store_block_rows(s, numbers, offsets);
	memcpy(rules, s->numbering.rules, t->n_rules * sizeof(*rules));
	for (i = 0; i < t->n_rules; i++)
		if (rules[i].flags & SFR_RULE_REPEAT)
			rules[i].ra_off += t->n_text_rows;
	return t;
}
