// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What a row's words mean, in each ABI and version and in flexible functions, and
 * which words mean nothing: written by hand, rule and status, to the byte. Each in
 * every width that holds the words.
 */
#include "build.h"
#include "tap.h"

/* Versions. */
#define ALL		0x0e
#define SINCE_2		0x0c
#define ONLY_2		0x04
#define ONLY_3		0x08

#define AMD64		SFE_AMD64
#define ARM_LE		SFE_AARCH64_LE
#define ARM_BE		SFE_AARCH64_BE
#define S390X		SFE_S390X

/* A function of default type, from sp or fp; one of flexible type, whose bit says fp or sp. */
enum { BY_SP, BY_FP, FLEX, FLEX_SP };

/* Bases of what is wanted. */
#define SP		SFR_BASE_SP
#define FP		SFR_BASE_FP
#define CFA		SFR_BASE_CFA
#define REG(n)		(SFR_BASE_REG + (n))
#define NO_REG		REG(32)		/* one that there is not */
#define AT_SP		(SP | SFR_BASE_DEREF)
#define AT_FP		(FP | SFR_BASE_DEREF)
#define AT_REG(n)	(REG(n) | SFR_BASE_DEREF)
#define SLOT		RULE_STACK

/* Control words. */
#define R(n)		SFE_REG(n)
#define D		SFE_DEREF

#define W(...) \
	.n = sizeof((s64[]) { __VA_ARGS__ }) / sizeof(s64), .words = { __VA_ARGS__ }
/* cfa, ra and fp, each a base and an offset; or a status. */
#define IS(...)		.want = { __VA_ARGS__ }
#define NO(name)	.status = SFR_ERR_##name

struct vector {
	const char *what;
	u8 versions;
	u8 abi, kind;
	u8 n;
	s64 words[SFE_MAX_WORDS];
	enum sfr_status status;
	s32 want[6];
};

static const struct vector amd64[] = {
	{ "cfa = sp + 8", ALL, AMD64, BY_SP, W(8), IS(SP, 8, SLOT, -8, FP, 0) },
	{ "cfa = fp + 16, fp saved", ALL, AMD64, BY_FP, W(16, -16),
	  IS(FP, 16, SLOT, -8, SLOT, -16) },
	{ "fp saved at cfa + 0", ALL, AMD64, BY_FP, W(16, 0), IS(FP, 16, SLOT, -8, SLOT, 0) },
	{ "three words", ALL, AMD64, BY_SP, W(8, -16, -24), NO(FRE_INFO) },
	{ "fp over ra", ALL, AMD64, BY_SP, W(8, -8), NO(RULE) },
	{ "cfa below sp", ALL, AMD64, BY_SP, W(-8), NO(RULE) },
};

static const struct vector aarch64[] = {
	{ "cfa = sp + 0", ALL, ARM_LE, BY_SP, W(0), IS(SP, 0, REG(30), 0, FP, 0) },
	{ "cfa = sp + 32, ra and fp saved", ALL, ARM_LE, BY_SP, W(32, -24, -32),
	  IS(SP, 32, SLOT, -24, SLOT, -32) },
	{ "the same, big-endian", ALL, ARM_BE, BY_SP, W(32, -24, -32),
	  IS(SP, 32, SLOT, -24, SLOT, -32) },
	{ "cfa = fp + 1000", ALL, ARM_BE, BY_FP, W(1000), IS(FP, 1000, REG(30), 0, FP, 0) },
	{ "ra saved, fp not", ALL, ARM_LE, BY_SP, W(16, -16), IS(SP, 16, SLOT, -16, FP, 0) },
	{ "fp saved, ra not", ALL, ARM_LE, BY_SP, W(16, 0, -16),
	  IS(SP, 16, REG(30), 0, SLOT, -16) },
	{ "an odd word is no register", ALL, ARM_LE, BY_SP, W(16, -15, -31),
	  IS(SP, 16, SLOT, -15, SLOT, -31) },
	{ "four words", ALL, ARM_LE, BY_SP, W(16, -8, -16, -24), NO(FRE_INFO) },
	{ "fp over ra", ALL, ARM_LE, BY_SP, W(16, -8, -8), NO(RULE) },
	{ "fp over ra's end", ALL, ARM_BE, BY_SP, W(32, -16, -9), NO(RULE) },
	{ "cfa below sp", ALL, ARM_LE, BY_SP, W(-16), NO(RULE) },
};

