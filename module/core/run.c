// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The walk's fast lane: frames that have called, from well inside a window, by
 * rules of the common shape. Any context, NMI included. Whatever is not as usual
 * it leaves to walk.c, which asks all questions.
 *
 * What would cost time is the chain from one frame to the next: return address,
 * index, row, rule, CFA, return address; each waits for the one before. So the
 * rule's offset is not added but decided on, bit by bit, with branches. The CPU
 * predicts them, as it does those of the search, and runs ahead with a CFA that
 * it has not yet looked up; if it guessed wrong, it comes back and nothing is
 * lost. No pc is remembered, so nothing can be stale.
 */
#include <sfr_env.h>
#include "lookup.h"
#include "rows.h"
#include "walk.h"

/* @x, made at this very place: where a branch led here, it waits for nothing else. */
static inline u64 decided(u64 x)
{
	asm volatile("" : "+r"(x));
	return x;
}

/* @base + @off; at calls, AMD64's offsets from sp are multiples of 16. */
static inline u64 add_decided(u64 base, s32 off)
{
	s32 bit;

	if (unlikely(off & ~0xf0))
		return base + (s64)off;
#pragma GCC unroll 4
	for (bit = 0x10; bit <= 0x80; bit *= 2)
		if (off & bit)
			base = decided(base + bit);
	return base;
}

/*
 * The window that holds the call before @pc, and @pc: mostly the same @window
 * again, or one of those that were met last.
 */
static inline const struct sfr_window *
call_window(struct sfr_walk *walk, const struct sfr_window *window, u64 pc)
{
	unsigned int i;

	for (i = 0; i <= SFR_WALK_RECENT; window = walk->recent[i++ % SFR_WALK_RECENT])
		if (pc > window->start && pc < window->end)
			return window;
	window = sfr_env_window(walk->env, pc - 1);
	if (!window || pc == window->end)
		return NULL;
	walk->recent[walk->n_recent++ % SFR_WALK_RECENT] = window;
	return window;
}

u32 sfr_walk_run(struct sfr_walk *walk, u64 *pcs, u32 n)
{
	struct sfr_regs regs = walk->frame.regs;
	const struct sfr_window *window;
	const struct sfr_table *table;
	const struct sfr_rule *rule;
	u64 at, cfa, ra, fp;
	u32 i = 0;

	/* An exact pc is looked up as it is: a call that ends one byte on. */
	regs.pc += walk->frame.kind != SFR_KIND_CALL;
	window = call_window(walk, walk->recent[0], regs.pc);
	while (window && i < n) {
		table = window->table;
		at = regs.pc - 1 - window->base - (u64)table->lowest;
		if (unlikely(at >= table->run_span))
			break;
		at = sfr_env_nospec(at, table->run_span);
		rule = &table->rules[sfr_scanned_number(table, at)];
		if (unlikely(rule->flags))
			break;
		if (rule->cfa_base == SFR_BASE_SP)
			cfa = add_decided(regs.sp, rule->cfa_off);
		else
			cfa = add_decided(regs.fp, rule->cfa_off);
		if (unlikely(cfa <= regs.sp || cfa % 8 ||
			     !sfr_env_peek(walk->env, cfa + SFR_COMMON_RA, &ra)))
			break;
		fp = regs.fp;
		if (rule->fp_base & SFR_BASE_DEREF) {
			/* Mostly it is what a prologue pushed first. */
			at = cfa + (s64)rule->fp_off;
			if (rule->fp_off == -16)
				at = decided(cfa - 16);
			if (unlikely(!sfr_env_peek(walk->env, at, &fp)))
				break;
		}
		/* A window is user memory; outside, the address is to be checked. */
		window = call_window(walk, window, ra);
		if (unlikely(!window && ra - 1 >= walk->addr_max - 1))
			break;
		regs = (struct sfr_regs) { .pc = ra, .sp = cfa, .fp = fp };
		pcs[i++] = ra;
	}
	if (i)
		sfr_walk_arrive(walk, regs, SFR_SOURCE_SFRAME);
	return i;
}
