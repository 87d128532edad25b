// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The walk's fast lane: frames that have called, from well inside a window, by
 * rules of the common shape. Any context, NMI included.
 *
 * What costs time is the chain from one frame to the next: return address, index,
 * row, rule, CFA, return address; each waits for the one before. So the rule's
 * offset is not added but decided on, bit by bit, with branches. The CPU
 * predicts them, as it does those of the search, and runs ahead on a CFA that it
 * has not looked up yet; if it guessed wrong, it comes back and nothing is lost.
 * Nothing is remembered, so nothing can be stale.
 */
#include <sfr_env.h>
#include "lookup.h"
#include "rows.h"
#include "walk.h"

/* What a compiler may not turn back into data: the value is made here, anew. */
#define decided(x)	asm volatile("" : "+r"(x))

/* base + @off, for common frames without having to wait for @off. */
static inline u64 add_decided(u64 base, s32 off)
{
	u32 rest = (u32)off & ~0xf0u;

	if (unlikely(rest))
		return base + (s64)off;
	if (off & 0x10) {
		base += 0x10;
		decided(base);
	}
	if (off & 0x20) {
		base += 0x20;
		decided(base);
	}
	if (off & 0x40) {
		base += 0x40;
		decided(base);
	}
	if (off & 0x80) {
		base += 0x80;
		decided(base);
	}
	return base;
}

u32 sfr_walk_run(struct sfr_walk *walk, u64 *pcs, u32 n)
{
	u64 pc = walk->frame.regs.pc, sp = walk->frame.regs.sp, fp = walk->frame.regs.fp;
	u64 *const from = pcs, *const end = pcs + n, at, cfa, ra, saved;
	const struct sfr_window *window;
	const struct sfr_table *table;
	const struct sfr_rule *rule;

	if (walk->frame.kind != SFR_KIND_CALL)
		return 0;
	for (; pcs != end; *pcs++ = pc) {
		window = sfr_env_window(walk->env, pc - 1);
		if (unlikely(!window || pc == window->end))
			break;
		table = window->table;
		at = pc - 1 - window->base - (u64)table->lowest;
		if (unlikely(at >= table->span))
			break;
		rule = sfr_rule_at(table, at);
		if (unlikely(rule->flags))
			break;
		if (rule->cfa_base == SFR_BASE_SP) {
			cfa = add_decided(sp, rule->cfa_off);
		} else {
			cfa = fp + (s64)rule->cfa_off;
			decided(cfa);
		}
		if (unlikely(cfa <= sp || cfa >= walk->addr_max || cfa % 8))
			break;
		if (unlikely(!sfr_env_peek(walk->env, cfa + SFR_COMMON_RA, &ra) ||
			     ra - 1 >= walk->addr_max - 1))
			break;
		if (rule->fp_base & SFR_BASE_DEREF) {
			if (unlikely(!sfr_env_peek(walk->env, cfa + (s64)rule->fp_off, &saved)))
				break;
			fp = saved;
		}
		pc = ra;
		sp = cfa;
	}
	walk->frame.regs.pc = pc;
	walk->frame.regs.sp = sp;
	walk->frame.regs.fp = fp;
	walk->frame.source = SFR_SOURCE_SFRAME;
	walk->cfa = sp;
	return pcs - from;
}
