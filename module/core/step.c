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
 * A frame that has not called yet may leave sp where it is, if its return address
 * is elsewhere than on the stack: once, for the next frame has called.
 */
static enum sfr_stop check_cfa(const struct sfr_walk *walk, const struct sfr_rule *rule,
			       u64 cfa, u64 sp)
{
	bool may_stay = !(rule->ra_base & SFR_BASE_DEREF) && walk->frame.kind != SFR_KIND_CALL;

	if (cfa > walk->addr_max || sp > walk->addr_max || cfa % WORD)
		return SFR_STOP_BAD_CFA;
	return sp > walk->frame.regs.sp || (may_stay && sp == walk->frame.regs.sp) ?
		       SFR_STOP_NONE : SFR_STOP_NO_PROGRESS;
}

/*
 * @value = [*](@base + @off). No sum is trusted: a CFA is checked by the caller,
 * a stack word's address by sfr_env_read().
 */
static inline enum sfr_stop find(const struct sfr_walk *walk, u8 base, s32 off, u64 cfa,
				 u64 *value)
{
	u8 reg = base & ~SFR_BASE_DEREF;
	u64 from;

	if (reg == SFR_BASE_CFA)
		from = cfa;
	else if (likely(reg < SFR_BASE_CFA))
		from = reg == SFR_BASE_SP ? walk->frame.regs.sp : walk->frame.regs.fp;
	else if (walk->frame.kind == SFR_KIND_CALL ||
		 !sfr_env_register(walk->env, reg - SFR_BASE_REG, &from))
		return SFR_STOP_UNKNOWN_REG;
	*value = from + (s64)off;
	if (base & SFR_BASE_DEREF && !sfr_env_read(walk->env, *value, value))
		return SFR_STOP_UNREADABLE;
	return SFR_STOP_NONE;
}

enum sfr_stop sfr_step(struct sfr_walk *walk, const struct sfr_rule *rule)
{
	s64 sp_off = rule->flags & SFR_RULE_ADDEND ? (s64)rule->ra_off + WORD : walk->sp_off;
	struct sfr_regs caller;
	enum sfr_stop stop;

	stop = find(walk, rule->cfa_base, rule->cfa_off, 0, &caller.sp);
	if (!stop)
		stop = check_cfa(walk, rule, caller.sp, caller.sp + sp_off);
	if (!stop)
		stop = find(walk, rule->ra_base, rule->ra_off, caller.sp, &caller.pc);
	if (!stop)
		stop = find(walk, rule->fp_base, rule->fp_off, caller.sp, &caller.fp);
	if (stop)
		return stop;
	if (!caller.pc || caller.pc >= walk->addr_max)
		return SFR_STOP_BAD_RA;
	caller.sp += sp_off;
	sfr_walk_arrive(walk, caller, SFR_SOURCE_SFRAME);
	return SFR_STOP_NONE;
}
