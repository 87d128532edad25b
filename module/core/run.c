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

/* What the compiler may not turn back into a value to wait for. */
#define decided(x)	asm volatile("" : "+r"(x))

#define add_decided_bit(base, off, bit)					\
do {									\
	if ((off) & (bit)) {						\
		(base) += (bit);					\
		decided(base);						\
	}								\
} while (0)

/* @base + @off; at calls, AMD64's offsets from sp are multiples of 16. */
static inline u64 add_decided(u64 base, s32 off)
{
	if (unlikely(off & ~0xf0))
		return base + (s64)off;
	add_decided_bit(base, off, 0x10);
	add_decided_bit(base, off, 0x20);
	add_decided_bit(base, off, 0x40);
	add_decided_bit(base, off, 0x80);
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

	for (i = 0; pc <= window->start || pc >= window->end; window = walk->recent[i++])
		if (i == SFR_WALK_RECENT)
			goto ask;
	return window;
ask:
	window = sfr_env_window(walk->env, pc - 1);
	if (!window || pc == window->end)
		return NULL;
	return walk->recent[walk->n_windows++ % SFR_WALK_RECENT] = window;
}

u32 sfr_walk_run(struct sfr_walk *walk, u64 *pcs, u32 n)
{
	struct sfr_regs *const regs = &walk->frame.regs;
	/* An exact pc is looked up as it is: a call that ends one byte on. */
	u64 pc = regs->pc + (walk->frame.kind != SFR_KIND_CALL), sp = regs->sp, fp = regs->fp, at, cfa, ra, saved;
	u64 *const from = pcs, *const end = pcs + n;
	const struct sfr_window *window;
	const struct sfr_table *table;
	const struct sfr_rule *rule;

	window = call_window(walk, walk->recent[0], pc);
	while (window && pcs != end) {
		table = window->table;
		at = pc - 1 - window->base - (u64)table->lowest;
		if (unlikely(at >= table->run_span))
			break;
		rule = &table->rules[sfr_scanned_number(table, at)];
		if (unlikely(rule->flags))
			break;
		if (rule->cfa_base == SFR_BASE_SP)
			cfa = add_decided(sp, rule->cfa_off);
		else
			cfa = add_decided(fp, rule->cfa_off);
		if (unlikely(cfa <= sp || cfa % 8 ||
			     !sfr_env_peek(walk->env, cfa + SFR_COMMON_RA, &ra)))
			break;
		saved = fp;
		if (rule->fp_base & SFR_BASE_DEREF) {
			/* Mostly it is what a prologue pushed first. */
			at = cfa + (s64)rule->fp_off;
			if (rule->fp_off == -16) {
				at = cfa - 16;
				decided(at);
			}
			if (unlikely(!sfr_env_peek(walk->env, at, &saved)))
				break;
		}
		/* A window is user memory; outside, the address is to be checked. */
		window = call_window(walk, window, ra);
		if (unlikely(!window && ra - 1 >= walk->addr_max - 1))
			break;
		*pcs++ = ra;
		pc = ra;
		sp = cfa;
		fp = saved;
	}
	if (pcs != from)
		sfr_walk_arrive(walk, (struct sfr_regs) { pc, sp, fp }, SFR_SOURCE_SFRAME);
	return pcs - from;
}
