// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Walks over signal frames: found by a row, by the restorer's address, at window
 * edges; the interrupted frame is exact; stack switches are counted.
 */
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define ALT	0x7fffe0000000ull
#define TRAMP	(TEXT + 0x40)
#define REST	0x7000ull		/* a restorer in no window */

/*
 * 0x00 a handler, cfa = sp + 8, that 0x20 follows at once
 * 0x20 interrupted code, cfa = sp + 8, and from 8 on sp + 16
 * 0x40 the signal trampoline, entered at its first byte
 */
static const struct sfe_row handler[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row code[] = {
	{ .start = 0, .base = SFE_SP, .cfa = 8 }, { .start = 8, .base = SFE_SP, .cfa = 16 },
};

static const struct sfe_func funcs[] = {
	{ .start = 0x00, .size = 0x20, SFE_ROWS(handler) },
	{ .start = 0x20, .size = 0x20, SFE_ROWS(code) },
	{ .start = 0x40, .size = 9, .signal = true },
};

static const struct sfe_section section = { .version = 3, SFE_FUNC_ARRAY(funcs) };

static bool is_interrupted(const struct sfr_walk *w, u64 pc, u64 sp)
{
	return w->frame.regs.pc == pc && w->frame.regs.sp == sp && w->frame.regs.fp == 0xfb &&
	       w->frame.kind == SFR_KIND_DISCONTINUITY &&
	       w->frame.source == SFR_SOURCE_SIGNAL_FRAME &&
	       w->cfa == sp;
}

/* From a handler: its frame, the trampoline's, the interrupted one's, its caller. */
static void check_handler(struct world *w, u64 tramp, const char *name)
{
	struct sfr_walk walk;

	world_clear(w);
	world_word(w, SP, tramp);
	world_signal(w, SP + 8, TEXT + 0x28, SP + 0x100, 0xfb);
	world_word(w, SP + 0x108, TEXT + 0x21);
	world_start(w, &walk, TEXT + 0x10, SP, 1);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "%s: the handler returns", name);
	ok(walk.frame.regs.pc == tramp && walk.frame.kind == SFR_KIND_CALL &&
	   walk.frame.source == SFR_SOURCE_SFRAME && walk.frame.regs.sp == SP + 8,
	   "%s: the trampoline is a frame of its own", name);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "%s: across the signal frame", name);
	ok(is_interrupted(&walk, TEXT + 0x28, SP + 0x100),
	   "%s: the interrupted frame, exact", name);
	is(walk.n_switches, 0, "%s: on the same stack", name);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "%s: by the row at the exact pc", name);
	ok(walk.frame.regs.pc == TEXT + 0x21 && walk.frame.kind == SFR_KIND_CALL &&
	   walk.cfa == SP + 0x110, "%s: and on as from a call", name);
}

/* The top frame is in the trampoline itself, or about to be. */
static void check_top(struct world *w, u64 pc, const char *name)
{
	struct sfr_walk walk;

	world_clear(w);
	world_signal(w, SP, TEXT + 0x20, SP + 0x100, 0xfb);
	world_start(w, &walk, pc, SP, 1);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "%s on top", name);
	ok(is_interrupted(&walk, TEXT + 0x20, SP + 0x100), "%s: what was interrupted", name);
}

/* What was interrupted had just been called, and there is no rule for it. */
static void check_at_entry(struct world *w)
{
	struct sfr_walk walk;

	world_clear(w);
	world_signal(w, SP, 0x1234, SP + 0x100, 0xfb);
	w->signals[0].at_entry = true;
	world_word(w, SP + 0x100, TEXT + 0x21);
	world_word(w, SP + 0x108, TEXT + 0x22);
	world_start(w, &walk, TRAMP, SP, 1);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "to a function that has just been called");
	ok(walk.frame.at_entry, "which says so");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and from it");
	ok(walk.frame.regs.pc == TEXT + 0x21 && walk.frame.regs.sp == SP + 0x108 &&
	   walk.frame.source == SFR_SOURCE_FRAME_POINTER && !walk.frame.at_entry,
	   "by the word at sp");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and on by a rule");
	is(walk.frame.regs.pc, TEXT + 0x22, "as ever");
}

