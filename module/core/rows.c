// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Looks up an address in a row table. Any context, NMI included: reads nothing
 * but the table, which is immutable and was checked when it was built.
 */
#include <sfr_env.h>
#include "rows.h"
#include "table.h"

/* A run of rows that is shorter is scanned: its branches are well predicted. */
#define SCAN_ROWS	8

/*
 * The last of rows lo .. hi that starts at or before @offset; row lo does. The
 * bisection is for the dense block and the hostile table: at most 32 rounds.
 */
static u32 last_row_at(const u32 *offsets, u32 lo, u32 hi, u32 offset)
{
	while (unlikely(hi - lo > SCAN_ROWS)) {
		u32 middle = lo + (hi - lo) / 2;

		if (offsets[middle] <= offset)
			lo = middle;
		else
			hi = middle - 1;
	}
	while (hi > lo && offsets[hi] > offset)
		hi--;
	return hi;
}

/* @offset is inside the block's function, @first its start. */
static u16 number_in_block(const struct sfr_table *table, const struct sfr_rule *block,
			   u32 first, u32 offset)
{
	const u32 *offsets = sfr_table_offsets(table);
	u32 lo = block->ra_off, hi = lo + block->fp_off - 1;

	offset = (offset - first) % (u32)block->cfa_off;
	return sfr_table_numbers(table)[last_row_at(offsets, lo, hi, offset)];
}

const struct sfr_rule *sfr_table_rule(const struct sfr_table *table, u64 rel,
				      bool after_call)
{
	const struct sfr_rule *rules = sfr_table_rules(table);
	const u32 *index = sfr_table_index(table);
	const u32 *offsets = sfr_table_offsets(table);
	const u16 *numbers = sfr_table_numbers(table);
	u64 distance = rel - (u64)table->lowest;
	u32 offset = distance, row;
	u16 number;

	/* Equal to span: behind the last function, but a call may end there. */
	if (distance > table->span)
		return NULL;
	index += offset >> table->shift;
	row = last_row_at(offsets, index[0], index[1], offset);
	number = numbers[row];
	if (after_call && !(rules[number].flags & SFR_RULE_SIGNAL)) {
		if (!offset)
			return NULL;
		if (offsets[row] == offset)
			number = numbers[--row];
		offset--;
	}
	if (unlikely(rules[number].flags & SFR_RULE_REPEAT))
		number = number_in_block(table, &rules[number], offsets[row], offset);
	return number == SFR_RULE_NONE ? NULL : &rules[number];
}

u32 sfr_table_rows(const struct sfr_table *table)
{
	return table->n_rows;
}

size_t sfr_table_bytes(const struct sfr_table *table)
{
	return table->bytes;
}
