// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * sfreg's extension, functions whose caller is exact: the stub of an injected call. What
 * their words mean, what is refused, and the walk: the caller's pc is looked up as it is, and
 * from there on no register is known but sp and fp.
 */
#include "build.h"
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define FP	0x7ffff0000100ull
#define R(n)	SFE_REG(n)
#define D	SFE_DEREF

/*
 * 0x00 cfa = sp + 8
 * 0x20 cfa = sp + 16; 0x21 cfa = r10 + 8
 * 0x40 exact: cfa = *(fp + 8), ra = *(cfa - 136), fp = *(cfa - 144)
 * 0x50 exact: cfa = sp + 24
 */
static const struct sfe_row at_8[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row interrupted[] = {
	{ .place = { { R(7), 16 } } }, { .start = 1, .place = { { R(10), 8 } } },
};

static const struct sfe_row stub[] = {
	{ .place = { { R(6) | D, 8 }, { D, -136 }, { D, -144 } } },
	{ .start = 0x10, .place = { { R(7), 24 } } },
};

static const struct sfe_func funcs[] = {
	{ .start = 0x00, .size = 0x20, SFE_ROWS(at_8) },
	{ .start = 0x20, .size = 0x20, .flexible = true, SFE_ROWS(interrupted) },
	{ .start = 0x40, .size = 0x20, .flexible = true, .exact = true, SFE_ROWS(stub) },
};

static const struct sfe_section section = {
	.version = 3, .sorted = true, .aux_len = 16, SFE_FUNC_ARRAY(funcs), .n_extended = 1,
};

static void check_rules(void)
{
	const struct sfr_rule first = {
		.cfa_base = SFR_BASE_FP | SFR_BASE_DEREF, .cfa_off = 8,
		.ra_base = SFR_BASE_CFA | SFR_BASE_DEREF, .ra_off = -136,
		.fp_base = SFR_BASE_CFA | SFR_BASE_DEREF, .fp_off = -144,
		.flags = SFR_RULE_EXACT,
	};
	const struct sfr_rule second = {
		.cfa_base = SFR_BASE_SP, .cfa_off = 24,
		.ra_base = SFR_BASE_CFA | SFR_BASE_DEREF, .ra_off = -8,
		.fp_base = SFR_BASE_FP, .flags = SFR_RULE_EXACT,
	};
	struct sfr_table *t = must_build(&section);

	ok(rule_equal(sfr_table_rule(t, 0x40, false), first), "as a flexible one, and exact");
	ok(rule_equal(sfr_table_rule(t, 0x50, false), second), "of the common shape, too");
	ok(rule_equal(sfr_table_rule(t, 0x50, true), first), "a return address is one's as usual");
	ok(rule_is(sfr_table_rule(t, 0x1f, false), SFR_BASE_SP, 8, 0), "ordinary functions too");
	free(t);
}

static void check_bad(u8 info, u8 info2, enum sfr_status want, const char *what)
{
	u8 bytes[512];
	size_t len = sfe_emit(&section, bytes, sizeof(bytes));
	struct sfr_table *t;

	bytes[sfe_attr_at(&section, 2) + SFE_ATTR_INFO] |= info;
	bytes[sfe_attr_at(&section, 2) + SFE_ATTR_INFO2] = info2;
	is(build_bytes(bytes, len, &t), want, "%s: %s", what, sfr_status_name(want));
	free(t);
}

static bool at(const struct sfr_walk *w, u64 pc, u64 sp, u64 fp, u8 kind)
{
	return w->frame.regs.pc == pc && w->frame.regs.sp == sp && w->frame.regs.fp == fp &&
	       w->frame.kind == kind && w->frame.source == SFR_SOURCE_SFRAME && w->cfa == sp;
}

/* @caller called what was interrupted at TEXT + @where; the stub has called the first frame. */
static void stand(struct world *w, struct sfr_walk *walk, u64 where, u64 caller)
{
	world_clear(w);
	world_register(w, 0, 10, SP + 0x200);
	world_word(w, SP, TEXT + 0x45);
	world_word(w, FP + 8, SP + 0x200);
	world_word(w, SP + 0x200 - 136, TEXT + where);
	world_word(w, SP + 0x200 - 144, FP + 1);
	world_word(w, SP + 0x208, caller);
	world_word(w, SP + 0x210, TEXT + 0x22);
	world_start(w, walk, TEXT, SP, FP);
}

static void check_walk(void)
{
	struct sfr_table *t = must_build(&section);
	static struct world w;
	struct sfr_walk walk;
	u64 pcs[8];

	world_window(&w, TEXT, 0x100, TEXT, t);
	stand(&w, &walk, 0x20, TEXT + 5);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "into the stub");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and out of it");
	ok(at(&walk, TEXT + 0x20, SP + 0x200, FP + 1, SFR_KIND_DISCONTINUITY),
	   "to the instruction that was interrupted");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "which is looked up as it is");
	ok(at(&walk, TEXT + 5, SP + 0x210, FP + 1, SFR_KIND_CALL), "it was called");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and its caller, too");
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "r10 is as little known as before");

	stand(&w, &walk, 0x21, TEXT + 5);
	sfr_walk_next(&walk);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "where another register is needed");
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "the first frame's is not it");
	stand(&w, &walk, 0x20, TEXT + 5);
	sfr_walk_next(&walk);
	is(sfr_walk_run(&walk, pcs, 8), 0, "the fast lane leaves such rules alone");

	/* A signal frame below knows its registers. */
	stand(&w, &walk, 0x20, 0x1000);
	world_restorer(&w, 0x1000);
	world_signal(&w, SP + 0x210, TEXT + 0x21, SP + 0x300, FP);
	world_register(&w, SP + 0x210, 10, SP + 0x400);
	world_word(&w, SP + 0x400, TEXT + 5);
	sfr_walk_next(&walk);
	sfr_walk_next(&walk);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "called by a trampoline");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "so it was a handler");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "of what was interrupted where r10 is needed");
	ok(at(&walk, TEXT + 5, SP + 0x408, FP, SFR_KIND_CALL), "which the signal frame has");
	free(t);
}

int main(void)
{
	check_rules();
	check_bad(0x80, 4, SFR_ERR_FDE_TYPE, "a trampoline that is exact");
	check_bad(0x10, 4, SFR_ERR_FDE_TYPE, "an exact one that repeats");
	check_bad(0, 1, SFR_ERR_FDE_TYPE, "a flexible one in the extension");
	check_walk();
	return tap_done();
}
