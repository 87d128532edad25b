/* SPDX-License-Identifier: GPL-2.0-only */
/* worker.S: what it offers, and the truth about its frames. */
#ifndef WORKER_H
#define WORKER_H

#include "sft_truth.h"

void sft_work(unsigned long rounds);
void sft_stepped(void (*f)(long arg), long arg);
void sft_fault_load(void *address);
void sft_fault_divide(void);
void sft_fault_undefined(void);
void sft_fault_jump(void *address);

extern const char sft_work_known[], sft_work_known_end[];
extern const char sft_work_outer[], sft_work_outer_end[], sft_work_outer_ret[];
extern const char sft_work_middle[], sft_work_middle_end[], sft_work_middle_ret[];
extern const char sft_work_leaf[], sft_work_leaf_end[], sft_work_leaf_ret[];
extern const char sft_fault_load_at[], sft_fault_divide_at[];
extern const char sft_fault_undefined_at[], sft_fault_jump_after[];
extern const char sft_own_restorer[];

static inline bool sft_within(uint64_t pc, const char *start, const char *end)
{
	return pc - sft_addr(start) < (uint64_t)(end - start);
}

/*
 * How many of worker.S's frames the interrupted pc has, innermost first: 4 in
 * the leaf, 1 in sft_work itself; 0: not there, or where r15 is not yet known.
 */
static inline int sft_work_depth(uint64_t pc)
{
	if (sft_within(pc, sft_work_leaf, sft_work_leaf_end))
		return 4;
	if (sft_within(pc, sft_work_middle, sft_work_middle_end))
		return 3;
	if (sft_within(pc, sft_work_outer, sft_work_outer_end))
		return 2;
	return sft_within(pc, sft_work_known, sft_work_known_end);
}

/*
 * The n-th discontinuity of the backtrace lies in worker.S, says the handler's
 * ucontext: the frames from there on against the registers. No unwind data, no
 * stack word is used. NULL: nothing differs.
 */
static inline const char *sft_work_differs(const struct sft_capture *c, int n,
					   const void *ucontext)
{
	static const char *const rets[] = {
		sft_work_outer_ret, sft_work_middle_ret, sft_work_leaf_ret,
	};
	static const int cfas[] = { REG_R15, REG_R12, REG_R13, REG_R14 };
	const greg_t *regs = ((const ucontext_t *)ucontext)->uc_mcontext.gregs;
	int depth = sft_work_depth(regs[REG_RIP]), at = sft_discontinuity(c, n);

	if (!depth)
		return NULL;
	if (at < 1 || at + depth >= (int)c->bt.count)
		return "too few frames of the work";
	for (int i = 0; i < depth; i++) {
		const struct sfreg_frame *f = &c->frames[at + i];
		int level = depth - 1 - i;

		if (f->cfa != (uint64_t)regs[cfas[level]])
			return "not the CFA in the register";
		if (i && f->pc != sft_addr(rets[level]))
			return "not the call in the work";
	}
	return NULL;
}

#endif /* WORKER_H */
