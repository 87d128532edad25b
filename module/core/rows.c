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
 * Of rows lo .. hi the last that starts at or before @at; row lo does, whatever
 * its offset says. The bisection is for the dense block and the hostile table.
 */
static inline u32 last_row_at(const u8 *offsets, u32 lo, u32 hi, u8 at)
{
	while (unlikely(hi - lo > SCAN_ROWS)) {
		u32 middle = lo + (hi - lo) / 2;

		if (offsets[middle] <= at)
			lo = middle;
		else
			hi = middle - 1;
	}
	while (hi != lo && offsets[hi] > at)
		hi--;
	return hi;
}

/* At most 32 rounds. */
static u32 far_row_at(const struct sfr_table *table, u32 offset)
{
	const u32 *offsets = sfr_table_far_offsets(table);
	u32 lo = 0, hi = table->n_text_rows - 1;

	while (lo != hi) {
		u32 middle = hi - (hi - lo) / 2;

		if (offsets[middle] <= offset)
			lo = middle;
		else
			hi = middle - 1;
	}
	return lo;
}

/* Row 0 stands at offset 0, so that no block's first row but that is row 0. */
static inline u32 row_at(const struct sfr_table *table, u32 offset)
{
	const u32 *pages = sfr_table_pages(table);
	const u16 *index = sfr_table_index(table);
	u32 shift = table->shift, block = offset >> shift, lo, hi;

	if (unlikely(!shift))
		return far_row_at(table, offset);
	lo = pages[block >> (SFR_PAGE_SHIFT - shift)] + index[block];
	hi = pages[(block + 1) >> (SFR_PAGE_SHIFT - shift)] + index[block + 1];
	return last_row_at(sfr_table_offsets(table), lo - 1, hi - 1,
			   offset & ((1u << shift) - 1));
}

/* What @rule, which bears a flag, means at @offset. */
static const struct sfr_rule *resolve(const struct sfr_table *table,
				      const struct sfr_rule *rule, u32 offset, bool after_call)
{
	static const struct sfr_rule signal = { .flags = SFR_RULE_SIGNAL };
	u32 row;

	if (rule->flags & SFR_RULE_REPEAT) {
		row = last_row_at(sfr_table_offsets(table), rule->ra_off,
				  rule->ra_off + rule->ra_base,
				  (offset - rule->cfa_off) % rule->cfa_base);
		rule = sfr_table_rules(table) + sfr_table_numbers(table)[row];
	}
	if (rule->flags & SFR_RULE_BEFORE_SIGNAL && after_call)
		return &signal;
	return rule->flags & SFR_RULE_GAP ? NULL : rule;
}

const struct sfr_rule *sfr_table_rule(const struct sfr_table *table, u64 rel,
				      bool after_call)
{
	u64 offset = rel - after_call - (u64)table->lowest;
	const struct sfr_rule *rule;

	if (unlikely(offset >= table->span))
		return NULL;
	rule = sfr_table_rules(table) + sfr_table_numbers(table)[row_at(table, offset)];
	return likely(!rule->flags) ? rule : resolve(table, rule, offset, after_call);
}

u32 sfr_table_rows(const struct sfr_table *table)
{
	return table->n_rows;
}

size_t sfr_table_bytes(const struct sfr_table *table)
{
	return table->bytes;
}
