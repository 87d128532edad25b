// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core calls: a stack word, a window. Written as the module's unwind.c
 * and snapshot.c are, so that what is measured has their structure: a function
 * call for each, bounds checked, two bisections per window.
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

static u32 root_rank(const struct root *root, u64 pc)
{
	u32 lo = 0, hi = root->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (root->slot[mid].first <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static u32 leaf_rank(const struct leaf *leaf, u64 pc)
{
	u32 lo = 0, hi = leaf->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (leaf->win[mid].window.start <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct win *root_find(const struct root *root, u64 pc)
{
	const struct leaf *leaf;
	const struct win *win;
	u32 rank = root_rank(root, pc);

	if (!rank)
		return NULL;
	leaf = root->slot[rank - 1].leaf;
	win = &leaf->win[leaf_rank(leaf, pc) - 1];
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
bool sfr_env_register(void *env, u8 reg, u64 *value)
{
	(void)env;
	(void)reg;
	(void)value;
	return false;
}

bool sfr_env_is_restorer(void *env, u64 pc)
{
	(void)env;
	(void)pc;
	return false;
}

bool sfr_env_signal_frame(void *env, u64 sp, struct sfr_regs *regs,
			  struct sfr_interruption *what)
{
	(void)env;
	(void)sp;
	(void)regs;
	(void)what;
	return false;
}

void sfr_env_rest(void)
{
}
