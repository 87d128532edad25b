// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * sfr_walk_run() goes where sfr_walk_next() would have gone, frame by frame, and
 * says the same of it; or does nothing. Random tables, windows and stacks, and the
 * ways it may stop, one by one.
 */
#include "random_shape.h"
#include "table.h"
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define WORDS	200
#define FRAMES	150
#define WORLDS	6000

static struct shape shape;

/* What a walk says of a frame. */
struct seen {
	struct sfr_frame frame;
	u64 cfa;
	u32 n_switches;
};

static struct seen see(const struct sfr_walk *walk)
{
	return (struct seen) { walk->frame, walk->cfa, walk->n_switches };
}

static bool same(const struct seen *a, const struct seen *b)
{
	const struct sfr_frame *f = &a->frame, *g = &b->frame;

	return !memcmp(&f->regs, &g->regs, sizeof(f->regs)) &&
	       f->kind == g->kind && f->source == g->source &&
	       f->at_entry == g->at_entry &&
	       a->cfa == b->cfa && a->n_switches == b->n_switches;
}

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

/*
 * 0x00 cfa = sp + 16, fp = *(cfa - 16)		0x10 cfa = sp + 0x1238
 * 0x20 cfa = fp + 16, fp = *(cfa - 16)		0x30 cfa = sp + 240
 * 0x40 outermost				0x50 a gap
 * 0x70 cfa = sp + 16, fp = *(cfa - 16)		0x80 a trampoline
 */
static const struct sfe_row saved[] = { { .base = SFE_SP, .cfa = 16, .fp = -16 } };
static const struct sfe_row large[] = { { .base = SFE_SP, .cfa = 0x1238 } };
static const struct sfe_row by_fp[] = { { .base = SFE_FP, .cfa = 16, .fp = -16 } };
static const struct sfe_row bits[] = { { .base = SFE_SP, .cfa = 240 } };
static const struct sfe_func funcs[] = {
	{ .start = 0x00, .size = 0x10, SFE_ROWS(saved) },
	{ .start = 0x10, .size = 0x10, SFE_ROWS(large) },
	{ .start = 0x20, .size = 0x10, SFE_ROWS(by_fp) },
	{ .start = 0x30, .size = 0x10, SFE_ROWS(bits) },
	{ .start = 0x40, .size = 0x10 },
	{ .start = 0x70, .size = 0x10, SFE_ROWS(saved) },
	{ .start = 0x80, .size = 0x09, .signal = true },
};

static const struct sfe_section section = { .version = 3, SFE_FUNC_ARRAY(funcs) };

/* Five frames that are as usual, then one that has no caller. */
static void check_chain(struct world *w)
{
	static const u64 want[] = {
		TEXT + 0x11, TEXT + 0x21, TEXT + 0x31, TEXT + 0x01, TEXT + 0x41,
	};
	const u64 fp = SP + 0x2000, next = fp + 16 + 240;
	u64 pcs[8] = {};
	struct sfr_walk walk;

	world_clear(w);
	world_word(w, SP, fp);
	world_word(w, SP + 8, TEXT + 0x11);
	world_word(w, SP + 16 + 0x1238 - 8, TEXT + 0x21);
	world_word(w, fp, 0x77);
	world_word(w, fp + 8, TEXT + 0x31);
	world_word(w, next - 8, TEXT + 0x01);
	world_word(w, next, 0x88);
	world_word(w, next + 8, TEXT + 0x41);
	world_start(w, &walk, TEXT + 0x01, SP, 0x99);
	is(sfr_walk_run(&walk, pcs, 8), 5, "as far as there are callers");
	ok(!memcmp(pcs, want, sizeof(want)) && !pcs[5], "each by its rule");
	ok(walk.frame.regs.pc == TEXT + 0x41 && walk.frame.regs.sp == next + 16 &&
	   walk.frame.regs.fp == 0x88 && walk.cfa == next + 16, "to the last one's registers");
	is(sfr_walk_run(&walk, pcs, 8), 0, "from which it goes no further");
	is(sfr_walk_next(&walk), SFR_STOP_OUTERMOST, "since it is the outermost");
	world_start(w, &walk, TEXT + 0x01, SP, 0x99);
	walk.frame.kind = SFR_KIND_CALL;
	pcs[2] = 1;
	is(sfr_walk_run(&walk, pcs, 2), 2, "as many as there is room for");
	is(pcs[2], 1, "and no more");
	is(walk.frame.regs.pc, TEXT + 0x21, "the walk stands on the last of them");
}

/*
 * The frame at @pc, all of whose words are there, to its caller at @ra: but it is
 * not as usual.
 */
static void check_unusual(struct world *w, struct sfr_regs regs, u64 cfa, u64 ra,
			  const char *name)
{
	struct sfr_walk walk;
	struct seen before, now;
	u64 pcs[2] = { 1, 1 };

	world_clear(w);
	if (cfa) {
		world_word(w, cfa - 16, 0x77);
		world_word(w, cfa - 8, ra);
	}
	world_start(w, &walk, regs.pc, regs.sp, regs.fp);
	walk.frame.kind = SFR_KIND_CALL;
	walk.frame.source = SFR_SOURCE_FRAME_POINTER;
	before = see(&walk);
	is(sfr_walk_run(&walk, pcs, 2), 0, "%s: no run", name);
	now = see(&walk);
	ok(same(&now, &before) && pcs[0] == 1, "%s: and nothing done", name);
}

