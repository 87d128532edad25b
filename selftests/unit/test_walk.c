// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Walks over calls: exact pc and return addresses, window edges, the frame
 * pointer where there is no rule, and each reason to stop.
 */
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull

/*
 * One section of text, base TEXT:
 *  0x00 cfa = sp + 8, then sp + 16 from 4 on	leaf
 *  0x20 cfa = sp + 32, fp = *(cfa - 16)	middle
 *  0x40 cfa = fp + 16, fp = *(cfa - 16)	by frame pointer
 *  0x60 outermost
 *  0x80 a gap
 *  0x90 cfa = sp + 8				ends with a call
 *  0xa0 cfa = sp + 64				its neighbour
 */
static const struct sfe_row leaf[] = {
	{ .start = 0, .base = SFE_SP, .cfa = 8 }, { .start = 4, .base = SFE_SP, .cfa = 16 },
};

static const struct sfe_row middle[] = { { .base = SFE_SP, .cfa = 32, .fp = -16 } };
static const struct sfe_row by_fp[] = { { .base = SFE_FP, .cfa = 16, .fp = -16 } };
static const struct sfe_row last[] = { { .outermost = true } };
static const struct sfe_row caller[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row neighbour[] = { { .base = SFE_SP, .cfa = 64 } };
static const struct sfe_func funcs[] = {
	{ .start = 0x00, .size = 0x20, SFE_ROWS(leaf) },
	{ .start = 0x20, .size = 0x20, SFE_ROWS(middle) },
	{ .start = 0x40, .size = 0x20, SFE_ROWS(by_fp) },
	{ .start = 0x60, .size = 0x20, SFE_ROWS(last) },
	{ .start = 0x90, .size = 0x10, SFE_ROWS(caller) },
	{ .start = 0xa0, .size = 0x10, SFE_ROWS(neighbour) },
};

static const struct sfe_section section = { .version = 2, SFE_FUNC_ARRAY(funcs) };

static bool frame_is(const struct sfr_walk *w, u64 pc, u64 sp, u64 fp, int kind, int source)
{
	return w->frame.regs.pc == pc && w->frame.regs.sp == sp && w->frame.regs.fp == fp &&
	       w->frame.kind == kind && w->frame.source == source;
}

static void check_chain(struct world *w)
{
	struct sfr_walk walk;

	world_word(w, SP + 8, TEXT + 0x2a);
	world_word(w, SP + 16 + 24, TEXT + 0x5c);
	world_word(w, SP + 16 + 16, SP + 0x80);
	world_word(w, SP + 0x80, 0x77);
	world_word(w, SP + 0x88, TEXT + 0x61);

	world_start(w, &walk, TEXT + 4, SP, 0x99);
	ok(frame_is(&walk, TEXT + 4, SP, 0x99, SFR_KIND_EXACT, SFR_SOURCE_REGS) && !walk.cfa,
	   "it starts on the registers");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "from the leaf");
	ok(frame_is(&walk, TEXT + 0x2a, SP + 16, 0x99, SFR_KIND_CALL, SFR_SOURCE_SFRAME),
	   "the leaf's caller, the frame pointer unchanged");
	is(walk.cfa, SP + 16, "the leaf's CFA");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "from the middle");
	ok(frame_is(&walk, TEXT + 0x5c, SP + 48, SP + 0x80, SFR_KIND_CALL, SFR_SOURCE_SFRAME),
	   "the frame pointer is restored");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "by the frame pointer");
	ok(frame_is(&walk, TEXT + 0x61, SP + 0x90, 0x77, SFR_KIND_CALL, SFR_SOURCE_SFRAME),
	   "into the outermost");
	is(walk.cfa, SP + 0x90, "the CFA below it");
	is(sfr_walk_next(&walk), SFR_STOP_OUTERMOST, "which has no caller");
	is(walk.cfa, 0, "nor a CFA");
	ok(frame_is(&walk, TEXT + 0x61, SP + 0x90, 0x77, SFR_KIND_CALL, SFR_SOURCE_SFRAME),
	   "and the walk still stands on it");
}

