// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The walk. Any context, NMI included. It ends because each step by a rule
 * moves up the stack, stack switches are counted, and the caller bounds the
 * number of frames: frame pointers alone may lead in a circle, as they may for
 * the kernel's own walker.
 */
#include <sfr_env.h>
#include "rows.h"
#include "step.h"
#include "walk.h"

/* What a frame pointer addresses: the caller's frame pointer, the return address. */
#define FP_FRAME	16

void sfr_walk_start(struct sfr_walk *walk, const struct sfr_regs *regs)
{
	memset(&walk->frame, 0, sizeof(walk->frame));
	walk->frame.regs = *regs;
	walk->frame.kind = SFR_KIND_EXACT;
	walk->frame.source = SFR_SOURCE_REGS;
	walk->cfa = 0;
	walk->n_switches = 0;
}

/*
 * The rule of the frame that the walk stands on, or NULL and in @none what to
 * say if the frame pointer leads no further. An exact pc is looked up as it is, a
 * return address at the call, one byte before. Where a window ends in between, a
 * trampoline may begin in the one behind: it is returned to with no call before.
 */
static const struct sfr_rule *frame_rule(const struct sfr_walk *walk, enum sfr_stop *none)
{
	bool after_call = walk->frame.kind == SFR_KIND_CALL;
	u64 pc = walk->frame.regs.pc;
	const struct sfr_window *window = sfr_env_window(walk->env, pc - after_call), *behind;
	const struct sfr_rule *rule;

	if (unlikely(after_call && (!window || pc == window->end))) {
		behind = sfr_env_window(walk->env, pc);
		rule = behind ? sfr_table_rule(behind->table, pc - behind->base, false) : NULL;
		if (rule && rule->flags & SFR_RULE_SIGNAL)
			return rule;
		pc--;
		after_call = false;
	}
	*none = window ? SFR_STOP_NO_RULE : SFR_STOP_NO_WINDOW;
	return window ? sfr_table_rule(window->table, pc - window->base, after_call) : NULL;
}

/* (pc, sp, fp) = what the kernel saved at sp; only here may sp go down. */
static enum sfr_stop leave_signal(struct sfr_walk *walk)
{
	struct sfr_frame *frame = &walk->frame;
	struct sfr_interruption what = { .type = SFR_DISC_UNKNOWN };
	struct sfr_regs regs;

	if (!sfr_env_signal_frame(walk->env, frame->regs.sp, &regs, &what))
		return SFR_STOP_UNREADABLE;
	if (regs.sp <= frame->regs.sp) {
		if (walk->n_switches >= walk->max_switches)
			return SFR_STOP_SWITCH_LIMIT;
		walk->n_switches++;
	}
	walk->cfa = regs.sp;
	frame->regs = regs;
	frame->to_pc = what.to_pc;
	frame->kind = SFR_KIND_DISCONTINUITY;
	frame->source = SFR_SOURCE_SIGNAL_FRAME;
	frame->discontinuity = what.type;
	frame->at_entry = what.at_entry;
	return SFR_STOP_NONE;
}

/* The walk now stands on a frame that was left by a call. */
static void arrive(struct sfr_walk *walk, enum sfr_source source)
{
	walk->frame.to_pc = 0;
	walk->frame.kind = SFR_KIND_CALL;
	walk->frame.source = source;
	walk->frame.discontinuity = SFR_DISC_NONE;
	walk->frame.at_entry = false;
	walk->cfa = walk->frame.regs.sp - walk->sp_off;
}

/*
 * (pc, sp, fp) = (*(fp + 8), fp + 16, *fp), with the stock walker's one check,
 * that both words are user memory, so that its chain is always part of ours.
 */
static enum sfr_stop leave_by_fp(struct sfr_walk *walk, enum sfr_stop none)
{
	struct sfr_regs caller = { .sp = walk->frame.regs.fp + FP_FRAME };
	u64 fp = walk->frame.regs.fp;

	if (fp > walk->addr_max - FP_FRAME ||
	    !sfr_env_read(walk->env, fp, &caller.fp) ||
	    !sfr_env_read(walk->env, fp + FP_FRAME / 2, &caller.pc))
		return none;
	walk->frame.regs = caller;
	arrive(walk, SFR_SOURCE_FRAME_POINTER);
	return SFR_STOP_NONE;
}

/* (pc, sp, fp) = (*sp, sp + 8, fp): a frame whose function has not begun. */
static bool leave_entry(struct sfr_walk *walk)
{
	struct sfr_regs *regs = &walk->frame.regs;

	if (!walk->frame.at_entry || !sfr_env_read(walk->env, regs->sp, &regs->pc))
		return false;
	regs->sp += FP_FRAME / 2;
	arrive(walk, SFR_SOURCE_FRAME_POINTER);
	return true;
}

enum sfr_stop sfr_walk_next(struct sfr_walk *walk)
{
	const struct sfr_rule *rule;
	enum sfr_stop stop;

	walk->cfa = 0;
	rule = frame_rule(walk, &stop);
	if (!rule) {
		if (sfr_env_is_restorer(walk->env, walk->frame.regs.pc))
			return leave_signal(walk);
		return leave_entry(walk) ? SFR_STOP_NONE : leave_by_fp(walk, stop);
	}
	if (rule->flags & SFR_RULE_OUTERMOST)
		return SFR_STOP_OUTERMOST;
	if (rule->flags & SFR_RULE_SIGNAL)
		return leave_signal(walk);
	stop = sfr_step(walk, rule);
	if (!stop)
		arrive(walk, SFR_SOURCE_SFRAME);
	return stop;
}
