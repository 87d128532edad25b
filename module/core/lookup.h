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

/*
 * The same, below ->run_span, where rows are few: it is one of the block's last,
 * or the one before them. A page's first row ends the scan.
 */
static inline u16 sfr_scanned_number(const struct sfr_table *table, u32 offset)
{
	u32 bound = sfr_row_bound(offset);
	const u32 *row = &table->rows[table->pages[offset >> SFR_PAGE_SHIFT] +
				      table->index[offset >> table->shift]];

	if (likely(*row <= bound || *--row <= bound || *--row <= bound || *--row <= bound))
		return sfr_row_number(*row);
	return sfr_bisected_number(table, offset);
}

#endif /* SFR_LOOKUP_H */