/* A call as a function's last instruction returns into the next function. */
static void check_call_pc(struct world *w)
{
	struct sfr_walk walk;

	w->n_words = 0;
	world_word(w, SP, TEXT + 0xa0);
	world_word(w, SP + 8, TEXT + 0x61);
	world_word(w, SP + 56, TEXT + 0x62);
	world_start(w, &walk, TEXT + 0, SP, 0);
	sfr_walk_next(&walk);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "a return address behind the caller's end");
	is(walk.frame.regs.pc, TEXT + 0x61, "is looked up at the call");
	world_start(w, &walk, TEXT + 0xa0, SP, 0);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "the same address as an exact pc");
	is(walk.frame.regs.pc, TEXT + 0x62, "is looked up as it is");
}

static void check_window_edges(const struct sfr_table *t)
{
	struct world w = {};
	struct sfr_walk walk;

	/* Only [0x90, 0xa0): a return address at its end, and one at its start. */
	world_window(&w, TEXT + 0x90, 0x10, TEXT, t);
	world_word(&w, SP, TEXT + 0xa0);
	world_word(&w, SP + 8, TEXT + 0x90);
	world_start(&w, &walk, TEXT + 0x90, SP, 0);
	sfr_walk_next(&walk);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "a return address at the window's end");
	is(walk.frame.regs.pc, TEXT + 0x90, "belongs to the window");
	is(sfr_walk_next(&walk), SFR_STOP_NO_WINDOW, "one at its start does not");

	/* A neighbour that touches, whose table is another. */
	world_window(&w, TEXT + 0xa0, 0x10, TEXT + 0x80, t);
	world_start(&w, &walk, TEXT + 0x90, SP, 0);
	sfr_walk_next(&walk);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "where windows touch");
	is(walk.cfa, SP + 16, "the call's window counts");
	/* At 0x90 there is no window before, and the table's gap is not asked. */
	is(sfr_walk_next(&walk), SFR_STOP_NO_WINDOW, "the table knows more than the window");
}

static void check_frame_pointer(struct world *w)
{
	struct sfr_walk walk;

	w->n_words = 0;
	world_word(w, SP + 0x40, SP + 0x20);	/* down: no progress is asked for */
	world_word(w, SP + 0x48, 0);		/* nor a return address */
	world_word(w, SP + 0x20, SP + 0x41);	/* nor alignment */
	world_word(w, SP + 0x28, TEXT + 0x85);	/* a gap */
	world_word(w, SP + 0x41, 1);
	world_word(w, SP + 0x49, ~0ull);

	world_start(w, &walk, 0x1234, SP, SP + 0x40);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "without a window: by the frame pointer");
	ok(frame_is(&walk, 0, SP + 0x50, SP + 0x20, SFR_KIND_CALL, SFR_SOURCE_FRAME_POINTER),
	   "as the stock walker would, also to 0");
	is(walk.cfa, SP + 0x50, "the CFA is fp + 16");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and down the stack");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "in a gap: likewise");
	ok(frame_is(&walk, ~0ull, SP + 0x51, 1, SFR_KIND_CALL, SFR_SOURCE_FRAME_POINTER),
	   "also misaligned, also to a kernel address");
	is(sfr_walk_next(&walk), SFR_STOP_NO_WINDOW, "until it cannot be read");
	is(walk.cfa, 0, "no CFA then");

	world_start(w, &walk, TEXT + 0x85, SP, 0);
	is(sfr_walk_next(&walk), SFR_STOP_NO_RULE, "a window without a rule says so");
	w->reads = 0;
	world_start(w, &walk, 0x1234, SP, WORLD_ADDR_MAX - 15);
	is(sfr_walk_next(&walk), SFR_STOP_NO_WINDOW, "a frame that leaves user space");
	world_start(w, &walk, 0x1234, SP, -8ull);
	is(sfr_walk_next(&walk), SFR_STOP_NO_WINDOW, "a frame that wraps around");
	is(w->reads, 0, "neither is read");
	world_word(w, WORLD_ADDR_MAX - 16, 2);
	world_word(w, WORLD_ADDR_MAX - 8, 3);
	world_start(w, &walk, 0x1234, SP, WORLD_ADDR_MAX - 16);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "the last frame of user space is read");
}

