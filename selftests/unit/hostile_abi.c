// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What depends on the ABI: byte orders, the machine that is wanted, the bits of
 * return-address signing, fixed offsets, version 1. Each section is good but for
 * what its line says. (What a row's words may say: test_words.c.)
 */
#include "hostile.h"

static const struct sfe_row one[] = { { .base = SFE_SP, .cfa = 160 } };
static const struct sfe_func func[] = { { .size = 16, SFE_ROWS(one) } };

static const char *const names[] = {
	[SFE_AARCH64_BE] = "AArch64 BE", [SFE_AARCH64_LE] = "AArch64 LE",
	[SFE_AMD64] = "AMD64", [SFE_S390X] = "s390x",
};

static struct sfe_section good(u8 version, u8 abi)
{
	return (struct sfe_section) {
		.version = version, .abi = abi, SFE_FUNC_ARRAY(func),
		.big_endian = abi == SFE_AARCH64_BE || abi == SFE_S390X,
	};
}

static void expect_status(const struct sfe_section *s, u8 wanted, enum sfr_status want,
			  const char *what)
{
	struct sfr_table *t;
	char name[128];

	snprintf(name, sizeof(name), "V%u, %s, %s", s->version, names[s->abi], what);
	hostile_judge(build_for(s, wanted, &t), want, name);
	free(t);
}

/* Each machine takes its own sections and those of no other. */
static void wanted(u8 v)
{
	struct sfe_section s;
	u8 abi, machine;

	for (abi = SFE_AARCH64_BE; abi <= SFE_S390X; abi++) {
		bool known = v > 1 || abi != SFE_S390X;

		s = good(v, abi);
		for (machine = SFE_AARCH64_BE; machine <= SFE_S390X; machine++)
			expect_status(&s, machine, !known ? SFR_ERR_ABI :
				      machine == abi ? SFR_OK : SFR_ERR_FOREIGN,
				      machine == abi ? "for its machine" : "for another machine");
		s.big_endian = !s.big_endian;
		expect_status(&s, abi, known ? SFR_ERR_BYTE_ORDER : SFR_ERR_ABI,
			      "in the other byte order");
	}
}

static void fixed_offsets(u8 v, u8 abi)
{
	struct sfe_section s = good(v, abi);

	s.fixed_ra = abi == SFE_AMD64 ? 8 : -8;
	expect_status(&s, abi, SFR_ERR_FIXED_OFFSET, "a fixed return address");
	s.fixed_ra = 0;
	s.fixed_fp = -16;
	expect_status(&s, abi, SFR_ERR_FIXED_OFFSET, "a fixed frame pointer");
}

/* Bits that only AArch64 has. */
static void signing(u8 v, u8 abi)
{
	bool signs = abi == SFE_AARCH64_LE || abi == SFE_AARCH64_BE;
	struct sfe_row row = { .base = SFE_SP, .cfa = 160, .mangled = true };
	struct sfe_func f = { .size = 16, .n_rows = 1, .rows = &row };
	struct sfe_section s = good(v, abi);
	struct sfr_rule rule = {
		.cfa_off = 160, .ra_base = SFR_BASE_REG + 30, .fp_base = SFR_BASE_FP,
		.flags = SFR_RULE_RA_SIGNED | SFR_RULE_GENERAL,
	};
	struct sfr_table *t;

	s.funcs = &f;
	expect_status(&s, abi, signs ? SFR_OK : SFR_ERR_FRE_INFO, "a signed return address");
	if (!build_for(&s, abi, &t))
		ok(rule_equal(sfr_table_rule(t, 0, false), rule), "V%u, %s, says that it is", v,
		   names[abi]);
	free(t);
	row.outermost = true;
	expect_status(&s, abi, signs ? SFR_OK : SFR_ERR_FRE_INFO, "a signed one that is not there");
	if (!build_for(&s, abi, &t))
		ok(sfr_table_rule(t, 0, false)->flags == SFR_RULE_OUTERMOST,
		   "V%u, %s, is outermost", v, names[abi]);
	free(t);
	row = one[0];
	f.key_b = true;
	expect_status(&s, abi, signs ? SFR_OK : SFR_ERR_FDE_INFO, "signed with key B");
}

/* Version 1 has no repeat size; what producers write there is AMD64's. */
static void version_1_blocks(u8 abi)
{
	struct sfe_func f = { .size = 64, .pc_type = 1, SFE_ROWS(one) };
	struct sfe_section s = good(1, abi);

	s.funcs = &f;
	expect_status(&s, abi, abi == SFE_AMD64 ? SFR_OK : SFR_ERR_REP_SIZE, "a repeating block");
}

/* The spec's "no FREs: outermost" is the default type's. */
static void no_rows(u8 abi)
{
	struct sfe_func f = { .start = 0x40, .size = 16, .flexible = true };
	struct sfe_section s = good(3, abi);
	const struct sfr_rule *rule;
	struct sfr_table *t;

	s.funcs = &f;
	t = must_build(&s);
	ok(!sfr_table_rule(t, 0x40, false) && !sfr_table_rule(t, 0x50, true),
	   "V3, %s, a flexible function without rows has no rule", names[abi]);
	free(t);
	f.flexible = false;
	t = must_build(&s);
	rule = sfr_table_rule(t, 0x50, true);
	ok(rule && rule->flags == SFR_RULE_OUTERMOST,
	   "V3, %s, a default function without rows is outermost", names[abi]);
	free(t);
}

/* A trampoline's type is not looked at, but its bits are; rows that are none neither. */
static void trampolines(u8 abi)
{
	struct sfe_func f = { .size = 16, .signal = true, SFE_ROWS(one) };
	struct sfe_section s = good(3, abi);
	size_t at = sfe_attr_at(&s, 0) + SFE_ATTR_INFO2;
	struct sfr_table *t;
	u8 bytes[64];
	size_t len;

	s.funcs = &f;
	len = sfe_emit(&s, bytes, sizeof(bytes));
	bytes[at] = 31;
	hostile_judge(build_as(bytes, len, abi, 100, &t), SFR_OK, "a trampoline of type 31");
	free(t);
	bytes[at] = 0x21;
	hostile_judge(build_as(bytes, len, abi, 100, &t), SFR_ERR_FDE_INFO,
		      "a trampoline with bit 5 of the second info byte");
	free(t);
	bytes[at] = 0;
	bytes[at + 2 + sfe_start_width(&f)] = 0xff;
	hostile_judge(build_as(bytes, len, abi, 100, &t), SFR_OK, "a trampoline's row of no sense");
	free(t);
}

void hostile_abi(void)
{
	u8 v, abi;

	for (v = 1; v <= 3; v++) {
		wanted(v);
		for (abi = SFE_AARCH64_BE; abi <= SFE_S390X; abi++) {
			if (v == 1 && abi == SFE_S390X)
				continue;
			fixed_offsets(v, abi);
			signing(v, abi);
			if (v == 1)
				version_1_blocks(abi);
			if (v == 3) {
				no_rows(abi);
				trampolines(abi);
			}
		}
	}
}