static void check_frame_gone(struct world *w)
{
	struct sfr_walk walk;

	world_clear(w);
	world_start(w, &walk, TRAMP, SP, 1);
	is(sfr_walk_next(&walk), SFR_STOP_UNREADABLE, "a signal frame that cannot be read");
	is(walk.cfa, 0, "has no CFA");
	is(walk.frame.regs.pc, TRAMP, "and the walk stays");
}

/* A handler on another stack; the frame's sp is below, or the very same. */
static void check_switches(struct world *w, u64 new_sp, const char *name)
{
	struct sfr_walk walk;

	world_clear(w);
	world_signal(w, SP, TEXT + 0x20, new_sp, 0xfb);
	world_start(w, &walk, TRAMP, SP, 1);
	is(sfr_walk_next(&walk), SFR_STOP_SWITCH_LIMIT, "%s: none is allowed", name);
	ok(walk.frame.regs.sp == SP && !walk.cfa, "%s: the walk stays", name);
	world_start(w, &walk, TRAMP, SP, 1);
	walk.max_switches = 1;
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "%s: one is allowed", name);
	ok(is_interrupted(&walk, TEXT + 0x20, new_sp), "%s: and made", name);
	is(walk.n_switches, 1, "%s: and counted", name);
}

/* Signal frames that lead to each other end by the count of switches. */
static void check_circle(struct world *w)
{
	struct sfr_walk walk;
	int frames = 0;

	world_clear(w);
	world_signal(w, SP, TRAMP, ALT, 0xfb);
	world_signal(w, ALT, TRAMP, SP, 0xfb);
	world_start(w, &walk, TRAMP, SP, 1);
	walk.max_switches = 8;
	while (frames < 1000 && !sfr_walk_next(&walk))
		frames++;
	/* Each second step goes down: 8 down, 8 up, and the 9th is refused. */
	is(frames, 16, "a circle of signal frames ends");
}

/*
 * A return address of TRAMP where the trampoline is the first byte of its own
 * window, whatever lies before; and where it is outside of every window.
 */
static void check_edges(const struct sfr_table *t)
{
	struct sfr_walk walk;
	struct world w = {};

	world_window(&w, TEXT, 0x30, TEXT, t);
	world_window(&w, TRAMP, 9, TEXT, t);
	check_handler(&w, TRAMP, "trampoline at its window's first byte");
	w.windows[0].end = TEXT + 0x40;
	check_handler(&w, TRAMP, "trampoline at a touching window's first byte");
	w.n_windows = 1;
	world_clear(&w);
	world_word(&w, SP, TRAMP);
	world_signal(&w, SP + 8, TEXT + 0x28, SP + 0x100, 0xfb);
	world_start(&w, &walk, TEXT + 0x10, SP, 1);
	sfr_walk_next(&walk);
	sfr_walk_next(&walk);
	ok(walk.frame.kind == SFR_KIND_CALL,
	   "a trampoline that the table knows and the window does not is none");
}

int main(void)
{
	struct sfr_table *t = must_build(&section);
	static struct world w;

	world_window(&w, TEXT, 0x100, TEXT, t);
	world_restorer(&w, REST);
	world_restorer(&w, TEXT + 0x80);
	check_handler(&w, TRAMP, "by the row");
	check_handler(&w, REST, "by the restorer, in no window");
	check_handler(&w, TEXT + 0x80, "by the restorer, in a window without a rule");
	check_top(&w, TRAMP, "the trampoline");
	check_top(&w, TRAMP + 7, "the trampoline's middle");
	check_top(&w, REST, "the restorer");
	check_at_entry(&w);
	check_frame_gone(&w);
	check_switches(&w, ALT, "down the stack");
	check_switches(&w, SP, "to the same place");
	check_circle(&w);
	check_edges(t);
	free(t);
	return tap_done();
}
