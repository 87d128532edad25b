// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes stacks by the algebra of rules, from the innermost frame outwards. What
 * a frame says of fp is settled late: a frame whose CFA counts from fp chooses
 * fp's value, which is then written to where the inner frames saved it.
 */
#include <stdlib.h>

#include "bench.h"
#include "stacks.h"
#include "table.h"

#define STACK_BYTES	(1 << 20)
#define FRAME_MIN	16		/* a frame pointer and a return address */
#define FRAME_MAX	8192

struct making {
	u8 *words;			/* the stack grows down to here */
	u64 sp;
	u64 *fp_slot;			/* what fp will be read from */
	bool fp_chosen;			/* and is there already */
};

/* Rules that most frames have: sp or fp + constant, two stack slots. */
static bool common_rule(const struct sfr_rule *rule)
{
	return rule && !(rule->flags & SFR_RULE_OUTERMOST) && rule->cfa_base <= SFR_BASE_FP &&
	       rule->ra_base == (SFR_BASE_CFA | SFR_BASE_DEREF) && rule->ra_off == -8 &&
	       (rule->fp_base == (SFR_BASE_CFA | SFR_BASE_DEREF) ||
		(rule->fp_base == SFR_BASE_FP && !rule->fp_off));
}

/* The CFA of a frame by @rule, or 0: it does not fit here. */
static u64 find_cfa(struct making *m, const struct sfr_rule *rule, uint64_t *random)
{
	u64 cfa;

	if (rule->cfa_base == SFR_BASE_SP)
		cfa = m->sp + rule->cfa_off;
	else if (m->fp_chosen)
		cfa = *m->fp_slot + rule->cfa_off;
	else
		cfa = m->sp + FRAME_MIN + bench_random(random) % 32 * 8;
	/* Frames are aligned at 8, and leave what lies below alone. */
	if (cfa % 8 || cfa < m->sp + FRAME_MIN || cfa > m->sp + FRAME_MAX)
		return 0;
	if (rule->fp_base & SFR_BASE_DEREF &&
	    (rule->fp_off % 8 || rule->fp_off > -16 || cfa + rule->fp_off < m->sp))
		return 0;
	return cfa;
}

static void leave_frame(struct making *m, const struct sfr_rule *rule, u64 cfa)
{
	if (rule->cfa_base == SFR_BASE_FP) {
		*m->fp_slot = cfa - rule->cfa_off;
		m->fp_chosen = true;
	}
	if (rule->fp_base & SFR_BASE_DEREF) {
		m->fp_slot = (u64 *)(cfa + rule->fp_off);
		m->fp_chosen = false;
	}
	m->sp = cfa;
}

/* An address in described text, by whose rule a frame fits at @m. */
static u64 draw_pc(struct making *m, const struct sfr_window *window, bool after_call,
		   uint64_t *random, const struct sfr_rule **rule, u64 *cfa)
{
	u64 pc;

	do {
		pc = window->start + 1 + bench_random(random) % (window->end - window->start - 1);
		*rule = sfr_table_rule(window->table, pc - window->base, after_call);
		*cfa = common_rule(*rule) ? find_cfa(m, *rule, random) : 0;
	} while (!*cfa);
	return pc;
}

/* Every word an address in the text, so that a wrong slot is seen by its pc. */
static u8 *make_words(const struct sfr_window *window, uint64_t *random)
{
	u64 *words = malloc(STACK_BYTES);
	unsigned int i;

	for (i = 0; i < STACK_BYTES / sizeof(*words); i++)
		words[i] = window->start + bench_random(random) % (window->end - window->start);
	return (u8 *)words;
}

void stack_make(struct stack *stack, const struct sfr_window *window, uint64_t *random)
{
	u8 *words = make_words(window, random), *fp_words = make_words(window, random);
	struct making m = { .sp = (u64)words, .fp_slot = &stack->regs.fp };
	u64 cfa, *fp_link = &stack->fp_regs.fp, *ra_slot = &stack->regs.pc;
	u64 *fp_ra_slot = &stack->fp_regs.pc;
	const struct sfr_rule *rule;
	unsigned int i;

	stack->regs.sp = m.sp;
	for (i = 0; i < STACK_FRAMES; i++) {
		if (m.sp - (u64)words > STACK_BYTES - FRAME_MAX)
			bench_fail("a stack of %d frames has no room", STACK_FRAMES);
		stack->pcs[i] = draw_pc(&m, window, i > 0, random, &rule, &cfa);
		*ra_slot = *fp_ra_slot = stack->pcs[i];
		leave_frame(&m, rule, cfa);
		ra_slot = (u64 *)(cfa - 8);
		fp_ra_slot = (u64 *)(fp_words + ((u8 *)ra_slot - words));
		*fp_link = (u64)(fp_ra_slot - 1);
		fp_link = fp_ra_slot - 1;
	}
}
