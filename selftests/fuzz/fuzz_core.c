// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target: any bytes as a section, through plan, compile, store, lookup
 * and walk. The sanitizers watch memory; this file checks what they cannot: that
 * the table is well-formed, agrees with the oracle, and that walks move up.
 */
#include "check_table.h"
#include "decode.h"
#include "oracle.h"
#include "build.h"
#include "world_fuzz.h"

/* Rules are compared at so many functions, and rows of each, at most. */
#define MAX_FUNCS	32
#define MAX_ROWS	8

/* A register that the ABI has not is kept as one that is never known. */
static u8 register_base(u8 abi, unsigned int reg)
{
	unsigned int n_regs = abi == SFR_ABI_AMD64_LE ? 16 : 32;

	return SFR_BASE_REG + (reg < n_regs ? reg : 32);
}

static void check_place(u8 abi, u8 base, s32 off, const struct oracle_place *o)
{
	static const u8 bases[] = {
		[ORACLE_SP] = SFR_BASE_SP, [ORACLE_FP] = SFR_BASE_FP, [ORACLE_CFA] = SFR_BASE_CFA,
	};
	u8 want = o->base == ORACLE_REG ? register_base(abi, o->reg) : bases[o->base];

	MUST(base == (want | (o->deref ? SFR_BASE_DEREF : 0)) && off == o->off);
}

static void check_rule(u8 abi, const struct sfr_rule *rule, const struct oracle *o)
{
	const u8 marks = SFR_RULE_OUTERMOST | SFR_RULE_SIGNAL;

	if (o->kind == ORACLE_NOTHING) {
		MUST(!rule);
		return;
	}
	MUST(rule && !(rule->flags & (SFR_RULE_GAP | SFR_RULE_REPEAT)));
	if (o->kind != ORACLE_ROW) {
		MUST((rule->flags & marks) ==
		     (o->kind == ORACLE_SIGNAL ? SFR_RULE_SIGNAL : SFR_RULE_OUTERMOST));
		return;
	}
	MUST((rule->flags & marks) == (o->exact ? SFR_RULE_SIGNAL : 0));
	MUST(!o->exact || rule->flags & SFR_RULE_GENERAL);
	MUST(!(rule->flags & SFR_RULE_RA_SIGNED) == !o->ra_signed);
	MUST(!(rule->flags & SFR_RULE_ADDEND) == !o->extended);
	check_place(abi, rule->cfa_base, rule->cfa_off, &o->cfa);
	check_place(abi, rule->ra_base, rule->ra_off, &o->ra);
	check_place(abi, rule->fp_base, rule->fp_off, &o->fp);
}

static void check_lookup(const struct sfr_table *t, const u8 *section, s64 rel)
{
	struct oracle o = oracle_at(section, rel);

	check_rule(section[SFE_H_ABI], sfr_table_rule(t, rel, false), &o);
	/* Before the lowest address there is none. */
	if (rel == INT64_MIN)
		return;
	o = oracle_at_return(section, rel);
	check_rule(section[SFE_H_ABI], sfr_table_rule(t, rel, true), &o);
}

static void check_around(const struct sfr_table *t, const u8 *section, s64 rel)
{
	int d;

	for (d = -1; d <= 2; d++)
		check_lookup(t, section, (u64)rel + d);
	check_lookup(t, section, (u64)rel + 17);
}

static void check_func(const struct sfr_table *t, const u8 *section,
		       const struct sfr_compile_plan *plan, u32 i)
{
	struct sfr_extent extent;
	struct sfr_cursor c;
	struct sfr_fde fde;
	struct sfr_fre fre;
	u32 j;

	MUST(!sfr_decode_extent(section, plan, i, &extent));
	if (!extent.size)
		return;
	check_around(t, section, extent.start);
	check_around(t, section, extent.start + extent.size);
	MUST(!sfr_decode_fde(section, plan, i, &fde));
	c = sfr_decode_fres(section, plan, &fde);
	for (j = 0; j < fde.n_fres && j < MAX_ROWS && !fde.signal; j++) {
		MUST(!sfr_decode_fre(&c, &fde, &fre));
		check_around(t, section, extent.start + fre.start);
		check_lookup(t, section, (u64)extent.start + extent.size - 1 - fre.start);
	}
}

/* At the borders of functions and rows, wherever the table has put them. */
static void check_lookups(const struct sfr_table *t, const u8 *bytes, size_t len, u8 abi)
{
	struct sfr_compile_options opt = { .abi = abi, .max_rows = FUZZ_MAX_ROWS };
	u8 *section = copy_of(bytes, len);
	struct sfr_compile_plan plan;
	u32 step, i;

	MUST(!sfr_compile_plan(section, len, &opt, &plan));
	step = 1 + plan.n_fdes / MAX_FUNCS;
	for (i = 0; i < plan.n_fdes; i += step)
		check_func(t, section, &plan, i);
	free(section);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/*
 * The first byte chooses the row limit, and whether the section is for this
 * machine; the rest is the section.
 */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u8 abi = len > SFE_H_ABI + 1 ? data[SFE_H_ABI + 1] : SFR_ABI_AMD64_LE;
	struct sfr_table *t;
	enum sfr_status status;
	u64 seed;

	if (!len)
		return 0;
	if (data[0] == 0xfe)
		abi = abi % 4 + 1;
	status = build_as(data + 1, len - 1, abi, data[0] == 0xff ? 7 : FUZZ_MAX_ROWS, &t);
	MUST(!status == !!t);
	if (!t)
		return 0;
	check_table(t);
	check_lookups(t, data + 1, len - 1, abi);
	for (seed = data[0]; seed < 1024; seed += 256)
		check_walk(t, abi, seed);
	free(t);
	return 0;
}