static const struct vector s390x[] = {
	{ "cfa = sp + 160", SINCE_2, S390X, BY_SP, W(0), IS(SP, 160, REG(14), 0, FP, 0) },
	{ "cfa = sp + 320, ra and fp saved", SINCE_2, S390X, BY_SP, W(20, -48, -72),
	  IS(SP, 320, SLOT, -48, SLOT, -72) },
	{ "cfa = fp + 168, ra saved", SINCE_2, S390X, BY_FP, W(1, -48),
	  IS(FP, 168, SLOT, -48, FP, 0) },
	{ "fp saved, ra not", SINCE_2, S390X, BY_SP, W(0, 0, -72),
	  IS(SP, 160, REG(14), 0, SLOT, -72) },
	{ "cfa = sp + 0", SINCE_2, S390X, BY_SP, W(-20), IS(SP, 0, REG(14), 0, FP, 0) },
	{ "cfa below sp", SINCE_2, S390X, BY_SP, W(-21), NO(RULE) },
	{ "cfa = fp - 8", SINCE_2, S390X, BY_FP, W(-21), IS(FP, -8, REG(14), 0, FP, 0) },
	{ "the highest cfa", SINCE_2, S390X, BY_SP, W(0xfffffeb),
	  IS(SP, 0x7ffffff8, REG(14), 0, FP, 0) },
	{ "cfa + 160 overflows", SINCE_2, S390X, BY_SP, W(0xfffffec), NO(RULE) },
	{ "cfa * 8 overflows", SINCE_2, S390X, BY_SP, W(0x10000000), NO(RULE) },
	{ "cfa * 8 overflows to itself", SINCE_2, S390X, BY_SP, W(0x20000000), NO(RULE) },
	{ "the lowest cfa", SINCE_2, S390X, BY_FP, W(-0x10000000ll),
	  IS(FP, -0x7fffff60, REG(14), 0, FP, 0) },
	{ "cfa * 8 is too low", SINCE_2, S390X, BY_FP, W(-0x10000001ll), NO(RULE) },
	{ "ra and fp in registers", ONLY_2, S390X, BY_SP, W(0, 2 * 16 + 1, 2 * 17 + 1),
	  IS(SP, 160, REG(16), 0, REG(17), 0) },
	{ "fp in a register, ra not saved", ONLY_2, S390X, BY_SP, W(0, 0, 2 * 31 + 1),
	  IS(SP, 160, REG(14), 0, REG(31), 0) },
	{ "ra in register 0", ONLY_2, S390X, BY_SP, W(0, 1), IS(SP, 160, REG(0), 0, FP, 0) },
	{ "ra and fp in fp and sp", ONLY_2, S390X, BY_SP, W(0, 2 * 11 + 1, 2 * 15 + 1),
	  IS(SP, 160, FP, 0, SP, 0) },
	{ "ra in register 32", ONLY_2, S390X, BY_SP, W(0, 2 * 32 + 1),
	  IS(SP, 160, NO_REG, 0, FP, 0) },
	{ "fp in register 32", ONLY_2, S390X, BY_SP, W(0, -48, 2 * 32 + 1),
	  IS(SP, 160, SLOT, -48, NO_REG, 0) },
	{ "ra in register -1", ONLY_2, S390X, BY_SP, W(0, -1), IS(SP, 160, NO_REG, 0, FP, 0) },
	{ "ra in a far register", ONLY_2, S390X, BY_SP, W(0, 0x7fffffff),
	  IS(SP, 160, NO_REG, 0, FP, 0) },
	{ "an odd word is no register", ONLY_3, S390X, BY_SP, W(0, 2 * 16 + 1, -15),
	  IS(SP, 160, SLOT, 33, SLOT, -15) },
	{ "a negative one neither", ONLY_3, S390X, BY_SP, W(0, -1),
	  IS(SP, 160, SLOT, -1, FP, 0) },
	{ "four words", SINCE_2, S390X, BY_SP, W(0, -48, -72, -80), NO(FRE_INFO) },
	{ "fp over ra", SINCE_2, S390X, BY_SP, W(0, -48, -48), NO(RULE) },
};

