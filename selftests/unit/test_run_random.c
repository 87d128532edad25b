// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * sfr_walk_run() goes where sfr_walk_next() would have gone, frame by frame, and
 * says the same of it, or does nothing: on random tables, windows and stacks.
 */
#include "random_shape.h"
#include "seen.h"
#include "table.h"
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define WORDS	200
#define FRAMES	150
#define WORLDS	6000

static struct shape shape;

static u32 below(u32 n)
{
	return random_below(&shape.random, n);
}

/* Return addresses, mostly into the text; addresses of the stack; others. */
static u64 random_word(u64 text, u64 len)
{
	switch (below(12)) {
	case 0 ... 7:
		return text + ((u64)below(1u << 31) % len);
	case 8:
	case 9:
		return SP + 8 * below(WORDS);
	case 10:
		return SP + below(8 * WORDS);
	default:
		return below(2) ? below(2) : WORLD_ADDR_MAX - 1 + below(2);
	}
}

/* One or two windows of the table's text, which touch, or do not; a stack. */
static void random_world(struct world *w, const struct sfr_table *t, u64 *text, u64 *len)
{
	u64 base = TEXT + 0x200000, middle;
	u32 i;

	*text = base + t->lowest;
	*len = t->span + 1;
	w->n_windows = 0;
	middle = below(*len < 0x7fffffff ? *len : 0x7fffffff);
	if (below(3)) {
		world_window(w, *text, middle, base, t);
		middle += below(2) ? 0 : 1;
		if (middle < *len)
			world_window(w, *text + middle, *len - middle, base, t);
	} else {
		world_window(w, *text, *len, base, t);
	}
	world_clear(w);
	for (i = 0; i < WORDS; i++)
		if (below(40))
			world_word(w, SP + 8 * i, random_word(*text, *len));
	for (i = 0; i < 4; i++)
		world_signal(w, SP + 8 * below(WORDS), random_word(*text, *len),
			     SP + 8 * below(WORDS), SP + 8 * below(WORDS));
	world_register(w, 0, 10, SP + 8 * below(WORDS));
}

static void start(struct world *w, struct sfr_walk *walk, u64 pc, u64 fp, s32 sp_off)
{
	world_start(w, walk, pc, SP, fp);
	walk->max_switches = 4;
	walk->sp_off = sp_off;
}

/* The walk again, part of it in runs: the number of differences. */
static int compare(struct sfr_walk *walk, const struct seen *want, u32 n, enum sfr_stop end,
		   u32 *in_runs)
{
	u64 pcs[8] = {};
	u32 at = 0, room, made, i;
	struct seen before, now;
	enum sfr_stop stop;

	while (at + 1 < n) {
		before = see(walk);
		room = below(7);
		made = sfr_walk_run(walk, pcs, room);
		now = see(walk);
		if (made > room || at + made >= n)
			return 1;
		for (i = 0; i < made; i++)
			if (pcs[i] != want[at + 1 + i].frame.regs.pc)
				return 1;
		at += made;
		*in_runs += made;
		if (!same(&now, made ? &want[at] : &before))
			return 1;
		if (made && below(2))
			continue;
		stop = sfr_walk_next(walk);
		now = see(walk);
		if (at + 1 == n)
			return stop != end;
		if (stop || !same(&now, &want[++at]))
			return 1;
	}
	return 0;
}

static int random_walk(u64 seed, u8 abi, u32 *frames, u32 *in_runs)
{
	static const enum shape_kind kinds[] = { SHAPE_SMALL, SHAPE_TRAMPOLINES, SHAPE_DENSE };
	static struct seen want[FRAMES];
	static struct world w;
	u64 text, len, pc, fp;
	struct sfr_table *t;
	struct sfr_walk walk;
	enum sfr_stop stop = SFR_STOP_NONE;
	s32 sp_off = abi == SFE_S390X ? -160 : 0;
	int wrong;
	u32 n;

	random_shape(&shape, kinds[seed % 3], 2 + seed % 4 / 3, abi, seed);
	t = must_build(&shape.section);
	random_world(&w, t, &text, &len);
	pc = random_word(text, len);
	fp = SP + 8 * below(WORDS);
	start(&w, &walk, pc, fp, sp_off);
	for (n = 0; n < FRAMES && !stop; n++) {
		want[n] = see(&walk);
		stop = sfr_walk_next(&walk);
	}
	start(&w, &walk, pc, fp, sp_off);
	wrong = compare(&walk, want, n, stop, in_runs);
	*frames += n;
	free(t);
	return wrong;
}

static void check_random(u8 abi)
{
	u32 frames = 0, in_runs = 0;
	int wrong = 0;
	u64 seed;

	for (seed = 0; seed < WORLDS; seed++) {
		int bad = random_walk(seed, abi, &frames, &in_runs);

		if (bad && !wrong)
			printf("# first: world %llu\n", (long long)seed);
		wrong += bad;
	}
	is(wrong, 0, "ABI %u: %d random walks, %u frames, the same in runs", abi, WORLDS,
	   frames);
	/* Other machines' frames are not a run's business. */
	ok(abi == SFE_AMD64 ? in_runs > frames / 10 : !in_runs, "ABI %u: (%u frames in runs)",
	   abi, in_runs);
}

int main(void)
{
	check_random(SFE_AMD64);
	check_random(SFE_AARCH64_LE);
	check_random(SFE_S390X);
	return tap_done();
}
