// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The header of each version: every field arrives in the plan, and nothing
 * beyond the header is needed for it.
 */
#include "build.h"
#include "tap.h"

static const struct sfe_row rows[] = {
	{ .start = 0, .base = SFE_SP, .cfa = 8 },
	{ .start = 4, .base = SFE_SP, .cfa = 16, .fp = -16 },
};

static const struct sfe_func funcs[] = {
	{ .start = 0x1000, .size = 0x20, SFE_ROWS(rows) },
	{ .start = 0x1020, .size = 0x20, SFE_ROWS(rows) },
	{ .start = 0x1040, .size = 0x20, SFE_ROWS(rows) },
};

static void check_plan(u8 version, u8 aux_len, u8 flags)
{
	static const u32 entry[] = { 0, 17, 20, 16 };
	struct sfe_section s = {
		.version = version, .aux_len = aux_len, .more_flags = flags,
		SFE_FUNC_ARRAY(funcs),
	};
	struct sfr_compile_options opt = { .abi = SFR_ABI_AMD64_LE, .max_rows = 77 };
	struct sfr_compile_plan plan;
	u32 fre_len = 3 * (3 + 4 + (version == 3 ? 5 : 0));
	u8 bytes[1024];
	size_t len = sfe_emit(&s, bytes, sizeof(bytes));
	void *copy;

	/* Bytes behind the section are nobody's business. */
	memset(bytes + len, 0xff, 64);
	copy = copy_of(bytes, len + 64);
	is(sfr_compile_plan(copy, len + 64, &opt, &plan), SFR_OK,
	   "V%u, auxiliary header of %u: taken", version, aux_len);
	free(copy);
	is(plan.len, len, "V%u: its length, without what follows", version);
	is(plan.fde_off, 28 + aux_len, "V%u: index offset", version);
	is(plan.fre_off, 28 + aux_len + 3 * entry[version], "V%u: row offset", version);
	is(plan.n_fdes, 3, "V%u: functions", version);
	is(plan.n_fres, 6, "V%u: rows", version);
	is(plan.fre_len, fre_len, "V%u: length of the rows", version);
	is(plan.max_rows, 77, "V%u: the caller's limit", version);
	is(plan.version, version, "V%u: version", version);
	is(plan.flags, flags, "V%u: flags", version);
	is(plan.abi, SFR_ABI_AMD64_LE, "V%u: ABI", version);
	is(plan.fixed_fp, 0, "V%u: no fixed frame pointer", version);
	is(plan.fixed_ra, -8, "V%u: return address at CFA - 8", version);
}

/* The plan may come from a mere copy of the header's bytes plus the length. */
static void check_scratch_is_linear(void)
{
	struct sfe_section s = { .version = 2, SFE_FUNC_ARRAY(funcs) };
	struct sfr_compile_options opt = { .abi = SFR_ABI_AMD64_LE, .max_rows = ~0u };
	struct sfr_compile_plan plan;
	size_t len = 64 << 20;
	u8 *bytes = calloc(1, len);

	sfe_emit_header(&s, bytes);
	sfe_put(&s, bytes, SFE_H_N_FDES, 4, 1 << 20);
	sfe_put(&s, bytes, SFE_H_FRE_OFF, 4, 20 << 20);
	sfe_put(&s, bytes, SFE_H_FRE_LEN, 4, len - 28 - (20 << 20));
	sfe_put(&s, bytes, SFE_H_N_FRES, 4, (len - 28 - (20 << 20)) / 2);
	is(sfr_compile_plan(bytes, len, &opt, &plan), SFR_OK, "64 MB of the smallest rows");
	ok(plan.scratch_bytes < 4 * len, "scratch memory is below four times the section");
	opt.max_rows = 1000;
	is(sfr_compile_plan(bytes, len, &opt, &plan), SFR_OK, "the same with a row limit");
	ok(plan.scratch_bytes < len, "a limit of rows bounds the scratch memory");
	free(bytes);
}

int main(void)
{
	check_plan(1, 0, 0x01);
	check_plan(1, 0, 0x03);
	check_plan(2, 0, 0x01);
	check_plan(2, 8, 0x07);
	check_plan(3, 0, 0x05);
	check_plan(3, 255, 0x00);
	check_scratch_is_linear();
	return tap_done();
}
