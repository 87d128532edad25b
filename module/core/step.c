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
static enum sfr_stop check_cfa(const struct sfr_walk *walk, u8 ra_base, u64 cfa, u64 sp)
{
	bool may_stay = !(ra_base & SFR_BASE_DEREF) && walk->frame.kind != SFR_KIND_CALL;

	if (cfa > walk->addr_max || sp > walk->addr_max || cfa % WORD)
		return SFR_STOP_BAD_CFA;
	return sp > walk->frame.regs.sp || (may_stay && sp == walk->frame.regs.sp) ?
		       SFR_STOP_NONE : SFR_STOP_NO_PROGRESS;
}

/*
 * @value = [*](@base + @off). No sum is trusted: a CFA is checked by the caller,
 * a stack word's address by sfr_env_read().
 */
static inline enum sfr_stop find(const struct sfr_walk *walk, u8 base, s64 off, u64 cfa,
				 u64 *value)
{
	u8 reg = base & ~SFR_BASE_DEREF;
	u64 from;

	if (reg == SFR_BASE_CFA)
		from = cfa;
	else if (likely(reg < SFR_BASE_CFA))
		from = reg == SFR_BASE_SP ? walk->frame.regs.sp : walk->frame.regs.fp;
	else if (walk->frame.blind || !sfr_env_register(walk->env, reg - SFR_BASE_REG,
							walk->frame.kind == SFR_KIND_CALL, &from))
		return SFR_STOP_UNKNOWN_REG;
	*value = from + off;
	if (base & SFR_BASE_DEREF && !sfr_env_read(walk->env, *value, value))
		return SFR_STOP_UNREADABLE;
	return SFR_STOP_NONE;
}

enum sfr_stop sfr_step(struct sfr_walk *walk, const struct sfr_rule *rule)
{
	bool extended = rule->flags & SFR_RULE_ADDEND;
	u8 ra_base = extended ? SFR_BASE_CFA | SFR_BASE_DEREF : rule->ra_base;
	s64 sp_off = extended ? (s64)rule->ra_off + WORD : walk->sp_off;
	enum sfr_stop stop = SFR_STOP_NONE;
	struct sfr_regs caller;
	u64 index = 0;

	/* Without an index the base is the CFA, which is not known yet: 0. */
	if (extended)
		stop = find(walk, rule->ra_base & ~SFR_BASE_DEREF, 0, 0, &index);
	if (!stop)
		stop = find(walk, rule->cfa_base, rule->cfa_off + index * WORD, 0, &caller.sp);
	if (!stop)
		stop = check_cfa(walk, ra_base, caller.sp, caller.sp + sp_off);
	if (!stop)
		stop = find(walk, ra_base, rule->ra_off, caller.sp, &caller.pc);
	if (!stop)
		stop = find(walk, rule->fp_base, rule->fp_off, caller.sp, &caller.fp);
	if (stop)
		return stop;
	if (!caller.pc || caller.pc >= walk->addr_max)
		return SFR_STOP_BAD_RA;
	caller.sp += sp_off;
	sfr_walk_arrive(walk, caller, SFR_SOURCE_SFRAME);
	if (rule->flags & SFR_RULE_SIGNAL) {
		walk->frame.kind = SFR_KIND_DISCONTINUITY;
		walk->frame.blind = true;
	}
	return SFR_STOP_NONE;
}
