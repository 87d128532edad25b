/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A row's rule, as algebra, and how DWARF's words come to it:
 *
 *   cfa = [*](reg + off [+ 8 * index]) + addend
 *   ra, fp = [*](reg or cfa + off)
 *   sp = cfa
 */
#ifndef SYNTH_RULE_H
#define SYNTH_RULE_H

#include <elfutils/libdw.h>

#include "synth.h"

/* DWARF numbers of x86-64. */
#define REG_FP		6
#define REG_SP		7
#define REG_RA		16	/* in expressions: the pc */
#define N_REGS		16	/* that a row can name */
#define BASE_CFA	0xff

struct place {
	uint8_t base;		/* a register, or BASE_CFA */
	bool deref;
	int32_t off;
};

struct rule {
	enum synth_kind kind;	/* valid if gap is SYNTH_GAP_COUNT */
	enum synth_gap gap;	/* why there is no rule */
	/* All zero, if the kind says it all. */
	struct place cfa, ra, fp;
	int32_t addend;		/* this and an index: of a word in memory only */
	bool indexed;
	uint8_t index;		/* a register */
};

bool place_equal(const struct place *a, const struct place *b);
bool rule_equal(const struct rule *a, const struct rule *b);

/* With another CFA: no place that is relative to it moves. */
struct rule rule_with_cfa(const struct rule *rule, const struct place *cfa);

/* What libdw says of a row, kept while it is asked for more than one pc. */
struct description {
	struct location {
		Dwarf_Op *ops, memory[3];
		size_t n;
		bool bad;
	} cfa, ra, fp, sp;
	bool signal;
};

/* @ra_column: what dwarf_frame_info() returned. Good as long as @frame. */
void rule_describe(struct description *d, Dwarf_Frame *frame, int ra_column, bool signal);

/* The rule at @pc; *@pc_matters: it was asked for. */
struct rule rule_at(const struct description *d, uint64_t pc, bool *pc_matters);

#endif /* SYNTH_RULE_H */