static const struct vector flexible[] = {
	{ "DRAP: cfa = *(fp - 8), fp = *(fp + 0)", ONLY_3, AMD64, FLEX,
	  W(R(6) | D, -8, 0, R(6) | D, 0), IS(AT_FP, -8, SLOT, -8, AT_FP, 0) },
	{ "cfa = r10 + 0", ONLY_3, AMD64, FLEX, W(R(10), 0), IS(REG(10), 0, SLOT, -8, FP, 0) },
	{ "cfa = sp + 8, by number", ONLY_3, AMD64, FLEX, W(R(7), 8),
	  IS(SP, 8, SLOT, -8, FP, 0) },
	{ "the base bit says nothing", ONLY_3, AMD64, FLEX_SP, W(R(6), 16),
	  IS(FP, 16, SLOT, -8, FP, 0) },
	{ "cfa = *(sp - 8)", ONLY_3, AMD64, FLEX, W(R(7) | D, -8),
	  IS(AT_SP, -8, SLOT, -8, FP, 0) },
	{ "all three", ONLY_3, AMD64, FLEX, W(R(10) | D, 1, R(3), 2, R(15) | D, 3),
	  IS(AT_REG(10), 1, REG(3), 2, AT_REG(15), 3) },
	{ "ra = *(cfa - 16), fp = *(cfa - 8)", ONLY_3, AMD64, FLEX, W(R(6), 16, D, -16, D, -8),
	  IS(FP, 16, SLOT, -16, SLOT, -8) },
	{ "ra = *(cfa + 0)", ONLY_3, AMD64, FLEX, W(R(7), 8, D, 0), IS(SP, 8, SLOT, 0, FP, 0) },
	{ "fp = cfa - 16, by number 1 of no register", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, 8, -16),
	  IS(SP, 8, SLOT, -8, CFA, -16) },
	{ "padding at the end", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, 0),
	  IS(SP, 8, SLOT, -8, FP, 0) },
	{ "padding once", ONLY_3, AMD64, FLEX, W(R(7), 8, 0), IS(SP, 8, SLOT, -8, FP, 0) },
	{ "ra, and padding for fp", ONLY_3, AMD64, FLEX, W(R(7), 8, D, -8, 0),
	  IS(SP, 8, SLOT, -8, FP, 0) },
	{ "the last register", ONLY_3, AMD64, FLEX, W(R(15), 8),
	  IS(REG(15), 8, SLOT, -8, FP, 0) },
	{ "AArch64: sp is 31, fp 29", ONLY_3, ARM_LE, FLEX,
	  W(R(31), 16, R(29) | D, 8, R(29) | D, 0),
	  IS(SP, 16, AT_FP, 8, AT_FP, 0) },
	{ "AArch64, big-endian: ra not mentioned", ONLY_3, ARM_BE, FLEX, W(R(10), 1000, 0, D, -16),
	  IS(REG(10), 1000, REG(30), 0, SLOT, -16) },
	{ "s390x: cfa is scaled", ONLY_3, S390X, FLEX, W(R(15), 0, R(16), 0, R(17), 0),
	  IS(SP, 160, REG(16), 0, REG(17), 0) },
	{ "s390x: fp is 11", ONLY_3, S390X, FLEX, W(R(11), 180, D, -48, D, -72),
	  IS(FP, 1600, SLOT, -48, SLOT, -72) },
	{ "s390x: the last register", ONLY_3, S390X, FLEX, W(R(31), 0, 0, R(31), 0),
	  IS(REG(31), 160, REG(14), 0, REG(31), 0) },
	{ "s390x: cfa * 8 overflows", ONLY_3, S390X, FLEX, W(R(11), 0x10000000), NO(RULE) },
	{ "s390x: cfa + 160 overflows", ONLY_3, S390X, FLEX, W(R(11) | D, 0xfffffec),
	  NO(RULE) },
	{ "s390x: the highest cfa", ONLY_3, S390X, FLEX, W(R(11) | D, 0xfffffeb),
	  IS(AT_FP, 0x7ffffff8, REG(14), 0, FP, 0) },
	{ "no offset for cfa", ONLY_3, AMD64, FLEX, W(R(7)), NO(FRE_INFO) },
	{ "no offset for ra", ONLY_3, AMD64, FLEX, W(R(7), 8, D), NO(FRE_INFO) },
	{ "no offset for fp", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, D), NO(FRE_INFO) },
	{ "no offset for fp, behind ra", ONLY_3, AMD64, FLEX, W(R(7), 8, D, -8, D),
	  NO(FRE_INFO) },
	{ "a seventh word", ONLY_3, AMD64, FLEX, W(R(7), 8, D, -8, D, -16, 0), NO(FRE_INFO) },
	{ "a fourth place", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, 0, 0), NO(FRE_INFO) },
	{ "fifteen words", ONLY_3, AMD64, FLEX,
	  W(R(7), 8, D, -8, D, -16, 1, 1, 1, 1, 1, 1, 1, 1, 1), NO(FRE_INFO) },
	{ "cfa = cfa + 8", ONLY_3, AMD64, FLEX, W(8, 8), NO(RULE) },
	{ "cfa = *(cfa + 8)", ONLY_3, AMD64, FLEX, W(D, 8), NO(RULE) },
	{ "padding for cfa", ONLY_3, AMD64, FLEX, W(0), NO(RULE) },
	{ "padding for all", ONLY_3, AMD64, FLEX, W(0, 0, 0), NO(RULE) },
	{ "cfa's reserved bit", ONLY_3, AMD64, FLEX, W(R(7) | 4, 8), NO(FRE_INFO) },
	{ "ra's reserved bit", ONLY_3, AMD64, FLEX, W(R(7), 8, D | 4, -8), NO(FRE_INFO) },
	{ "fp's reserved bit alone", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, 4, -8), NO(FRE_INFO) },
	{ "cfa from register 16", ONLY_3, AMD64, FLEX, W(R(16), 8),
	  IS(NO_REG, 8, SLOT, -8, FP, 0) },
	{ "ra from register 16", ONLY_3, AMD64, FLEX, W(R(7), 8, R(16), 0),
	  IS(SP, 8, NO_REG, 0, FP, 0) },
	{ "fp from register 31", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, R(31) | D, 0),
	  IS(SP, 8, SLOT, -8, NO_REG | SFR_BASE_DEREF, 0) },
	{ "AArch64: register 32", ONLY_3, ARM_LE, FLEX, W(R(32), 8),
	  IS(NO_REG, 8, REG(30), 0, FP, 0) },
	{ "s390x: register 32", ONLY_3, S390X, FLEX, W(R(15), 0, R(32), 0),
	  IS(SP, 160, NO_REG, 0, FP, 0) },
	{ "register 2^29 - 1", ONLY_3, AMD64, FLEX, W(0xfffffff9, 8),
	  IS(NO_REG, 8, SLOT, -8, FP, 0) },
	{ "register 16 + 2^8", ONLY_3, AMD64, FLEX, W(R(256 + 7), 8),
	  IS(NO_REG, 8, SLOT, -8, FP, 0) },
	{ "cfa below sp", ONLY_3, AMD64, FLEX, W(R(7), -8), NO(RULE) },
	{ "cfa below fp", ONLY_3, AMD64, FLEX, W(R(6), -8), IS(FP, -8, SLOT, -8, FP, 0) },
	{ "fp over the ra that is not mentioned", ONLY_3, AMD64, FLEX, W(R(7), 8, 0, D, -8),
	  NO(RULE) },
	{ "fp over the ra that is", ONLY_3, AMD64, FLEX, W(R(7), 8, D, -24, D, -31), NO(RULE) },
};

