// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Signal trampolines are returned to at their first byte, with no call before:
 * what a return address means there, whatever lies before the trampoline, and
 * that the byte before means for an exact pc what it meant without. In tables of
 * both layouts.
 */
#include "build.h"
#include "tap.h"

/* What a lookup gives: nothing, a trampoline, the outermost, or a rule by its CFA. */
#define NONE	-1
#define SIGNAL	-2
#define LAST	-3

#define FUNCS	4

struct lookup {
	s64 rel;
	int exact, call;	/* at rel, and at rel as a return address; 0: the end */
};

static const struct sfe_row at_8[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row at_40[] = { { .base = SFE_SP, .cfa = 40 } };
static const struct sfe_row late[] = { { .start = 3, .base = SFE_SP, .cfa = 16 } };
static const struct sfe_row two[] = {
	{ .base = SFE_SP, .cfa = 24 }, { .start = 11, .base = SFE_SP, .cfa = 32 },
};

static int seen(const struct sfr_rule *rule)
{
	u8 flags = rule ? rule->flags & ~SFR_RULE_BEFORE_SIGNAL : 0;
	struct sfr_rule plain;

	if (!rule)
		return NONE;
	if (flags)
		return flags == SFR_RULE_SIGNAL ? SIGNAL : flags == SFR_RULE_OUTERMOST ? LAST : -4;
	plain = *rule;
	plain.flags = 0;
	return rule_is(&plain, SFR_BASE_SP, rule->cfa_off, 0) ? rule->cfa_off : -5;
}

static void check_table(const char *name, const struct sfe_section *s, const struct lookup *l,
			const char *layout)
{
	struct sfr_table *t = must_build(s);
	int exact, call, wrong = 0;

	for (; l->exact; l++) {
		exact = seen(sfr_table_rule(t, l->rel, false));
		call = seen(sfr_table_rule(t, l->rel, true));
		if (exact == l->exact && call == l->call)
			continue;
		wrong++;
		printf("# at %#llx: %d and %d, not %d and %d\n", (long long)l->rel, exact, call,
		       l->exact, l->call);
	}
	is(wrong, 0, "%s, %s", name, layout);
	free(t);
}

/*
 * The functions alone, and with a far one, which makes the table a sparse one. Those
 * of no size, at the end, are none.
 */
static void check(const char *name, const struct sfe_func *funcs, const struct lookup *l)
{
	struct sfe_func more[FUNCS + 1];
	struct sfe_section s = { .version = 3, .n_funcs = FUNCS, .funcs = funcs };

	check_table(name, &s, l, "dense");
	memcpy(more, funcs, FUNCS * sizeof(*funcs));
	more[FUNCS] = (struct sfe_func) {
		.start = funcs[0].start + 0x40000000, .size = 16, SFE_ROWS(at_8),
	};
	s.funcs = more;
	s.n_funcs++;
	check_table(name, &s, l, "sparse");
}

#define CHECK(name, funcs, ...)	\
	check(name, funcs, (const struct lookup[]) { __VA_ARGS__, {} })

static void check_first(void)
{
	const struct sfe_func at_0[FUNCS] = { { .start = 0, .size = 9, .signal = true } };
	const struct sfe_func at_64[FUNCS] = { { .start = 64, .size = 1, .signal = true } };
	const struct sfe_func twice[FUNCS] = {
		{ .start = -7, .size = 1, .signal = true },
		{ .start = -6, .size = 2, .signal = true },
	};

	CHECK("first of all", at_0, { -2, NONE, NONE }, { -1, NONE, NONE },
	      { 0, SIGNAL, SIGNAL },
	      { 1, SIGNAL, SIGNAL }, { 8, SIGNAL, SIGNAL }, { 9, NONE, SIGNAL },
	      { 10, NONE, NONE });
	CHECK("first and of one byte", at_64, { 63, NONE, NONE }, { 64, SIGNAL, SIGNAL },
	      { 65, NONE, SIGNAL }, { 66, NONE, NONE });
	CHECK("two that touch", twice, { -8, NONE, NONE }, { -7, SIGNAL, SIGNAL },
	      { -6, SIGNAL, SIGNAL }, { -5, SIGNAL, SIGNAL }, { -4, NONE, SIGNAL },
	      { -3, NONE, NONE });
}

static void check_behind(void)
{
	const struct sfe_func function[FUNCS] = {
		{ .start = 0, .size = 64, SFE_ROWS(at_8) },
		{ .start = 64, .size = 9, .signal = true },
		{ .start = 73, .size = 8, SFE_ROWS(late) },
	};
	const struct sfe_func gap[FUNCS] = {
		{ .start = 0, .size = 63, SFE_ROWS(at_8) },
		{ .start = 64, .size = 9, .signal = true },
	};
	const struct sfe_func no_rule[FUNCS] = {
		{ .start = 0, .size = 3, SFE_ROWS(late) },
		{ .start = 3, .size = 9, .signal = true },
	};
	const struct sfe_func tiny[FUNCS] = {
		{ .start = 0, .size = 1, SFE_ROWS(at_8) },
		{ .start = 1, .size = 1, .signal = true },
		{ .start = 2, .size = 1, SFE_ROWS(at_40) },
		{ .start = 3, .size = 1, .signal = true },
	};
	const struct sfe_func outermost[FUNCS] = {
		{ .start = 0, .size = 4 },
		{ .start = 4, .size = 9, .signal = true },
	};

	CHECK("behind a function", function, { 62, 8, 8 }, { 63, 8, 8 }, { 64, SIGNAL, SIGNAL },
	      { 65, SIGNAL, SIGNAL }, { 72, SIGNAL, SIGNAL }, { 73, NONE, SIGNAL },
	      { 74, NONE, NONE }, { 76, 16, NONE }, { 77, 16, 16 });
	CHECK("behind a gap of one byte", gap, { 62, 8, 8 }, { 63, NONE, 8 },
	      { 64, SIGNAL, SIGNAL }, { 65, SIGNAL, SIGNAL });
	CHECK("behind a function's byte without a rule", no_rule, { 1, NONE, NONE },
	      { 2, NONE, NONE }, { 3, SIGNAL, SIGNAL });
	CHECK("between functions of one byte", tiny, { 0, 8, NONE }, { 1, SIGNAL, SIGNAL },
	      { 2, 40, SIGNAL }, { 3, SIGNAL, SIGNAL }, { 4, NONE, SIGNAL }, { 5, NONE, NONE });
	CHECK("behind the outermost", outermost, { 0, LAST, NONE }, { 3, LAST, LAST },
	      { 4, SIGNAL, SIGNAL }, { 13, NONE, SIGNAL });
}

static void check_behind_blocks(void)
{
	const struct sfe_func end_of_turn[FUNCS] = {
		{ .start = 32, .size = 48, .pc_type = 1, .rep_size = 16, SFE_ROWS(two) },
		{ .start = 80, .size = 9, .signal = true },
	};
	const struct sfe_func in_turn[FUNCS] = {
		{ .start = 0, .size = 5, .pc_type = 1, .rep_size = 255, SFE_ROWS(at_8) },
		{ .start = 32, .size = 27, .pc_type = 1, .rep_size = 16, SFE_ROWS(two) },
		{ .start = 59, .size = 9, .signal = true },
	};
	const struct sfe_func no_rule[FUNCS] = {
		{ .start = 0, .size = 10, .pc_type = 1, .rep_size = 4, SFE_ROWS(late) },
		{ .start = 10, .size = 9, .signal = true },
		{ .start = 19, .size = 9, .pc_type = 1, .rep_size = 4, SFE_ROWS(late) },
	};
	const struct sfe_func one_byte[FUNCS] = {
		{ .start = 0, .size = 1, .pc_type = 1, .rep_size = 16, SFE_ROWS(two) },
		{ .start = 1, .size = 9, .signal = true },
	};

	CHECK("behind a block", end_of_turn, { 32, 24, NONE }, { 43, 32, 24 }, { 74, 24, 24 },
	      { 75, 32, 24 }, { 79, 32, 32 }, { 80, SIGNAL, SIGNAL }, { 81, SIGNAL, SIGNAL });
	CHECK("behind a block's early end", in_turn, { 47, 32, 32 }, { 48, 24, 32 },
	      { 57, 24, 24 },
	      { 58, 24, 24 }, { 59, SIGNAL, SIGNAL }, { 4, 8, 8 }, { 5, NONE, 8 });
	CHECK("behind a block's byte without a rule", no_rule, { 7, 16, NONE }, { 8, NONE, 16 },
	      { 9, NONE, NONE }, { 10, SIGNAL, SIGNAL }, { 19, NONE, SIGNAL },
	      { 20, NONE, NONE },
	      { 22, 16, NONE }, { 23, NONE, 16 });
	CHECK("behind a block of one byte", one_byte, { 0, 24, NONE }, { 1, SIGNAL, SIGNAL });
}

/* The byte before the lowest address is the highest: there no return address is. */
static void check_lowest(void)
{
	const s64 min = -0x7fffffffffffffffll - 1;
	const struct sfe_func f[FUNCS] = {
		{ .start = min, .size = 2, .signal = true },
		{ .start = min + 2, .size = 2, .signal = true },
	};

	CHECK("at the lowest address", f, { min, SIGNAL, NONE }, { min + 1, SIGNAL, SIGNAL },
	      { min + 2, SIGNAL, SIGNAL }, { min + 4, NONE, SIGNAL }, { -1 - min, NONE, NONE });
}

/* The byte before the first trampoline counts as text. */
static void check_span(void)
{
	struct sfe_func f[] = {
		{ .start = 0, .size = 9, .signal = true },
		{ .start = 0xfffffff0, .size = 14, SFE_ROWS(at_8) },
	};
	struct sfe_section s = { .version = 3, SFE_FUNC_ARRAY(f) };
	struct lookup l[] = {
		{ 0, SIGNAL, SIGNAL }, { 0xfffffff0, 8, NONE }, { 0xfffffffd, 8, 8 },
		{ 0xfffffffe, NONE, 8 }, { 0xffffffff, NONE, NONE }, {},
	};
	struct sfr_table *t;

	check_table("2^32 - 2 bytes", &s, l, "the widest");
	f[1].size++;
	is(build(&s, &t), SFR_ERR_SPAN, "and one more, with a trampoline at the start");
	f[0].signal = false;
	is(build(&s, &t), SFR_OK, "and without");
	free(t);
}

int main(void)
{
	check_first();
	check_behind();
	check_behind_blocks();
	check_lowest();
	check_span();
	return tap_done();
}
