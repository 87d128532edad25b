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
	/* The same frames, their frame pointers linked. */
	struct sfr_regs fp_regs;
};

/* @window: what of its text is described is drawn from, by address. */
void stack_make(struct stack *stack, const struct sfr_window *window, uint64_t *random);

#endif /* STACKS_H */
