/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The row table's layout, for what fills it (compile.c) and what reads it
 * (rows.c). Four arrays follow the header, in this order:
 *
 *	struct sfr_rule rules[n_rules]		rules[SFR_RULE_NONE] is unused
 *	u32 index[n_blocks + 1]			at index_at
 *	u32 offsets[n_rows]			at offsets_at
 *	u16 numbers[n_rows]			at numbers_at
 *
 * Row i holds from lowest + offsets[i] on, by rules[numbers[i]]. Rows of the
 * text come first; the last of them names no rule and stands at ->span, the end
 * of the last function, or before it if that function has none. Behind them
 * stand the rows of repeating blocks, whose offsets count from the block's start.
 *
 * index[b] is the row that holds at the first byte of block b of 2^shift bytes,
 * so that the row of an offset in b is one of index[b] .. index[b + 1].
 */
#ifndef SFR_TABLE_H
#define SFR_TABLE_H

#include <sfr_env.h>
#include "rows.h"

/* A block is no smaller than a cache line's worth of text. */
#define SFR_MIN_SHIFT	6
/* The span is below 2^32, so that two blocks of 2^31 cover the widest. */
#define SFR_MAX_SHIFT	31

struct sfr_table {
	s64 lowest;		/* start of the first function */
	size_t bytes;		/* of the whole table */
	size_t index_at, offsets_at, numbers_at;	/* from the table's start */
	u32 span;
	u32 n_text_rows, n_rows;
	u32 n_rules;
	u32 n_blocks;
	u32 shift;
};

static inline const struct sfr_rule *sfr_table_rules(const struct sfr_table *table)
{
	return (const void *)(table + 1);
}

static inline const u32 *sfr_table_index(const struct sfr_table *table)
{
	return (const void *)((const char *)table + table->index_at);
}

static inline const u32 *sfr_table_offsets(const struct sfr_table *table)
{
	return (const void *)((const char *)table + table->offsets_at);
}

static inline const u16 *sfr_table_numbers(const struct sfr_table *table)
{
	return (const void *)((const char *)table + table->numbers_at);
}

#endif /* SFR_TABLE_H */