static bool is_flexible(const struct vector *v)
{
	return v->kind >= FLEX;
}

static bool fits(const struct vector *v, unsigned int width)
{
	s64 limit = 1ll << (8 * width - 1);
	int i;

	/* A control word is unsigned; what is beyond a signed word is one. */
	for (i = 0; i < v->n; i++)
		if (v->words[i] < -limit || v->words[i] >= (is_flexible(v) ? 2 : 1) * limit ||
		    (is_flexible(v) && v->words[i] >= limit && !(v->words[i] & 1)))
			return false;
	return true;
}

/* *@table only if it compiles. */
static enum sfr_status compile(const struct vector *v, u8 version, u8 width,
			       struct sfr_table **table)
{
	struct sfe_row row = {
		.base = v->kind == BY_SP || v->kind == FLEX_SP ? SFE_SP : SFE_FP,
		.n_words = v->n, .width = width,
	};
	struct sfe_func f = { .size = 1, .flexible = is_flexible(v), .n_rows = 1, .rows = &row };
	struct sfe_section s = {
		.version = version, .abi = v->abi,
		.big_endian = v->abi == SFE_AARCH64_BE || v->abi == SFE_S390X, SFE_FUNCS(f),
	};
	s32 words[SFE_MAX_WORDS];
	int i;

