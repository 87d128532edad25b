// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Walks by rules that need more than sp and fp: DRAP, other registers, known in
 * the first frame and below signal frames only; leaf functions whose return
 * address is in a register, s390x's distance between CFA and sp; windows of other
 * tables that meet where a trampoline begins.
 */
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define FP	0x7ffff0000100ull
#define R(n)	SFE_REG(n)
#define D	SFE_DEREF

/*
 * 0x00 DRAP's body: cfa = *(fp - 8), fp = *(fp + 0)
 * 0x20 DRAP's beginning: cfa = r10 + 0
 * 0x40 cfa = sp + 8
 * 0x60 fp = r3, cfa = sp + 8
 * 0x80 the signal trampoline
 * 0xa0 a leaf: ra = r14, cfa = sp + 0
 */
static const struct sfe_row body[] = { { .place = { { R(6) | D, -8 }, {}, { R(6) | D, 0 } } } };
static const struct sfe_row by_r10[] = { { .place = { { R(10), 0 } } } };
static const struct sfe_row at_8[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row fp_in_r3[] = { { .place = { { R(7), 8 }, {}, { R(3), 0 } } } };
static const struct sfe_row leaf[] = { { .place = { { R(7), 0 }, { R(14), 0 } } } };
static const struct sfe_func funcs[] = {
	{ .start = 0x00, .size = 0x20, .flexible = true, SFE_ROWS(body) },
	{ .start = 0x20, .size = 0x20, .flexible = true, SFE_ROWS(by_r10) },
	{ .start = 0x40, .size = 0x20, SFE_ROWS(at_8) },
	{ .start = 0x60, .size = 0x20, .flexible = true, SFE_ROWS(fp_in_r3) },
	{ .start = 0x80, .size = 9, .signal = true },
	{ .start = 0xa0, .size = 0x20, .flexible = true, SFE_ROWS(leaf) },
};

static const struct sfe_section section = { .version = 3, SFE_FUNC_ARRAY(funcs) };

/* A frame that was left by a call, by a rule. */
static bool called_at(const struct sfr_walk *w, u64 pc, u64 sp, u64 fp)
{
	return w->frame.regs.pc == pc && w->frame.regs.sp == sp && w->frame.regs.fp == fp &&
	       w->frame.kind == SFR_KIND_CALL && w->frame.source == SFR_SOURCE_SFRAME &&
	       w->cfa == sp;
}

/* The walk stands where it stood, and knows no CFA. */
static bool stays_at(const struct sfr_walk *w, u64 pc, u64 sp, u64 fp)
{
	return w->frame.regs.pc == pc && w->frame.regs.sp == sp && w->frame.regs.fp == fp &&
	       !w->cfa;
}

/* A realigned frame knows its CFA by fp, on top and below a call. */
static void check_drap(struct world *w)
{
	struct sfr_walk walk;

	world_clear(w);
	world_word(w, SP, TEXT + 0x10);
	world_word(w, FP - 8, FP + 0x100);
	world_word(w, FP, 0x77);
	world_word(w, FP + 0xf8, TEXT + 0x45);
	world_start(w, &walk, TEXT + 0x40, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "into a realigned frame");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and out of it, below a call");
	ok(called_at(&walk, TEXT + 0x45, FP + 0x100, 0x77), "cfa = *(fp - 8), fp = *fp");
	world_start(w, &walk, TEXT + 0x00, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "out of it as the first frame");
	ok(called_at(&walk, TEXT + 0x45, FP + 0x100, 0x77), "by the same rule");
	is(w->asked, 0, "no other register was asked for");
}

static void check_first_frame(struct world *w)
{
	struct sfr_walk walk;

	world_clear(w);
	world_register(w, 0, 10, SP + 0x40);
	world_register(w, 0, 3, 0x3333);
	world_word(w, SP + 0x38, TEXT + 0x25);
	world_start(w, &walk, TEXT + 0x20, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "cfa = r10 in the first frame");
	ok(called_at(&walk, TEXT + 0x25, SP + 0x40, FP), "is its value");
	is(sfr_walk_next(&walk), SFR_STOP_NO_PROGRESS, "below a call it is still the same");
	ok(stays_at(&walk, TEXT + 0x25, SP + 0x40, FP), "and the walk stays");

	world_word(w, SP, TEXT + 0x25);
	world_start(w, &walk, TEXT + 0x40, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "into a frame that has called");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "whose cfa = r10, which callees may change");
	ok(called_at(&walk, TEXT + 0x25, SP + 0x40, FP), "but have not");
	world_clear(w);
	world_register(w, 0, 3, 0x3333);

	world_word(w, SP, TEXT + 0x65);
	world_word(w, SP + 8, TEXT + 0x45);
	world_start(w, &walk, TEXT + 0x60, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "fp = r3 in the first frame");
	ok(called_at(&walk, TEXT + 0x65, SP + 8, 0x3333), "is its value");
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "and not below a call: it has been saved");
	w->n_known = 0;
	world_start(w, &walk, TEXT + 0x20, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "r10 that nobody knows");
	ok(stays_at(&walk, TEXT + 0x20, SP, FP), "and the walk stays");
}

