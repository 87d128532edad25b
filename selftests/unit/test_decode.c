// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every field of functions and rows, in every version and width, seen through
 * the rules that a lookup then gives.
 */
#include "build.h"
#include "tap.h"

static struct sfr_table *table_of(u8 version, bool pcrel, const struct sfe_func *func)
{
	struct sfe_section s = {
		.version = version, .sorted = true, .pcrel = pcrel, SFE_FUNCS(*func),
	};

	return must_build(&s);
}

/* A CFA offset and an FP offset of @width bytes, at the ends of their range. */
static void check_words(u8 version, u8 width, s32 low, s32 high)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_FP, .cfa = low, .fp = low, .width = width },
		{ .start = 1, .base = SFE_SP, .cfa = high, .fp = high, .width = width },
		{ .start = 2, .base = SFE_SP, .cfa = 8, .width = width },
		{ .start = 3, .base = SFE_FP, .cfa = 16, .fp = -16, .width = width },
	};
	struct sfe_func f = { .start = 0, .size = 4, SFE_ROWS(rows) };
	struct sfr_table *t = table_of(version, false, &f);

	ok(rule_is(sfr_table_rule(t, 0, false), SFR_BASE_FP, low, low) &&
	   rule_is(sfr_table_rule(t, 1, false), SFR_BASE_SP, high, high) &&
	   rule_is(sfr_table_rule(t, 2, false), SFR_BASE_SP, 8, 0) &&
	   rule_is(sfr_table_rule(t, 3, false), SFR_BASE_FP, 16, -16),
	   "V%u: words of %u bytes", version, width);
	free(t);
}

static void check_starts(u8 version, u8 width, u32 far)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_SP, .cfa = 8 },
		{ .start = far, .base = SFE_SP, .cfa = 16 },
	};
	struct sfe_func f = { .size = far + 1, .width = width, SFE_ROWS(rows) };
	struct sfr_table *t = table_of(version, false, &f);

	ok(rule_is(sfr_table_rule(t, far - 1, false), SFR_BASE_SP, 8, 0) &&
	   rule_is(sfr_table_rule(t, far, false), SFR_BASE_SP, 16, 0) &&
	   !sfr_table_rule(t, far + 1ull, false),
	   "V%u: row starts of %u bytes", version, width);
	free(t);
}

/* Where the function lies, relative to the section's first byte. */
static void check_place(u8 version, bool pcrel, u64 start, u32 size)
{
	struct sfe_row rows[] = { { .start = 0, .base = SFE_SP, .cfa = 24 } };
	struct sfe_func f = { .start = start, .size = size, SFE_ROWS(rows) };
	struct sfr_table *t = table_of(version, pcrel, &f);

	ok(!sfr_table_rule(t, start - 1, false) &&
	   rule_is(sfr_table_rule(t, start, false), SFR_BASE_SP, 24, 0) &&
	   rule_is(sfr_table_rule(t, start + size - 1, false), SFR_BASE_SP, 24, 0) &&
	   !sfr_table_rule(t, start + size, false),
	   "V%u%s: a function at %#llx of %#x bytes", version, pcrel ? ", from its field" : "",
	   (long long)start, size);
	free(t);
}

static void check_outermost(u8 version)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_SP, .cfa = 8 },
		{ .start = 2, .outermost = true },
	};
	struct sfe_func f = { .size = 4, SFE_ROWS(rows) };
	struct sfe_func bare = { .size = 4 };
	struct sfr_table *t = table_of(version, false, &f);
	const struct sfr_rule *rule = sfr_table_rule(t, 3, false);

	ok(rule && rule->flags == SFR_RULE_OUTERMOST, "V%u: a row of no words is outermost",
	   version);
	free(t);
	t = table_of(version, false, &bare);
	rule = sfr_table_rule(t, 3, false);
	if (version == 3)
		ok(rule && rule->flags == SFR_RULE_OUTERMOST,
		   "V3: a function without rows is outermost");
	else
		ok(!rule, "V%u: a function without rows has no rule", version);
	free(t);
}

static void check_signal(void)
{
	struct sfe_row rows[] = { { .start = 0, .base = SFE_SP, .cfa = 8 } };
	struct sfe_func with = { .size = 9, .signal = true, SFE_ROWS(rows) };
	struct sfe_func without = { .size = 9, .signal = true };
	struct sfe_func flexible = { .size = 9, .signal = true, .flexible = true };
	const struct sfe_func *each[] = { &with, &without, &flexible };
	static const char *const names[] = { "with rows", "without", "of flexible type" };
	int i;

	for (i = 0; i < 3; i++) {
		struct sfr_table *t = table_of(3, true, each[i]);
		const struct sfr_rule *rule = sfr_table_rule(t, 8, false);

		ok(rule && rule->flags == SFR_RULE_SIGNAL, "V3: a signal trampoline %s",
		   names[i]);
		free(t);
	}
}

/* Version 1 has no field for the size of a block: 16, a PLT entry's. */
static void check_repeat(u8 version, u8 rep_size)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_SP, .cfa = 8 },
		{ .start = 11, .base = SFE_SP, .cfa = 16 },
	};
	struct sfe_func f = {
		.start = 64, .size = 10 * rep_size + 3, .pc_type = 1, .rep_size = rep_size,
		SFE_ROWS(rows),
	};
	struct sfr_table *t = table_of(version, false, &f);
	bool good = true;
	u32 pc;

	for (pc = 0; pc < f.size; pc++)
		good &= rule_is(sfr_table_rule(t, 64 + pc, false), SFR_BASE_SP,
				pc % rep_size < 11 ? 8 : 16, 0);
	ok(good && !sfr_table_rule(t, 64 + f.size, false),
	   "V%u: a block of %u bytes repeats", version, rep_size);
	/* Gap and block before, the end, and the block's two rows. */
	is(sfr_table_rows(t), 4, "V%u: and is not expanded", version);
	free(t);
}

int main(void)
{
	u8 version;

	for (version = 1; version <= 3; version++) {
		check_words(version, 1, -128, 127);
		check_words(version, 2, -32768, 32767);
		check_words(version, 4, -2147483647 - 1, 2147483647);
		check_starts(version, 1, 0xff);
		check_starts(version, 2, 0xffff);
		check_starts(version, 4, 0xfffffffe);
		check_place(version, false, 0x1000, 1);
		check_place(version, false, -0x1000, 0x800);
		check_place(version, false, -0x80000000ll, 0x10);
		check_place(version, false, 0x7fffffffll, 0xffffffff);
		check_outermost(version);
		check_repeat(version, 16);
	}
	for (version = 2; version <= 3; version++) {
		check_place(version, true, 0x1000, 1);
		check_place(version, true, -0x7fff0000ll, 0xffffffff);
		check_repeat(version, 12);
		check_repeat(version, 255);
	}
	check_place(3, false, -0x7fffffffffffffffll - 1, 0xffffffff);
	check_place(3, false, 0x7fffffffffffffffll - 16, 16);
	check_place(3, true, 0x123456789abll, 0x100);
	check_signal();
	return tap_done();
}
