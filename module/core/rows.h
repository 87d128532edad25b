/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The row table: what an SFrame section is compiled to, and the only form that
 * a walk sees. Immutable once built; one contiguous block of memory that the
 * caller owns. Its head points into it: it stays where it was stored.
 *
 * Rows are sorted by text offset; each holds until the next. Gaps between
 * functions, and what follows the last one, are rows too. Lookup is bounded
 * whatever the input was (table.h has the layout).
 */
#ifndef SFR_ROWS_H
#define SFR_ROWS_H

#include <sfr_env.h>

/*
 * A rule, as algebra. Each of the three is a base register plus an offset, or,
 * with SFR_BASE_DEREF, the stack word there:
 *
 *   cfa = [*](cfa_base + cfa_off)	the base: sp, fp or another register
 *   ra  = [*](ra_base + ra_off)	the base: the cfa just found, or a register
 *   fp  = [*](fp_base + fp_off)	the same; fp + 0: unchanged
 *   sp  = cfa (s390x: cfa - 160; and see SFR_RULE_ADDEND)
 *
 * Equal rules are equal bytes.
 */
struct sfr_rule {
	s32 cfa_off;
	s32 ra_off;
	s32 fp_off;
	u8 cfa_base;		/* SFR_BASE_* */
	u8 ra_base;
	u8 fp_base;
	u8 flags;		/* SFR_RULE_*; mostly none */
};

#define SFR_BASE_SP		0x00
#define SFR_BASE_FP		0x01
#define SFR_BASE_CFA		0x02
#define SFR_BASE_REG		0x20	/* + DWARF number, below 32, of a register that is
					 * neither sp nor fp */
#define SFR_BASE_NO_REG		0x40	/* a register that the ABI has not */
#define SFR_BASE_DEREF		0x80	/* or-ed in: what is there, not the address */

#define SFR_RULE_OUTERMOST	0x01	/* no caller; nothing else holds */
#define SFR_RULE_SIGNAL		0x02	/* the pc is in a signal trampoline: the
					 * kernel's frame lies at sp, nothing
					 * else holds; but see SFR_RULE_EXACT */
#define SFR_RULE_RA_SIGNED	0x04	/* AArch64: ra holds an authentication code, which
					 * a step does not take off */
#define SFR_RULE_GAP		0x08	/* there is no rule; nothing else holds */
#define SFR_RULE_BEFORE_SIGNAL	0x10	/* of a row whose every byte, mostly one, stands before
					 * a trampoline: a return address is looked up there,
					 * and means the trampoline; else as without */
#define SFR_RULE_REPEAT		0x20	/* not a rule: a block of cfa_base bytes that
					 * repeats from text offset cfa_off on. Its rows
					 * are row ra_off and ra_base more, whose offsets
					 * count from the block's start */

/*
 * sfreg's extension, an injected call's: it is a rule like others, but the caller was left
 * by no call, and its pc is exact.
 */
#define SFR_RULE_EXACT		(SFR_RULE_SIGNAL | SFR_RULE_GENERAL)

#define SFR_RULE_GENERAL	0x40	/* not of the one shape that nearly all rules have:
					 * cfa = sp or fp + cfa_off, ra = *(cfa - 8),
					 * fp = *(cfa + fp_off) or unchanged */
#define SFR_RULE_ADDEND	0x80	/* sfreg's extension, "cfa = *(base + off) + constant": the
				 * constant is in ra_off and fp_off. The caller's sp is
				 * no cfa but stands above the return address:
				 *   ra = *(cfa + ra_off)
				 *   sp = cfa + ra_off + 8
				 * ra_base is free, then: unless it is a CFA's, it is a
				 * register that counts words,
				 *   cfa = *(cfa_base + cfa_off + 8 * register) */
#define SFR_COMMON_RA		(-8)

struct sfr_table;

/* Bounded, reads only the table; NMI-safe. */

/*
 * sfr_table_rule() - the rule that holds at an address
 * @table: the table
 * @rel: the address, minus the base of the section (wraps: signed)
 * @after_call: @rel is a return address. The rule at the call, @rel - 1, is
 *	meant then, unless a signal trampoline begins at @rel
 *
 * Return: the rule, which is neither a gap's nor a block's, or NULL if there is
 * none (a gap, or outside).
 */
const struct sfr_rule *sfr_table_rule(const struct sfr_table *table, u64 rel,
				      bool after_call);

/* For reports: rows of the table, bytes that it occupies. */
u32 sfr_table_rows(const struct sfr_table *table);
size_t sfr_table_bytes(const struct sfr_table *table);

#endif /* SFR_ROWS_H */