/* What a signal interrupted has the registers that its frame holds, once. */
static void check_signal(struct world *w)
{
	struct sfr_walk walk;

	world_clear(w);
	world_register(w, 0, 10, SP + 0x600);
	world_register(w, SP + 8, 10, SP + 0x300);
	world_word(w, SP, TEXT + 0x80);
	world_signal(w, SP + 8, TEXT + 0x20, SP + 0x100, FP);
	world_word(w, SP + 0x2f8, TEXT + 0x20 + 1);
	world_start(w, &walk, TEXT + 0x40, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "to the trampoline");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "to what was interrupted");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "whose cfa = r10");
	ok(called_at(&walk, TEXT + 0x21, SP + 0x300, FP), "is the signal frame's");
	is(sfr_walk_next(&walk), SFR_STOP_NO_PROGRESS, "and below it is the same");
}

/* A return address in a register: once, on top; then sp must move again. */
static void check_leaf(struct world *w)
{
	struct sfr_walk walk;

	world_clear(w);
	world_register(w, 0, 14, TEXT + 0xa8);
	world_start(w, &walk, TEXT + 0xa0, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "a leaf's caller has its sp");
	ok(called_at(&walk, TEXT + 0xa8, SP, FP), "and is where the register says");
	is(sfr_walk_next(&walk), SFR_STOP_NO_PROGRESS, "which no other frame may");
	ok(stays_at(&walk, TEXT + 0xa8, SP, FP), "and the walk stays");
	w->n_known = 0;
	world_register(w, 0, 14, 0);
	world_start(w, &walk, TEXT + 0xa0, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_BAD_RA, "a register that holds 0");
}

/*
 * s390x: 0x00 a leaf, cfa = sp + 160, ra in r14; 0x20 cfa = sp + 320, ra and fp
 * saved.
 */
static void check_s390x(void)
{
	static const struct sfe_row small[] = { { .base = SFE_SP, .cfa = 160 } };
	static const struct sfe_row large[] = {
		{ .base = SFE_SP, .cfa = 320, .ra = -48, .fp = -72 },
	};
	static const struct sfe_func f[] = {
		{ .start = 0x00, .size = 0x20, SFE_ROWS(small) },
		{ .start = 0x20, .size = 0x20, SFE_ROWS(large) },
	};
	struct sfe_section s = {
		.version = 2, .abi = SFE_S390X, .big_endian = true, SFE_FUNC_ARRAY(f),
	};
	struct sfr_table *t = must_build(&s);
	struct world w = {};
	struct sfr_walk walk;

	world_window(&w, TEXT, 0x100, TEXT, t);
	world_register(&w, 0, 14, TEXT + 0x30);
	world_word(&w, SP + 320 - 48, TEXT + 0x10);
	world_word(&w, SP + 320 - 72, 0x7272);
	world_start(&w, &walk, TEXT, SP, FP);
	walk.sp_off = -160;
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "s390x: a leaf");
	ok(walk.frame.regs.sp == SP && walk.frame.regs.pc == TEXT + 0x30, "its caller has its sp");
	is(walk.cfa, SP + 160, "and its CFA is 160 above");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "s390x: a frame of 160 bytes");
	ok(walk.frame.regs.sp == SP + 160 && walk.frame.regs.pc == TEXT + 0x10 &&
	   walk.frame.regs.fp == 0x7272, "ends where its caller's begins");
	is(walk.cfa, SP + 320, "and its CFA is 160 above");
	is(sfr_walk_next(&walk), SFR_STOP_NO_PROGRESS, "s390x: a leaf that has called");
	ok(walk.frame.regs.sp == SP + 160 && !walk.cfa, "and the walk stays");
	free(t);
}

/*
 * Two windows meet where the second's first byte is a trampoline. What the first
 * one's table says of that address, which is not its window's, does not count.
 */
static void check_meeting(const struct sfr_table *t)
{
	static const struct sfe_func f[] = { { .start = 0, .size = 0x100, SFE_ROWS(at_8) } };
	struct sfe_section s = { .version = 3, SFE_FUNC_ARRAY(f) };
	struct sfr_table *other = must_build(&s);
	struct world w = {};
	struct sfr_walk walk;

	world_window(&w, TEXT - 0x40, 0x40 + 0x80, TEXT - 0x40, other);
	world_window(&w, TEXT + 0x80, 0x20, TEXT, t);
	world_word(&w, SP, TEXT + 0x80);
	world_signal(&w, SP + 8, TEXT, SP + 0x100, 0xfb);
	world_start(&w, &walk, TEXT + 0x40, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "a return address where windows meet");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "which is a trampoline's");
	ok(walk.frame.kind == SFR_KIND_DISCONTINUITY && walk.frame.regs.pc == TEXT,
	   "leads to what was interrupted");

	/* The other way round: the first knows a trampoline there, the second does not. */
	w.windows[0] = (struct sfr_window) { TEXT + 0x40, TEXT + 0x80, TEXT, t, NULL };
	w.windows[1] = (struct sfr_window) { TEXT + 0x80, TEXT + 0x100, TEXT, other, NULL };
	world_clear(&w);
	world_register(&w, 0, 3, 0x3333);
	world_word(&w, SP, TEXT + 0x80);
	world_word(&w, SP + 8, TEXT + 0x90);
	world_signal(&w, SP + 8, TEXT, SP + 0x100, 0xfb);
	world_start(&w, &walk, TEXT + 0x50, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "where the windows meet again");
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "the rule at the call counts");
	ok(stays_at(&walk, TEXT + 0x80, SP + 8, FP), "and it needs a register");
	free(other);
}

int main(void)
{
	struct sfr_table *t = must_build(&section);
	static struct world w;

	world_window(&w, TEXT, 0x100, TEXT, t);
	check_drap(&w);
	check_first_frame(&w);
	check_signal(&w);
	check_leaf(&w);
	check_s390x();
	check_meeting(t);
	free(t);
	return tap_done();
}
