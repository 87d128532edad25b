// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Hostile function entries: order, overlap, ranges, repeating blocks, types.
 */
#include "hostile.h"

static const struct sfe_row one[] = { { .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row other[] = { { .base = SFE_SP, .cfa = 24 } };

static void order(u8 v)
{
	struct sfe_func f[] = {
		{ .start = 0x300, .size = 0x10, SFE_ROWS(other) },
		{ .start = 0x100, .size = 0x10, SFE_ROWS(one) },
		{ .start = 0x200, .size = 0x10, SFE_ROWS(one) },
	};
	struct sfe_section s = { .version = v, .sorted = true, SFE_FUNC_ARRAY(f) };
	struct sfr_table *t;

	t = hostile_build(&s, SFR_OK, "an unsorted index that claims to be sorted");
	ok(t && rule_is(sfr_table_rule(t, 0x30f, false), SFR_BASE_SP, 24, 0) &&
	   rule_is(sfr_table_rule(t, 0x100, false), SFR_BASE_SP, 8, 0) &&
	   rule_is(sfr_table_rule(t, 0x200, false), SFR_BASE_SP, 8, 0) &&
	   !sfr_table_rule(t, 0x110, false), "V%u, is right all the same", v);
	free(t);

	f[2].start = 0x10f;
	free(hostile_build(&s, SFR_ERR_OVERLAP, "functions that share a byte"));
	f[2].start = 0x100;
	free(hostile_build(&s, SFR_ERR_OVERLAP, "functions at one address"));
	f[2] = (struct sfe_func) { .start = 0x0f0, .size = 0x300, SFE_ROWS(one) };
	free(hostile_build(&s, SFR_ERR_OVERLAP, "a function around the others"));
	f[2] = (struct sfe_func) { .start = 0x105, .size = 0, SFE_ROWS(other) };
	t = hostile_build(&s, SFR_OK, "a function of no bytes inside another");
	ok(t && rule_is(sfr_table_rule(t, 0x105, false), SFR_BASE_SP, 8, 0),
	   "V%u, is ignored", v);
	free(t);
	f[2] = (struct sfe_func) { .start = 0x110, .size = 0x10, SFE_ROWS(other) };
	free(hostile_build(&s, SFR_OK, "functions that touch"));
}

/* Version 2 and 3: repeat sizes. */
static void blocks(u8 v)
{
	struct sfe_func f = { .size = 0x40, .pc_type = 1, .rep_size = 0, SFE_ROWS(one) };
	struct sfe_section s = { .version = v, SFE_FUNCS(f) };
	struct sfr_table *t;

	free(hostile_build(&s, SFR_ERR_REP_SIZE, "a repeat size of 0"));
	f.n_rows = 0;
	free(hostile_build(&s, SFR_ERR_REP_SIZE, "a repeat size of 0, no rows"));
	f = (struct sfe_func) {
		.size = 0xffffffff, .pc_type = 1, .rep_size = 1, SFE_ROWS(one),
	};
	t = hostile_build(&s, SFR_OK, "4 GB that repeat every byte");
	is(t ? sfr_table_rows(t) : 0, 3, "V%u, are three rows", v);
	ok(t && rule_is(sfr_table_rule(t, 0xfffffffe, false), SFR_BASE_SP, 8, 0) &&
	   rule_is(sfr_table_rule(t, 0xffffffff, true), SFR_BASE_SP, 8, 0) &&
	   !sfr_table_rule(t, 0xffffffff, false), "V%u, and hold to the last", v);
	free(t);
	f.pc_type = 0;
	f.size = 0x40;
	f.rep_size = 0;
	free(hostile_build(&s, SFR_OK, "no block, a repeat size of 0"));
}

static void ranges(void)
{
	struct sfe_func f[] = {
		{ .start = 0, .size = 0x10, SFE_ROWS(one) },
		{ .start = 0xffffffffll - 0x10, .size = 0x10, SFE_ROWS(one) },
	};
	struct sfe_section s = { .version = 3, SFE_FUNC_ARRAY(f) };
	const s64 max = 0x7fffffffffffffffll;

	free(hostile_build(&s, SFR_OK, "functions that span 2^32 - 1 bytes"));
	f[1].start++;
	free(hostile_build(&s, SFR_ERR_SPAN, "functions that span 2^32 bytes"));
	f[1].start = max - 0x10;
	free(hostile_build(&s, SFR_ERR_SPAN, "functions half the world apart"));
	f[0].start = -max - 1;
	free(hostile_build(&s, SFR_ERR_SPAN, "functions at both ends of the world"));
	f[1].start = max - 0xf;
	free(hostile_build(&s, SFR_ERR_FDE_RANGE, "start + size wraps"));
	hostile_put(2, SFE_H_FLAGS, 1, 0x05, SFR_OK, "starts made relative to their fields");

	/* The start's own offset in the section is added. */
	s = (struct sfe_section) { .version = 3, .pcrel = true, SFE_FUNCS(f[0]) };
	f[0].start = -max - 1 + 28;
	free(hostile_build(&s, SFR_OK, "the lowest start that its field can say"));
	f[0].start = -max - 1 + 27;
	free(hostile_build(&s, SFR_ERR_FDE_RANGE, "start + field wraps"));
}

static void version_3_types(void)
{
	size_t at = sfe_attr_at(&hostile_base[3], 0) + SFE_ATTR_INFO2;
	int type;

	for (type = 2; type < 32; type++)
		hostile_put(3, at, 1, type, SFR_ERR_FDE_TYPE, "an unknown type of function");
	hostile_put(3, at, 1, 0x20, SFR_ERR_FDE_INFO, "bit 5 of the second info byte");
	hostile_put(3, at, 1, 0x40, SFR_ERR_FDE_INFO, "bit 6 of the second info byte");
	hostile_put(3, at, 1, 0x80, SFR_ERR_FDE_INFO, "bit 7 of the second info byte");
}

static void info_byte(u8 v)
{
	const struct sfe_section *s = &hostile_base[v];
	size_t at = v == 3 ? sfe_attr_at(s, 0) + SFE_ATTR_INFO :
			     sfe_fde_at(s, 0) + SFE_FDE_INFO;
	int width;

	for (width = 3; width < 16; width++)
		hostile_put(v, at, 1, width, SFR_ERR_FDE_INFO, "an unknown width of row starts");
	hostile_put(v, at, 1, 0x20, SFR_ERR_FDE_INFO, "AArch64's key bit");
	hostile_put(v, at, 1, 0x40, SFR_ERR_FDE_INFO, "bit 6 of the info byte");
	hostile_put(v, at, 1, 0x80, v == 3 ? SFR_OK : SFR_ERR_FDE_INFO, "the signal bit");
}

static void rows_of(u8 v)
{
	const struct sfe_section *s = &hostile_base[v];
	size_t fde = sfe_fde_at(s, 0);
	size_t off = fde + (v == 3 ? SFE_V3_FRE_OFF : SFE_FDE_FRE_OFF);
	size_t n = v == 3 ? sfe_attr_at(s, 0) + SFE_ATTR_N_FRES : fde + SFE_FDE_N_FRES;
	size_t last = v == 3 ? sfe_attr_at(s, 3) + SFE_ATTR_N_FRES :
			       sfe_fde_at(s, 3) + SFE_FDE_N_FRES;
	u32 len = sfe_len(s) - sfe_fde_at(s, s->n_funcs);

	hostile_put(v, off, 4, 0xffffffff, SFR_ERR_FRE_BOUNDS, "rows at 2^32 - 1");
	hostile_put(v, off, 4, len, SFR_ERR_FRE_BOUNDS, "rows at the end");
	hostile_put(v, off, 4, len - 1, SFR_ERR_FRE_BOUNDS, "rows in the last byte");
	hostile_put(v, n, 2, 0xffff, SFR_ERR_FRE_COUNT, "65,535 rows in one function");
	/* Seven are there; the last function says one more. */
	hostile_put(v, last, 2, 2, SFR_ERR_FRE_COUNT, "a row more than the header says");
	hostile_put(v, SFE_H_N_FRES, 4, 6, SFR_ERR_FRE_COUNT, "a header that says one too few");
	hostile_put(v, SFE_H_N_FRES, 4, 8, SFR_OK, "a header that says one too many");
	hostile_put(v, SFE_H_N_FRES, 4, 0, SFR_ERR_FRE_COUNT, "a header that says none");
}

void hostile_index(void)
{
	u8 v;

	for (v = 1; v <= 3; v++) {
		order(v);
		info_byte(v);
		rows_of(v);
		if (v > 1)
			blocks(v);
	}
	hostile_put(1, sfe_fde_at(&hostile_base[1], 0) + SFE_FDE_N_FRES, 4, 0xffffffff,
		    SFR_ERR_FRE_COUNT, "2^32 - 1 rows in one function");
	hostile_put(2, sfe_fde_at(&hostile_base[2], 0) + SFE_FDE_PAD, 2, 0xffff, SFR_OK,
		    "padding that is not 0");
	ranges();
	version_3_types();
}
