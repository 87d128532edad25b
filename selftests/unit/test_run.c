// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The ways a run of frames goes and stops, one by one. It changes nothing where it
 * does not go. (That it goes where single steps go: test_run_random.c.)
 */
#include "seen.h"
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull

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
	return tap_done();
}
