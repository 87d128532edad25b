// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * sfreg's extension of version 3: functions whose CFA is what a stack word says plus a
 * constant. What their words mean, what else such a header must say, that whoever does
 * not know it sees the rest, and the walk.
 */
#include "build.h"
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define FP	0x7ffff0000100ull
#define R(n)	SFE_REG(n)
#define D	SFE_DEREF
#define AUX	SFE_H_SIZE	/* where the auxiliary header is */

/*
 * 0x00 cfa = sp + 8
 * 0x20 cfa = *(sp + 24) + 8, fp = *(cfa - 16)
 * 0x40 cfa = *(fp - 8) + 16, fp unchanged
 * 0x60 cfa = r10 + 0 + 8
 * 0x80 cfa = *(sp + 16 + 8 * r9) + 8, fp unchanged
 */
static const struct sfe_row at_8[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row by_fp[] = { { .place = { { R(6) | D, -8 } }, .addend = 16 } };
static const struct sfe_row by_r10[] = { { .place = { { R(10), 0 } }, .addend = 8 } };
static const struct sfe_row by_r9[] = {
	{ .place = { { R(7) | D, 16 } }, .addend = 8, .index = 9 },
};

static const struct sfe_row by_sp[] = {
	{ .place = { { R(7) | D, 24 }, {}, { D, -16 } }, .addend = 8 },
};

static const struct sfe_func funcs[] = {
	{ .start = 0x00, .size = 0x20, SFE_ROWS(at_8) },
	{ .start = 0x20, .size = 0x20, .extended = true, SFE_ROWS(by_sp) },
	{ .start = 0x40, .size = 0x20, .extended = true, SFE_ROWS(by_fp) },
	{ .start = 0x60, .size = 0x20, .extended = true, SFE_ROWS(by_r10) },
	{ .start = 0x80, .size = 0x20, .extended = true, .indexed = true, SFE_ROWS(by_r9) },
};

static const struct sfe_section section = {
	.version = 3, .sorted = true, .aux_len = 16, SFE_FUNC_ARRAY(funcs), .n_extended = 4,
};

static bool has_rule(const struct sfr_table *t, u64 rel, struct sfr_rule want)
{
	want.flags = SFR_RULE_ADDEND | SFR_RULE_GENERAL;
	if (!want.ra_base)
		want.ra_base = SFR_BASE_CFA | SFR_BASE_DEREF;
	return t && rule_equal(sfr_table_rule(t, rel, false), want);
}

static bool is_whole(const struct sfr_table *t)
{
	return has_rule(t, 0x20, (struct sfr_rule) {
			.cfa_base = SFR_BASE_SP | SFR_BASE_DEREF, .cfa_off = 24, .ra_off = 0,
			.fp_base = SFR_BASE_CFA | SFR_BASE_DEREF, .fp_off = -8 }) &&
	       has_rule(t, 0x5f, (struct sfr_rule) {
			.cfa_base = SFR_BASE_FP | SFR_BASE_DEREF, .cfa_off = -8, .ra_off = 8,
			.fp_base = SFR_BASE_FP }) &&
	       has_rule(t, 0x60, (struct sfr_rule) {
			.cfa_base = SFR_BASE_REG + 10, .ra_off = 0, .fp_base = SFR_BASE_FP }) &&
	       has_rule(t, 0x80, (struct sfr_rule) {
			.cfa_base = SFR_BASE_SP | SFR_BASE_DEREF, .cfa_off = 16, .ra_off = 0,
			.ra_base = SFR_BASE_REG + 9, .fp_base = SFR_BASE_FP });
}

static void check_rules(void)
{
	struct sfe_section pcrel = section;
	struct sfr_table *t = must_build(&section);

	ok(is_whole(t), "offsets count from the word, not from the CFA");
	ok(rule_is(sfr_table_rule(t, 0x1f, false), SFR_BASE_SP, 8, 0), "ordinary functions too");
	ok(!sfr_table_rule(t, 0xa0, false), "and nothing behind");
	free(t);
	pcrel.pcrel = true;
	t = must_build(&pcrel);
	ok(is_whole(t), "starts relative to their field");
	free(t);
}

/* The section with one byte changed: known as the extension, or read without it. */
static void check_unknown(size_t at, u8 value, const char *what)
{
	u8 bytes[512];
	size_t len = sfe_emit(&section, bytes, sizeof(bytes));
	struct sfr_table *t;

	bytes[at] = value;
	is(build_bytes(bytes, len, &t), SFR_OK, "%s: taken", what);
	ok(t && rule_is(sfr_table_rule(t, 0x1f, false), SFR_BASE_SP, 8, 0) &&
	   !sfr_table_rule(t, 0x20, false) && !sfr_table_rule(t, 0x60, false),
	   "but without the extension");
	free(t);
}

static void check_bad(size_t at, unsigned int n, u64 value, enum sfr_status want,
		      const char *what)
{
	u8 bytes[512];
	size_t len = sfe_emit(&section, bytes, sizeof(bytes));
	struct sfr_table *t;

	sfe_put(&section, bytes, at, n, value);
	is(build_bytes(bytes, len, &t), want, "%s: %s", what, sfr_status_name(want));
	free(t);
}

static void check_headers(void)
{
	size_t info2 = sfe_attr_at(&section, 1) + SFE_ATTR_INFO2;
	size_t info = sfe_attr_at(&section, 1) + SFE_ATTR_INFO;

	check_unknown(AUX, 'x', "another magic");
	check_unknown(AUX + 4, 2, "another version");
	check_unknown(AUX + 5, 1, "a byte that must be 0");
	check_bad(AUX + 8, 4, 5, SFR_ERR_SPAN, "FREs taken for two more FDEs");
	check_bad(AUX + 8, 4, 0xffffffff, SFR_ERR_TRUNCATED, "so many FDEs that the sum wraps");
	check_bad(AUX + 8, 4, 0xfffffffe, SFR_ERR_TRUNCATED, "and one less");
	check_bad(AUX + 12, 4, 0xffffffff, SFR_ERR_TRUNCATED, "so many FREs that the sum wraps");
	check_bad(AUX + 12, 4, 1000, SFR_ERR_FRE_BOUNDS, "more FREs than bytes");
	check_bad(AUX + 12, 4, 2, SFR_ERR_FRE_COUNT, "fewer FREs than the functions have");
	check_bad(info2, 1, 0, SFR_ERR_FDE_TYPE, "an extended function of default type");
	check_bad(info2, 1, 1, SFR_ERR_FDE_TYPE, "of flexible type");
	check_bad(info2, 1, 3, SFR_ERR_FRE_INFO, "whose rows lack an index");
	check_bad(info2, 1, 5, SFR_ERR_FDE_TYPE, "of a type that nobody knows");
	check_bad(info2, 1, 0x22, SFR_ERR_FDE_INFO, "with a reserved bit");
	check_bad(info, 1, 0x80, SFR_ERR_FDE_TYPE, "that is a trampoline");
	check_bad(info, 1, 0x10, SFR_ERR_FDE_TYPE, "that repeats");
	check_bad(sfe_attr_at(&section, 0) + SFE_ATTR_INFO2, 1, 2, SFR_ERR_FDE_TYPE,
		  "an ordinary function of the extension's type");
}

struct words {
	u8 n;
	s32 word[SFE_MAX_WORDS];
};

#define W(...) \
	((struct words) { sizeof((s32[]) { __VA_ARGS__ }) / sizeof(s32), { __VA_ARGS__ } })

/* One extended function with these words. */
static void check_words_of(bool indexed, enum sfr_status want, const char *what,
			   struct words words)
{
	const struct sfe_row row = { .n_words = words.n, .words = words.word };
	const struct sfe_func f = {
		.size = 4, .extended = true, .indexed = indexed, .n_rows = 1, .rows = &row,
	};
	struct sfe_section s = { .version = 3, .aux_len = 16, SFE_FUNCS(f), .n_extended = 1 };
	struct sfr_table *t;

	is(build_for(&s, SFE_AMD64, &t), want, "%s: %s", what, sfr_status_name(want));
	free(t);
}

static void check_words(enum sfr_status want, const char *what, struct words words)
{
	check_words_of(false, want, what, words);
}

static void check_indexed(enum sfr_status want, const char *what, struct words words)
{
	check_words_of(true, want, what, words);
}

static void check_all_words(void)
{
	check_words(SFR_OK, "three words", W(R(7) | D, 8, 8));
	check_words(SFR_OK, "ra is padding", W(R(7) | D, 8, 8, 0));
	check_words(SFR_OK, "fp is in a register", W(R(7) | D, 8, 8, 0, R(3), 0));
	check_words(SFR_ERR_FRE_INFO, "no addend", W(R(7) | D, 8));
	check_words(SFR_ERR_FRE_INFO, "no offset", W(R(7) | D));
	check_words(SFR_ERR_FRE_INFO, "a word too many", W(R(7) | D, 8, 8, 0, D, -16, 0));
	check_words(SFR_ERR_RULE, "a base that is no register", W(D, 8, 8));
	check_words(SFR_ERR_RULE, "ra elsewhere", W(R(7) | D, 8, 8, D, -16));
	check_words(SFR_ERR_RULE, "ra in a register", W(R(7) | D, 8, 8, R(3), 0));
	check_words(SFR_ERR_RULE, "an addend that wraps", W(R(7) | D, 8, -0x7ffffff9));
	check_words(SFR_ERR_RULE, "and fp with it",
		    W(R(7) | D, 8, 0x7fffffff, 0, D, 0x7fffffff));
	check_words(SFR_ERR_RULE, "fp over ra", W(R(7) | D, 8, 8, 0, D, -8));
	check_indexed(SFR_OK, "an index", W(R(7) | D, 8, 8, R(9)));
	check_indexed(SFR_OK, "and fp", W(R(7) | D, 8, 8, R(9), 0, D, -16));
	check_indexed(SFR_ERR_FRE_INFO, "no index", W(R(7) | D, 8, 8));
	check_indexed(SFR_ERR_FRE_INFO, "an index of 0", W(R(7) | D, 8, 8, 0));
	check_indexed(SFR_ERR_FRE_INFO, "an index in memory", W(R(7) | D, 8, 8, R(9) | D));
	check_indexed(SFR_ERR_FRE_INFO, "an index, reserved bit", W(R(7) | D, 8, 8, R(9) | 4));
	check_indexed(SFR_OK, "an index that there is not costs the row", W(R(7) | D, 8, 8, R(16)));
}

/* Version 2 and other machines know no extension: the bytes are another's. */
static void check_elsewhere(void)
{
	struct sfe_section arm = section;
	u8 bytes[512];
	size_t len;
	struct sfr_table *t;
	struct sfe_section v2 = section;

	v2.version = 2;
	len = sfe_emit(&v2, bytes, sizeof(bytes));
	is(build_bytes(bytes, len, &t), SFR_OK, "version 2 with these bytes");
	ok(t && !sfr_table_rule(t, 0x20, false), "is read without");
	free(t);
	arm.abi = SFE_AARCH64_LE;
	is(build_for(&arm, SFE_AARCH64_LE, &t), SFR_OK, "AArch64 with these bytes");
	ok(t && !sfr_table_rule(t, 0x20, false), "is read without");
	free(t);
}

static bool called_at(const struct sfr_walk *w, u64 pc, u64 sp, u64 fp)
{
	return w->frame.regs.pc == pc && w->frame.regs.sp == sp && w->frame.regs.fp == fp &&
	       w->frame.kind == SFR_KIND_CALL && w->cfa == sp;
}

static void check_walk(void)
{
	struct sfr_table *t = must_build(&section);
	static struct world w;
	struct sfr_walk walk;
	u64 pcs[4];

	world_window(&w, TEXT, 0x100, TEXT, t);
	world_word(&w, SP, TEXT + 0x25);
	world_word(&w, SP + 8 + 24, SP + 0x80);		/* the cfa is 8 above */
	world_word(&w, SP + 0x80, TEXT + 0x45);
	world_word(&w, SP + 0x78, FP);
	world_word(&w, FP - 8, FP + 0x40);		/* the cfa is 16 above */
	world_word(&w, FP + 0x48, TEXT + 0x65);
	world_start(&w, &walk, TEXT, SP, 0x77);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "into an extended function");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and out of it");
	ok(called_at(&walk, TEXT + 0x45, SP + 0x88, FP), "cfa = *(sp + 24) + 8, fp = *(cfa - 16)");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "and out of another");
	ok(called_at(&walk, TEXT + 0x65, FP + 0x50, FP), "cfa = *(fp - 8) + 16");
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "r10 below a call");
	world_start(&w, &walk, TEXT, SP, 0x77);
	is(sfr_walk_run(&walk, pcs, 4), 1, "the fast lane leaves such rules alone");

	world_clear(&w);
	world_register(&w, 0, 9, 5);
	world_word(&w, SP + 16 + 40, SP + 0x80);
	world_word(&w, SP + 0x80, TEXT + 5);
	world_start(&w, &walk, TEXT + 0x80, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "out of an indexed function");
	ok(called_at(&walk, TEXT + 5, SP + 0x88, FP), "cfa = *(sp + 16 + 8 * r9) + 8");
	w.n_known = 0;
	world_start(&w, &walk, TEXT + 0x80, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_UNKNOWN_REG, "an index that is not known");
	world_register(&w, 0, 9, 1ull << 61);
	world_word(&w, SP + 16, SP + 0x80);
	world_start(&w, &walk, TEXT + 0x80, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "an index that wraps to 0");

	/* A frame that would go down, wraps, or cannot be read. */
	world_clear(&w);
	world_word(&w, SP + 24, SP - 8);
	world_word(&w, SP - 8, TEXT + 5);
	world_start(&w, &walk, TEXT + 0x20, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_NO_PROGRESS, "a CFA that is sp");
	world_clear(&w);
	world_word(&w, SP + 24, ~7ull);
	world_start(&w, &walk, TEXT + 0x20, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_BAD_CFA, "a CFA that wraps");
	world_clear(&w);
	world_start(&w, &walk, TEXT + 0x20, SP, FP);
	is(sfr_walk_next(&walk), SFR_STOP_UNREADABLE, "a word that is not there");
	free(t);
}

int main(void)
{
	check_rules();
	check_headers();
	check_all_words();
	check_elsewhere();
	check_walk();
	return tap_done();
}