	for (i = 0; i < v->n; i++)
		words[i] = v->words[i];
	row.words = words;
	return build_for(&s, v->abi, table);
}

static struct sfr_rule wanted(const struct vector *v)
{
	struct sfr_rule rule = {
		.cfa_base = v->want[0], .cfa_off = v->want[1],
		.ra_base = v->want[2], .ra_off = v->want[3],
		.fp_base = v->want[4], .fp_off = v->want[5],
	};

	rule.flags = rule_shape(v->abi, &rule);
	return rule;
}

static void check(const struct vector *v)
{
	int version, width, tried = 0, wrong = 0;

	for (version = 1; version <= 3; version++) {
		for (width = 1; width <= 4; width *= 2) {
			enum sfr_status status;
			struct sfr_table *t;

			if (!(v->versions & 1 << version) || !fits(v, width))
				continue;
			status = compile(v, version, width, &t);
			if (status != v->status)
				printf("# V%d, %d bytes: %s\n", version, width,
				       sfr_status_name(status));
			wrong += status != v->status ||
				 (!status && !rule_equal(sfr_table_rule(t, 0, false), wanted(v)));
			tried++;
			free(t);
		}
	}
	ok(tried && !wrong, "ABI %d, %s%s: %s", v->abi, is_flexible(v) ? "flexible, " : "",
	   v->what, sfr_status_name(v->status));
}

/* The same bytes, of functions of either type, and with and without the signing bit. */
static void check_same_words(void)
{
	static const s32 words[] = { R(7), 8 };
	static const struct sfe_row row = { .base = SFE_SP, .n_words = 2, .words = words };
	static const struct sfe_row mangled = {
		.base = SFE_SP, .n_words = 2, .words = words, .mangled = true,
	};
	const struct sfe_func f[] = {
		{ .start = 0, .size = 1, .n_rows = 1, .rows = &row },
		{ .start = 1, .size = 1, .n_rows = 1, .rows = &row, .flexible = true },
		{ .start = 2, .size = 1, .n_rows = 1, .rows = &mangled },
		{ .start = 3, .size = 1, .n_rows = 1, .rows = &row },
		{ .start = 4, .size = 1, .n_rows = 1, .rows = &mangled, .flexible = true },
		{ .start = 5, .size = 1, .n_rows = 1, .rows = &row, .flexible = true },
	};
	struct sfe_section s = { .version = 3, .abi = SFE_AARCH64_LE, SFE_FUNC_ARRAY(f) };
	struct sfr_table *t = must_build(&s);
	struct sfr_rule by_type[] = {
		{ .cfa_base = SP, .cfa_off = R(7), .ra_base = SLOT, .ra_off = 8, .fp_base = FP },
		{ .cfa_base = REG(7), .cfa_off = 8, .ra_base = REG(30), .fp_base = FP },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(f); i++) {
		struct sfr_rule want = by_type[f[i].flexible];

		want.flags = SFR_RULE_GENERAL | (f[i].rows->mangled ? SFR_RULE_RA_SIGNED : 0);
		ok(rule_equal(sfr_table_rule(t, i, false), want),
		   "the same words, number %zu: %s%s", i, f[i].flexible ? "flexible" : "default",
		   f[i].rows->mangled ? ", signed" : "");
	}
	free(t);
}

static void check_all(const struct vector *v, size_t n)
{
	while (n-- > 0)
		check(v++);
}

int main(void)
{
	check_all(amd64, ARRAY_SIZE(amd64));
	check_all(aarch64, ARRAY_SIZE(aarch64));
	check_all(s390x, ARRAY_SIZE(s390x));
	check_all(flexible, ARRAY_SIZE(flexible));
	check_same_words();
	return tap_done();
}
