/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The row that holds at a text offset, inline, for the walk. Any context, NMI
 * included: reads nothing but the table, which is immutable and was checked when
 * it was built.
 */
#ifndef SFR_LOOKUP_H
#define SFR_LOOKUP_H

#include <sfr_env.h>
#include "rows.h"
#include "table.h"

/* The number of the rule at @offset, below ->span, of a table that says ->bisect. */
u16 sfr_bisected_number(const struct sfr_table *table, u32 offset);

/* What @rule, which bears a flag, means at @offset. NULL: there is no rule. */
const struct sfr_rule *sfr_resolve(const struct sfr_table *table, const struct sfr_rule *rule,
				   u32 offset, bool after_call);

/*
 * The rule at @offset, which is below ->span. The scan ends at its page's first
 * row, and is of SFR_CROWD rows at most.
 */
static inline const struct sfr_rule *sfr_rule_at(const struct sfr_table *table, u32 offset)
{
	u32 bound = sfr_row_bound(offset);
	const u32 *row;

	if (unlikely(table->bisect))
		return &table->rules[sfr_bisected_number(table, offset)];
	row = &table->rows[table->pages[offset >> SFR_PAGE_SHIFT] +
			   table->index[offset >> table->shift]];
	while (*row > bound)
		row--;
	return &table->rules[sfr_row_number(*row)];
}

#endif /* SFR_LOOKUP_H */
