// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The walk's environment for the fuzzer: words, registers and signal frames are
 * functions of their address and a seed, so that a walk goes on for a while and
 * may be repeated.
 */
#include <stdbool.h>
#include "check_table.h"
#include "compile.h"
#include "walk.h"
#include "world_fuzz.h"

#define BASE		0x555500000000ull
#define STACK		0x7fff00000000ull
#define ADDR_MAX	0x7ffffffff000ull
#define MAX_FRAMES	128
#define RUN		8	/* frames that the fast lane is asked for */

/* The table describes one window, or two that touch. */
struct world {
	const struct sfr_table *table;
	struct sfr_window windows[2];
	u64 seed;
};

/* A number that depends on @x alone, within one walk. */
static u64 mix(const struct world *w, u64 x)
{
	x = (x ^ w->seed) * 0x9e3779b97f4a7c15;
	return (x ^ x >> 29) * 0xbf58476d1ce4e5b9 >> 17;
}

/* Often at a window's border, or one byte from it. */
static u64 some_pc(const struct world *w, u64 x)
{
	u64 far = mix(w, x), border = mix(w, far) % 16;

	if (border < 4)
		return w->windows[border % 2].end + border / 2;
	return BASE + far % (w->table->span + 2ull);
}

static u64 some_sp(const struct world *w, u64 x)
{
	return STACK + mix(w, x) % 0x10000;
}

void sfr_env_rest(void)
{
}

/* Mostly return addresses and stack addresses, of user memory; some are not there. */
bool sfr_env_read(void *env, u64 addr, u64 *word)
{
	u64 x = mix(env, addr);

	if (addr > ADDR_MAX - sizeof(*word))
		return false;
	switch (x % 16) {
	case 0:
		return false;
	case 1:
		*word = x << 20;
		return true;
	case 2 ... 6:
		*word = some_sp(env, x);
		return true;
	default:
		*word = some_pc(env, x);
		return true;
	}
}

const struct sfr_window *sfr_env_window(void *env, u64 pc)
{
	struct world *w = env;
	int i;

	for (i = 0; i < 2; i++)
		if (pc - w->windows[i].start < w->windows[i].end - w->windows[i].start)
			return &w->windows[i];
	return NULL;
}

bool sfr_env_register(void *env, u8 reg, bool called, u64 *value)
{
	/* 32: one that there is not. */
	MUST(reg <= 32);
	*value = reg % 2 ? some_pc(env, reg) : some_sp(env, reg);
	return reg < 32 && mix(env, reg) % 4 && !(called && reg % 3);
}

bool sfr_env_is_restorer(void *env, u64 pc)
{
	return mix(env, pc) % 32 == 0;
}

bool sfr_env_signal_frame(void *env, u64 sp, struct sfr_regs *regs, bool *at_entry)
{
	if (mix(env, sp) % 8 == 0)
		return false;
	regs->pc = some_pc(env, sp + 1);
	regs->sp = some_sp(env, sp + 2);
	regs->fp = mix(env, sp + 3);
	*at_entry = mix(env, sp + 4) % 2;
	return true;
}

static void make_world(struct world *w, const struct sfr_table *t, u64 seed)
{
	u64 start = BASE, end = start + t->span, base = start - (u64)t->lowest;

	*w = (struct world) { .table = t, .seed = seed };
	w->windows[0] = (struct sfr_window) {
		.start = start, .end = end, .base = base, .table = t,
	};
	if (seed % 3 || !t->span)
		return;
	w->windows[0].end = start + mix(w, 3) % t->span;
	w->windows[1] = (struct sfr_window) {
		.start = w->windows[0].end, .end = end, .base = base, .table = t,
	};
}

/* From @from to the frame where the walk stands now. */
static void check_step(const struct sfr_walk *walk, const struct sfr_frame *from)
{
	const struct sfr_frame *to = &walk->frame;

	MUST(to->kind == SFR_KIND_CALL || to->kind == SFR_KIND_DISCONTINUITY);
	MUST(to->source != SFR_SOURCE_REGS);
	if (to->source == SFR_SOURCE_SIGNAL_FRAME) {
		MUST(walk->cfa == to->regs.sp);
		return;
	}
	MUST(walk->cfa == to->regs.sp - walk->sp_off);
	if (to->source != SFR_SOURCE_SFRAME)
		return;
	/* A leaf's caller may have the same sp, of the first frame of a stack only. */
	MUST(to->regs.sp > from->regs.sp ||
	     (to->regs.sp == from->regs.sp && from->kind != SFR_KIND_CALL));
	MUST(walk->cfa % 8 == 0 && walk->cfa <= ADDR_MAX);
	MUST(to->regs.pc && to->regs.pc < ADDR_MAX);
}

/*
 * The fast lane goes as the walk goes step by step, as far as it goes; where it
 * does not, nothing is changed.
 */
static void check_run(const struct sfr_walk *walk)
{
	struct sfr_walk run = *walk, slow = *walk;
	u64 pcs[RUN];
	u32 n, i;

	n = sfr_walk_run(&run, pcs, RUN);
	MUST(n <= RUN);
	for (i = 0; i < n; i++) {
		MUST(!sfr_walk_next(&slow));
		MUST(slow.frame.source == SFR_SOURCE_SFRAME && slow.frame.regs.pc == pcs[i]);
	}
	MUST(!memcmp(&run.frame.regs, &slow.frame.regs, sizeof(run.frame.regs)));
	MUST(run.frame.kind == slow.frame.kind && run.frame.source == slow.frame.source);
	MUST(run.frame.at_entry == slow.frame.at_entry);
	MUST(run.cfa == slow.cfa && run.n_switches == slow.n_switches);
}

void check_walk(const struct sfr_table *t, u8 abi, u64 seed)
{
	struct sfr_frame from;
	struct sfr_regs regs;
	struct sfr_walk walk;
	enum sfr_stop stop;
	struct world world;
	int frames = 0;

	make_world(&world, t, seed);
	walk = (struct sfr_walk) {
		.max_switches = seed % 4,
		.addr_max = ADDR_MAX,
		.sp_off = abi == SFR_ABI_S390X_BE ? -160 : 0,
		.env = &world,
	};
	regs.pc = some_pc(&world, 1);
	regs.sp = STACK + seed % 0x1000 * 8;
	regs.fp = some_sp(&world, 2);
	sfr_walk_start(&walk, &regs);
	walk.frame.at_entry = seed % 2;
	do {
		check_run(&walk);
		from = walk.frame;
		stop = sfr_walk_next(&walk);
		MUST(stop < SFR_STOP_COUNT && stop != SFR_STOP_FRAME_LIMIT);
		MUST(walk.n_switches <= walk.max_switches);
		if (stop)
			MUST(!walk.cfa);
		else
			check_step(&walk, &from);
	} while (!stop && ++frames < MAX_FRAMES);
}
