/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The row table: what an SFrame section is compiled to, and the only form that
 * a walk sees. Immutable once built; one contiguous block of memory that the
 * caller owns; holds no pointers, so it can be copied and mapped.
 *
 * Rows are sorted by text offset (from ->lowest); each holds until the next.
 * Gaps between functions, and what follows the last one, are rows that name
 * rule SFR_RULE_NONE. Lookup is bounded whatever the input was: an index of
 * equal blocks of text narrows the search to the rows of one block, which is
 * then bisected.
 */
#ifndef SFR_ROWS_H
#define SFR_ROWS_H

#include <sfr_env.h>

/*
 * A rule, as algebra (AMD64; reg is sp or fp):
 *
 *   cfa = reg + cfa_off			or, SFR_RULE_CFA_DEREF, *(reg + cfa_off)
 *   ra  = *(cfa + ra_off)
 *   fp  = *(cfa + fp_off)  if SFR_RULE_FP_SAVED, else unchanged
 *   sp  = cfa
 */
struct sfr_rule {
	s32 cfa_off;
	s32 ra_off;
	s32 fp_off;
	u8 cfa_base;		/* SFR_BASE_* */
	u8 flags;		/* SFR_RULE_* */
	u16 pad;		/* 0: rules are compared as bytes */
};

enum { SFR_BASE_SP, SFR_BASE_FP };

#define SFR_RULE_FP_SAVED	0x01	/* fp_off holds */
#define SFR_RULE_OUTERMOST	0x02	/* no caller; nothing else holds */
#define SFR_RULE_SIGNAL		0x04	/* the pc is in a signal trampoline: the
					 * kernel's frame lies at sp, nothing
					 * else holds */
#define SFR_RULE_CFA_DEREF	0x08
#define SFR_RULE_REPEAT		0x10	/* not a rule: a block of cfa_off bytes that
					 * repeats from this row on, described by
					 * fp_off rows from number ra_off on, whose
					 * offsets are relative to the block */

/* Rule number 0: there is no rule. */
#define SFR_RULE_NONE		0

struct sfr_table;

/* Bounded, reads only the table; NMI-safe. */

/*
 * sfr_table_rule() - the rule that holds at an address
 * @table: the table
 * @rel: the address, minus the base of the section (wraps: signed)
 * @after_call: @rel is a return address. The rule at the call, @rel - 1, is
 *	meant then, unless a signal frame's rule holds at @rel exactly
 *
 * Return: the rule, or NULL if there is none (a gap, or outside).
 */
const struct sfr_rule *sfr_table_rule(const struct sfr_table *table, u64 rel,
				      bool after_call);

/* For reports: rows of the table, bytes that it occupies. */
u32 sfr_table_rows(const struct sfr_table *table);
size_t sfr_table_bytes(const struct sfr_table *table);

#endif /* SFR_ROWS_H */
