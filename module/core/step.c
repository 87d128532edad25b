// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Applies a rule to registers and stack words. Any context, NMI included.
 * Registers, stack words and the rule's offsets are all hostile: each step
 * either moves up the stack, inside user space, or ends the walk.
 */
#include <sfr_env.h>
#include "rows.h"
#include "step.h"
#include "walk.h"

/* A stack word is 8 bytes, and a CFA stands on such a boundary. */
#define WORD	8

/*
 * No sum wraps unseen: a base is below @addr_max, which is far below 2^63, and
 * an offset is of 32 bits. A negative sum is above @addr_max as unsigned.
 */
static enum sfr_stop find_cfa(const struct sfr_rule *rule, u64 addr_max, void *env,
			      const struct sfr_regs *regs, u64 *cfa)
{
	u64 base;

	if (rule->cfa_base == SFR_BASE_SP)
		base = regs->sp;
	else if (rule->cfa_base == SFR_BASE_FP)
		base = regs->fp;
	else
		return SFR_STOP_UNKNOWN_REG;
	if (base >= addr_max)
		return SFR_STOP_BAD_CFA;
	*cfa = base + (s64)rule->cfa_off;
	if (rule->flags & SFR_RULE_CFA_DEREF && !sfr_env_read(env, *cfa, cfa))
		return SFR_STOP_UNREADABLE;
	if (*cfa >= addr_max || *cfa % WORD)
		return SFR_STOP_BAD_CFA;
	return *cfa > regs->sp ? SFR_STOP_NONE : SFR_STOP_NO_PROGRESS;
}

enum sfr_stop sfr_step(const struct sfr_rule *rule, u64 addr_max, void *env,
		       struct sfr_regs *regs)
{
	struct sfr_regs caller = { .fp = regs->fp };
	enum sfr_stop stop;

	stop = find_cfa(rule, addr_max, env, regs, &caller.sp);
	if (stop)
		return stop;
	if (!sfr_env_read(env, caller.sp + (s64)rule->ra_off, &caller.pc))
		return SFR_STOP_UNREADABLE;
	if (rule->flags & SFR_RULE_FP_SAVED &&
	    !sfr_env_read(env, caller.sp + (s64)rule->fp_off, &caller.fp))
		return SFR_STOP_UNREADABLE;
	if (!caller.pc || caller.pc >= addr_max)
		return SFR_STOP_BAD_RA;
	*regs = caller;
	return SFR_STOP_NONE;
}