/* A function that has not begun: its return address is at sp, fp its caller's. */
static void check_at_entry(struct world *w)
{
	struct sfr_walk walk;

	w->n_words = 0;
	world_word(w, SP, 0x5678);
	world_word(w, SP + 8, TEXT + 0x61);
	world_word(w, SP + 0x40, SP + 0x60);
	world_word(w, SP + 0x48, 0x9abc);
	world_start(w, &walk, 0x1234, SP, SP + 0x40);
	walk.frame.at_entry = true;
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "just called, without a rule");
	ok(frame_is(&walk, 0x5678, SP + 8, SP + 0x40, SFR_KIND_CALL, SFR_SOURCE_FRAME_POINTER),
	   "returns to the word at sp");
	is(walk.cfa, SP + 8, "and that is its CFA");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "its caller");
	is(walk.frame.regs.pc, 0x9abc, "goes by the frame pointer again");
	world_start(w, &walk, 0x1234, SP + 0x10, SP + 0x40);
	walk.frame.at_entry = true;
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "just called, and no word at sp");
	is(walk.frame.regs.pc, 0x9abc, "goes by the frame pointer");
	world_start(w, &walk, TEXT, SP + 8, SP + 0x40);
	walk.frame.at_entry = true;
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "just called, with a rule");
	ok(frame_is(&walk, TEXT + 0x61, SP + 16, SP + 0x40, SFR_KIND_CALL, SFR_SOURCE_SFRAME),
	   "goes by the rule");
}

/* Each reason of a step reaches the walker, and nothing of the frame is lost. */
static void check_stops(struct world *w)
{
	struct sfr_walk walk;

	w->n_words = 0;
	world_start(w, &walk, TEXT, SP, 0);
	is(sfr_walk_next(&walk), SFR_STOP_UNREADABLE, "no stack");
	ok(frame_is(&walk, TEXT, SP, 0, SFR_KIND_EXACT, SFR_SOURCE_REGS) && !walk.cfa,
	   "the frame stays as it was");
	world_start(w, &walk, TEXT, SP + 1, 0);
	is(sfr_walk_next(&walk), SFR_STOP_BAD_CFA, "a misaligned stack");
	world_start(w, &walk, TEXT + 0x40, SP, SP - 16);
	is(sfr_walk_next(&walk), SFR_STOP_NO_PROGRESS, "a frame pointer below the stack");
	world_word(w, SP, 0);
	world_start(w, &walk, TEXT, SP, 0);
	is(sfr_walk_next(&walk), SFR_STOP_BAD_RA, "a return address of 0");
}

/* By rules alone a walk ends: every step moves up. */
static void check_recursion(struct world *w)
{
	struct sfr_walk walk;
	int i, frames = 0;

	w->n_words = 0;
	for (i = 0; i < 200; i++)
		world_word(w, SP + 8 * i, TEXT + 0x91);
	world_start(w, &walk, TEXT + 0x90, SP, 0);
	while (frames < 1000 && !sfr_walk_next(&walk))
		frames++;
	is(frames, 200, "as many frames as return addresses");
}

int main(void)
{
	struct sfr_table *t = must_build(&section);
	static struct world w;

	world_window(&w, TEXT, 0x100, TEXT, t);
	check_chain(&w);
	check_call_pc(&w);
	check_window_edges(t);
	check_frame_pointer(&w);
	check_at_entry(&w);
	check_stops(&w);
	check_recursion(&w);
	free(t);
	return tap_done();
}
