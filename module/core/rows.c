// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Lookup in full: crowded and sparse tables, rules that bear a flag. Any context, NMI included.
 */
#include <sfr_env.h>
#include "lookup.h"
#include "rows.h"
#include "table.h"

/* Of rows @lo .. @hi the last that is at most @bound, or @lo. At most 32 rounds. */
static const u32 *last_row(const u32 *lo, const u32 *hi, u32 bound)
{
	while (lo != hi) {
		const u32 *middle = hi - (hi - lo) / 2;

		if (*middle <= bound)
			lo = middle;
		else
			hi = middle - 1;
	}
	return lo;
}

u16 sfr_bisected_number(const struct sfr_table *table, u32 offset)
{
	const u32 *row = table->offsets;

	if (!table->shift)
		return table->numbers[last_row(row, row + table->n_text_rows - 1, offset) - row];
	row = &table->rows[table->pages[offset >> SFR_PAGE_SHIFT]];
	return sfr_row_number(*last_row(row, row + table->index[offset >> table->shift],
					sfr_row_bound(offset)));
}

const struct sfr_rule *sfr_resolve(const struct sfr_table *table, const struct sfr_rule *rule,
				   u32 offset, bool after_call)
{
	static const struct sfr_rule signal = { .flags = SFR_RULE_SIGNAL };
	const u32 *row;

	if (rule->flags & SFR_RULE_REPEAT) {
		offset = (offset - (u32)rule->cfa_off) % rule->cfa_base;
		row = &table->rows[rule->ra_off];
		row = last_row(row, row + rule->ra_base, sfr_row_bound(offset));
		rule = &table->rules[sfr_row_number(*row)];
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
	offset = sfr_env_nospec(offset, table->span);
	rule = &table->rules[table->run_span ? sfr_scanned_number(table, offset) :
					       sfr_bisected_number(table, offset)];
	return likely(!rule->flags) ? rule : sfr_resolve(table, rule, offset, after_call);
}

u32 sfr_table_rows(const struct sfr_table *table)
{
	return table->n_rows;
}

size_t sfr_table_bytes(const struct sfr_table *table)
{
	return table->bytes;
}
