/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks that never were: random pcs, and the words that make each walk right,
 * laid out by the rules themselves.
 */
#ifndef STACKS_H
#define STACKS_H

#include "windows.h"

#define STACK_FRAMES	64

struct stack {
	u64 pcs[STACK_FRAMES];
	struct sfr_regs regs;
	u64 lo, hi;			/* its words */
	/* The same frames, their frame pointers linked. */
	struct sfr_regs fp_regs;
	u64 fp_lo, fp_hi;
};

/* @window: what of its text is described is drawn from, by address. */
void stack_make(struct stack *stack, const struct sfr_window *window, uint64_t *random);

#endif /* STACKS_H */
