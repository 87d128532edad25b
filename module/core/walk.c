// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The walk. Any context, NMI included. It ends because each step by a rule
 * moves up the stack, stack switches are counted, and the caller bounds the
 * number of frames: frame pointers alone may lead in a circle, as they may for
 * the kernel's own walker.
 */
#include <sfr_env.h>
#include "live.h"
#include "rows.h"
#include "step.h"
#include "walk.h"

/* What a frame pointer addresses: the caller's frame pointer, the return address. */
#define FP_FRAME	16

/* Holds no address. */
static const struct sfr_window nowhere;

void sfr_walk_start(struct sfr_walk *walk, const struct sfr_regs *regs)
{
	int i;

	walk->frame = (struct sfr_frame) { .regs = *regs, .source = SFR_SOURCE_REGS };
	walk->cfa = 0;
	walk->n_switches = 0;
	walk->n_recent = 0;
	for (i = 0; i < SFR_WALK_RECENT; i++)
		walk->recent[i] = &nowhere;
}

/*
 * The rule of the frame that the walk stands on, or NULL and in @none what to
 * say if the frame pointer leads no further. An exact pc is looked up as it is, a
 * return address at the call, one byte before. Where a window ends in between, a
 * trampoline may begin in the one behind: it is returned to with no call before.
 */
static const struct sfr_rule *frame_rule(struct sfr_walk *walk, enum sfr_stop *none)
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
	if (window && window->live) {
		*none = sfr_live_rule(window->live, pc - after_call - window->start, &walk->made);
		return *none ? NULL : &walk->made;
	}
	return window ? sfr_table_rule(window->table, pc - window->base, after_call) : NULL;
}

/* (pc, sp, fp) = what the kernel saved at sp; only here may sp go down. */
static enum sfr_stop leave_signal(struct sfr_walk *walk)
{
	struct sfr_frame *frame = &walk->frame, left = {
		.kind = SFR_KIND_DISCONTINUITY,
		.source = SFR_SOURCE_SIGNAL_FRAME,
	};

	if (!sfr_env_signal_frame(walk->env, frame->regs.sp, &left.regs, &left.at_entry))
		return SFR_STOP_UNREADABLE;
	if (left.regs.sp <= frame->regs.sp && walk->n_switches++ >= walk->max_switches)
		return SFR_STOP_SWITCH_LIMIT;
	walk->cfa = left.regs.sp;
	*frame = left;
	return SFR_STOP_NONE;
}

void sfr_walk_arrive(struct sfr_walk *walk, struct sfr_regs regs, enum sfr_source source)
{
	walk->frame = (struct sfr_frame) { .regs = regs, .kind = SFR_KIND_CALL, .source = source,
					   .blind = walk->frame.blind };
	walk->cfa = regs.sp - walk->sp_off;
}

/*
 * A frame whose function has not begun: (pc, sp, fp) = (*sp, sp + 8, fp). Else, as the
 * stock walker does, (*(fp + 8), fp + 16, *fp), with its one check, that both words are user
 * memory, so that its chain is always part of ours.
 */
static enum sfr_stop leave_without_rule(struct sfr_walk *walk, enum sfr_stop none)
{
	u64 sp = walk->frame.regs.sp, fp = walk->frame.regs.fp;
	struct sfr_regs caller = { .sp = sp + 8, .fp = fp };

	if (!walk->frame.at_entry || !sfr_env_read(walk->env, sp, &caller.pc)) {
		caller.sp = fp + FP_FRAME;
		if (fp > walk->addr_max - FP_FRAME || !sfr_env_read(walk->env, fp, &caller.fp) ||
		    !sfr_env_read(walk->env, fp + FP_FRAME / 2, &caller.pc))
			return none;
	}
	sfr_walk_arrive(walk, caller, SFR_SOURCE_FRAME_POINTER);
	return SFR_STOP_NONE;
}

enum sfr_stop sfr_walk_next(struct sfr_walk *walk)
{
	const struct sfr_rule *rule;
	enum sfr_stop stop;

	walk->cfa = 0;
	rule = frame_rule(walk, &stop);
	if (!rule)
		return stop == SFR_STOP_UNSTEADY ? stop :
		       sfr_env_is_restorer(walk->env, walk->frame.regs.pc) ?
			       leave_signal(walk) : leave_without_rule(walk, stop);
	if (rule->flags & SFR_RULE_OUTERMOST)
		return SFR_STOP_OUTERMOST;
	if ((rule->flags & SFR_RULE_EXACT) == SFR_RULE_SIGNAL)
		return leave_signal(walk);
	return sfr_step(walk, rule);
}
