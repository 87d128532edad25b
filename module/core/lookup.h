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

/* What @rule, which bears a flag, means at @offset. NULL: there is no rule. */
const struct sfr_rule *sfr_resolve(const struct sfr_table *table, const struct sfr_rule *rule,
				   u32 offset, bool after_call);

/* The number of the rule at @offset, below ->span, of any table: at most 32 rounds. */
u16 sfr_bisected_number(const struct sfr_table *table, u32 offset);

/* Rows that are scanned before it is better to bisect: their branches are predicted. */
#define SFR_SCAN_ROWS	16

/* The same, below ->run_span, where rows are few. The page's first row ends the scan. */
static inline u16 sfr_scanned_number(const struct sfr_table *table, u32 offset)
{
	u32 bound = sfr_row_bound(offset), n = SFR_SCAN_ROWS;
	const u32 *row = &table->rows[table->pages[offset >> SFR_PAGE_SHIFT] +
				      table->index[offset >> table->shift]];

	for (; *row > bound; row--)
		if (unlikely(!--n))
			return sfr_bisected_number(table, offset);
	return sfr_row_number(*row);
}

#endif /* SFR_LOOKUP_H */
