/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The row table's layout, for what fills it (layout.c) and what reads it
 * (lookup.h, rows.c). A row holds from its text offset on, which counts from
 * ->lowest. Row 0 stands at offset 0; the last one is a gap, at ->span or before.
 *
 * Dense tables divide the text into pages of 64 KiB, and those into blocks of
 * 2^shift bytes. A row is one word: its offset in the page, and below it its
 * rule's number. Each page begins with a row, if need be one that repeats the
 * rule at hand.
 *
 * Sparse tables are for long text with less than five rows in 64 KiB, for which an
 * index would take more than the rows: their rows' offsets are bisected.
 *
 * The rows of repeating blocks stand at the end; their offsets count from the
 * block's start.
 */
#ifndef SFR_TABLE_H
#define SFR_TABLE_H

#include <sfr_env.h>
#include "rows.h"

/* Sums of rows and pages, and what is made of them, stay within 32 bits. */
#define SFR_MAX_ROWS	(1u << 30)

#define SFR_MIN_SHIFT	4
#define SFR_PAGE_SHIFT	16

/* The head of the table; all it points to follows it in the same memory. */
struct sfr_table {
	s64 lowest;		/* start of the first function, or the byte before */
	u64 span;		/* from there to the last one's end */
	u64 run_span;		/* the same; 0: sparse */
	const struct sfr_rule *rules;	/* rules[0] is a gap's */
	const u32 *pages;	/* each page's first row */
	const u16 *index;	/* the last row of each block, or before it, counted
				 * from its page's first */
	const u32 *rows;
	const u32 *offsets;	/* of a sparse table: n_text_rows */
	const u16 *numbers;	/* the same */
	u8 shift;
	u32 n_rules;
	u32 n_rows;		/* without those that only begin a page */
	u32 n_text_rows;
	u32 n_pages, n_blocks;	/* sparse: 0 */
	u32 repeat_rows;	/* the first row of the repeating blocks' */
	size_t bytes;		/* of the whole table */
};

/* A row's word, and the greatest one of a row at or before an offset. */
#define sfr_row(offset, number)		((u32)(offset) << 16 | (number))
#define sfr_row_bound(offset)		((u32)(offset) << 16 | 0xffff)
#define sfr_row_number(row)		((u16)(row))

#endif /* SFR_TABLE_H */
