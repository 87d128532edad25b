// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See world.h. */
#include <assert.h>
#include "world.h"

void world_clear(struct world *w)
{
	w->n_words = 0;
	w->n_signals = 0;
	w->n_known = 0;
}

void world_word(struct world *w, u64 addr, u64 value)
{
	assert(w->n_words < WORLD_MAX);
	w->words[w->n_words].addr = addr;
	w->words[w->n_words++].value = value;
}

void world_window(struct world *w, u64 start, u64 len, u64 base, const struct sfr_table *t)
{
	assert(w->n_windows < 8);
	w->windows[w->n_windows].start = start;
	w->windows[w->n_windows].end = start + len;
	w->windows[w->n_windows].base = base;
	w->windows[w->n_windows++].table = t;
}

void world_signal(struct world *w, u64 sp, u64 pc, u64 new_sp, u64 fp)
{
	assert(w->n_signals < 8);
	w->signals[w->n_signals].sp = sp;
	w->signals[w->n_signals++].regs = (struct sfr_regs) { .pc = pc, .sp = new_sp, .fp = fp };
}

void world_register(struct world *w, u64 frame_sp, u8 reg, u64 value)
{
	assert(w->n_known < WORLD_REGISTERS);
	w->known[w->n_known].frame_sp = frame_sp;
	w->known[w->n_known].reg = reg;
	w->known[w->n_known++].value = value;
}

void world_restorer(struct world *w, u64 pc)
{
	assert(w->n_restorers < 4);
	w->restorers[w->n_restorers++] = pc;
}

void world_start(struct world *w, struct sfr_walk *walk, u64 pc, u64 sp, u64 fp)
{
	struct sfr_regs regs = { .pc = pc, .sp = sp, .fp = fp };

	memset(walk, 0xa5, sizeof(*walk));
	walk->env = w;
	walk->addr_max = WORLD_ADDR_MAX;
	walk->max_switches = 0;
	walk->sp_off = 0;
	w->signal_sp = 0;
	sfr_walk_start(walk, &regs);
}

unsigned long world_rests;

void sfr_env_rest(void)
{
	world_rests++;
}

bool sfr_env_read(void *env, u64 addr, u64 *word)
{
	struct world *w = env;
	int i;

	w->reads++;
	if (addr > WORLD_ADDR_MAX - sizeof(*word))
		return false;
	for (i = 0; i < w->n_words; i++) {
		if (w->words[i].addr == addr) {
			*word = w->words[i].value;
			return true;
		}
	}
	return false;
}

const struct sfr_window *sfr_env_window(void *env, u64 pc)
{
	struct world *w = env;
	int i;

	for (i = 0; i < w->n_windows; i++)
		if (pc >= w->windows[i].start && pc < w->windows[i].end)
			return &w->windows[i];
	return NULL;
}

/* AMD64's, that a callee may change. */
#define SCRATCH	(1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 0xf << 8)

bool sfr_env_register(void *env, u8 reg, bool called, u64 *value)
{
	struct world *w = env;
	int i;

	w->asked++;
	if (called && !((unsigned int)SCRATCH >> reg & 1))
		return false;
	for (i = 0; i < w->n_known; i++) {
		if (w->known[i].reg == reg && w->known[i].frame_sp == w->signal_sp) {
			*value = w->known[i].value;
			return true;
		}
	}
	return false;
}

bool sfr_env_is_restorer(void *env, u64 pc)
{
	struct world *w = env;
	int i;

	for (i = 0; i < w->n_restorers; i++)
		if (w->restorers[i] == pc)
			return true;
	return false;
}

bool sfr_env_signal_frame(void *env, u64 sp, struct sfr_regs *regs, bool *at_entry)
{
	struct world *w = env;
	int i;

	for (i = 0; i < w->n_signals; i++) {
		if (w->signals[i].sp == sp) {
			w->signal_sp = sp;
			*regs = w->signals[i].regs;
			*at_entry = w->signals[i].at_entry;
			return true;
		}
	}
	return false;
}
