// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core calls: a stack word, a window. Written as the module's unwind.c
 * and snapshot.c are, so that what is measured has their structure: a function
 * call for each, addresses checked, two bisections per window.
 */
#include "windows.h"

/*
 * The module's read has two checks, too: of the address, and which form of access
 * will do.
 */
bool sfr_env_read(void *env, u64 addr, u64 *word)
{
	struct env *e = env;

	if (!e->plain_reads)
		e->plain_reads = true;
	return sfr_env_peek(env, addr, word);
}

/* How many of @n records of @size bytes begin at or below @pc. */
static inline __attribute__((always_inline)) u32 rank_of(const void *records, size_t size,
							 u32 n, u64 pc)
{
	u32 lo = 0, hi = n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (*(const u64 *)((const char *)records + mid * size) <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct win *root_find(const struct root *root, u64 pc)
{
	u32 rank = rank_of(root->slot, sizeof(root->slot[0]), root->n, pc);
	const struct leaf *leaf = rank ? root->slot[rank - 1].leaf : NULL;
	const struct win *win;

	if (!leaf)
		return NULL;
	win = &leaf->win[rank_of(leaf->win, sizeof(leaf->win[0]), leaf->n, pc) - 1];
	return pc < win->window.end ? win : NULL;
}

const struct sfr_window *sfr_env_window(void *env, u64 pc)
{
	struct env *e = env;
	const struct win *win = root_find(e->root, pc);

	if (!win || unlikely(__atomic_load_n(&e->root->any_dead, __ATOMIC_ACQUIRE)))
		return NULL;
	return &win->window;
}

/* The walks begin in calls, and none meets a signal. */
bool sfr_env_register(void *env, u8 reg, bool called, u64 *value)
{
	(void)env;
	(void)reg;
	(void)called;
	(void)value;
	return false;
}

bool sfr_env_is_restorer(void *env, u64 pc)
{
	(void)env;
	(void)pc;
	return false;
}

bool sfr_env_signal_frame(void *env, u64 sp, struct sfr_regs *regs, bool *at_entry)
{
	(void)env;
	(void)sp;
	(void)regs;
	(void)at_entry;
	return false;
}

void sfr_env_rest(void)
{
}
