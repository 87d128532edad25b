/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The row table's layout, for what fills it (layout.c) and what reads it
 * (rows.c). Row i holds from its text offset on, which counts from ->lowest, by
 * rules[numbers[i]]. Row 0 stands at offset 0. The rows of the text come first;
 * the last of them is a gap, at ->span or before. Behind them stand the rows of
 * repeating blocks, whose offsets count from the block's start.
 *
 * Dense tables, shift 6 to 8: the text is divided into blocks of 2^shift bytes.
 * Of a row's offset only the low 8 bits are kept, its place in its block:
 *
 *	struct sfr_rule rules[n_rules]		rules[0] is a gap's
 *	u32 pages[n_pages]			rows before each 64 KiB of text
 *	u16 index[n_blocks + 1]			of those, rows before each block
 *	u16 numbers[n_rows]
 *	u8 offsets[n_rows]
 *
 * so that the rows that begin in block b are rows first(b) .. first(b + 1) - 1,
 * first(b) = pages[b's page] + index[b], and the row that holds at its first
 * byte, unless one begins there, is row first(b) - 1.
 *
 * Sparse tables, shift 0, where that would take more memory: u32 offsets that
 * are bisected.
 *
 *	struct sfr_rule rules[n_rules]
 *	u32 far_offsets[n_text_rows]
 *	u16 numbers[n_rows]
 *	u8 offsets[n_rows - n_text_rows]	of blocks
 *
 * Either way a row takes at most six bytes.
 */
#ifndef SFR_TABLE_H
#define SFR_TABLE_H

#include <sfr_env.h>
#include "rows.h"

#define SFR_MIN_SHIFT	6	/* a cache line's worth of text */
#define SFR_MAX_SHIFT	8	/* a u8 says a place in it */
#define SFR_PAGE_SHIFT	16	/* a u16 counts the rows of its text */

struct sfr_table {
	s64 lowest;		/* start of the first function */
	u32 span;		/* from there to the last one's end */
	u32 shift;
	size_t words_at;	/* of pages or far_offsets, from the table's start */
	size_t index_at;
	size_t numbers_at;
	size_t offsets_at;	/* of row 0, were sparse tables to have it */
	u32 n_text_rows, n_rows;
	u32 n_rules;
	u32 n_blocks;
	size_t bytes;		/* of the whole table */
};

#define sfr_table_array(type, table, at) \
	((const type *)((const char *)(table) + (table)->at))

#define sfr_table_rules(table)		((const struct sfr_rule *)((table) + 1))
#define sfr_table_pages(table)		sfr_table_array(u32, table, words_at)
#define sfr_table_far_offsets(table)	sfr_table_array(u32, table, words_at)
#define sfr_table_index(table)		sfr_table_array(u16, table, index_at)
#define sfr_table_numbers(table)	sfr_table_array(u16, table, numbers_at)
#define sfr_table_offsets(table)	sfr_table_array(u8, table, offsets_at)

#endif /* SFR_TABLE_H */