#define REGS(pc, sp, fp)	((struct sfr_regs) { (pc), (sp), (fp) })

static void check_stops(struct world *w)
{
	const u64 top = WORLD_ADDR_MAX, ra = TEXT + 1;

	check_unusual(w, REGS(TEXT + 0x01, SP, 0), SP + 16, 0, "a return address of 0");
	check_unusual(w, REGS(TEXT + 0x01, SP, 0), SP + 16, top, "a return address beyond the end");
	check_unusual(w, REGS(TEXT + 0x01, SP + 4, 0), SP + 20, ra, "a CFA misaligned");
	check_unusual(w, REGS(TEXT + 0x21, SP, SP - 16), SP, ra, "a CFA at sp");
	check_unusual(w, REGS(TEXT + 0x21, SP, SP - 24), SP - 8, ra, "a CFA below sp");
	check_unusual(w, REGS(TEXT + 0x21, SP, top - 8), top + 8, ra, "a CFA beyond the end");
	check_unusual(w, REGS(TEXT + 0x11, SP, 0), 0, ra, "a stack that cannot be read");
	check_unusual(w, REGS(TEXT + 0x51, SP, SP), SP + 16, ra, "a gap");
	check_unusual(w, REGS(TEXT + 0x80, SP, SP), SP + 16, ra, "a trampoline");
	check_unusual(w, REGS(TEXT + 0x85, SP, SP), SP + 16, ra, "a trampoline's middle");
	check_unusual(w, REGS(TEXT + 0x100, SP, SP), SP + 16, ra, "the text's end");
	check_unusual(w, REGS(TEXT, SP, SP), SP + 16, ra, "the window's beginning");
	check_unusual(w, REGS(0x1234, SP, SP), SP + 16, ra, "no window");
}

/* The word for the frame pointer is not there: the whole frame is not stepped over. */
static void check_half(struct world *w)
{
	struct sfr_walk walk;
	struct seen before, now;
	u64 pcs[2];

	world_clear(w);
	world_word(w, SP + 8, TEXT + 0x31);
	world_start(w, &walk, TEXT + 0x01, SP, 0);
	walk.frame.kind = SFR_KIND_CALL;
	before = see(&walk);
	is(sfr_walk_run(&walk, pcs, 2), 0, "a frame pointer that cannot be read: no run");
	now = see(&walk);
	ok(same(&now, &before), "and nothing done");
	/* The same one frame further. */
	world_word(w, SP - 8, TEXT + 0x01);
	world_start(w, &walk, TEXT + 0x31, SP - 240, 0x99);
	walk.frame.kind = SFR_KIND_CALL;
	is(sfr_walk_run(&walk, pcs, 2), 1, "nor is one further up");
	ok(walk.frame.regs.pc == TEXT + 0x01 && walk.frame.regs.sp == SP &&
	   walk.frame.regs.fp == 0x99 && walk.cfa == SP, "where the walk stands now");
}

/* The window's end is where a frame of it returns to, at once, or by way of another. */
static void check_return_to_end(struct world *w, const struct sfr_table *t)
{
	const u64 far = TEXT + 0x100000;
	struct sfr_walk walk;
	u64 pcs[4];

	world_clear(w);
	world_word(w, SP + 240 - 8, TEXT + 0x40);
	world_word(w, SP + 2 * 240 - 8, TEXT + 0x31);
	world_start(w, &walk, TEXT + 0x31, SP, 0);
	is(sfr_walk_run(&walk, pcs, 4), 1, "to a window's end, and no further");
	world_window(w, far, 0x40, far, t);
	w->words[0].value = far + 0x31;
	w->words[1].value = TEXT + 0x40;
	world_word(w, SP + 3 * 240 - 8, TEXT + 0x31);
	world_start(w, &walk, TEXT + 0x31, SP, 0);
	is(sfr_walk_run(&walk, pcs, 4), 2, "by way of another window: no further");
	ok(pcs[0] == far + 0x31 && pcs[1] == TEXT + 0x40 && walk.frame.regs.sp == SP + 2 * 240,
	   "and it stands there");
}

/* What lies behind a window may be a trampoline of the next one. */
static void check_window_end(const struct sfr_table *t)
{
	static const struct sfe_func f[] = { { .start = 0x40, .size = 9, .signal = true } };
	struct sfe_section s = { .version = 3, SFE_FUNC_ARRAY(f) };
	struct sfr_table *next = must_build(&s);
	struct world w = {};

	world_window(&w, TEXT, 0x40, TEXT, t);
	check_unusual(&w, REGS(TEXT + 0x40, SP, 0), SP + 240, TEXT + 1, "a window's end");
	world_window(&w, TEXT + 0x40, 0x40, TEXT, next);
	check_unusual(&w, REGS(TEXT + 0x40, SP, 0), SP + 240, TEXT + 1, "where windows meet");
	check_return_to_end(&w, t);
	free(next);
}

int main(void)
{
	struct sfr_table *t = must_build(&section);
	static struct world w;

	world_window(&w, TEXT, 0x100, TEXT, t);
	check_chain(&w);
	check_stops(&w);
	check_half(&w);
	check_window_end(t);
	free(t);
	check_random(SFE_AMD64);
	check_random(SFE_AARCH64_LE);
	check_random(SFE_S390X);
	return tap_done();
}
