// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Hostile rows: order, ranges, widths, words that run out, rows that functions
 * share, offsets that no frame can have.
 */
#include "hostile.h"

/* A function of 16 bytes with two rows, the second at @start. */
static struct sfr_table *second_at(u8 v, u8 pc_type, u32 first, u32 second,
				   enum sfr_status want, const char *what)
{
	struct sfe_row rows[] = {
		{ .start = first, .base = SFE_SP, .cfa = 8 },
		{ .start = second, .base = SFE_SP, .cfa = 16 },
	};
	struct sfe_func f = {
		.size = pc_type ? 64 : 16, .pc_type = pc_type, .rep_size = 16, SFE_ROWS(rows),
	};
	struct sfe_section s = { .version = v, SFE_FUNCS(f) };

	return hostile_build(&s, want, what);
}

static void row_starts(u8 v, u8 type)
{
	struct sfr_table *t;

	free(second_at(v, type, 4, 3, SFR_ERR_FRE_ORDER, "starts that decrease"));
	free(second_at(v, type, 16, 3, SFR_ERR_FRE_ORDER, "starts that decrease from the end"));
	free(second_at(v, type, 4, 17, SFR_ERR_FRE_RANGE, "a start beyond the end"));
	free(second_at(v, type, 255, 255, SFR_ERR_FRE_RANGE, "starts far beyond the end"));
	t = second_at(v, type, 4, 4, SFR_OK, "two rows for one address");
	ok(t && !sfr_table_rule(t, 3, false) &&
	   rule_is(sfr_table_rule(t, 4, false), SFR_BASE_SP, 16, 0), "V%u, the later holds", v);
	free(t);
	t = second_at(v, type, 0, 16, SFR_OK, "a row at the end");
	ok(t && rule_is(sfr_table_rule(t, 15, false), SFR_BASE_SP, 8, 0) &&
	   !rule_is(sfr_table_rule(t, 16, false), SFR_BASE_SP, 16, 0),
	   "V%u, holds nowhere", v);
	/* A block: itself, its row, and the end. */
	is(t ? sfr_table_rows(t) : 0, type ? 3 : 2, "V%u, and is no row", v);
	free(t);
}

static void info_byte(u8 v)
{
	const struct sfe_section *s = &hostile_base[v];
	size_t at = sfe_row_at(s, 0, 0) + 1;
	struct sfe_row rows[] = { { .base = SFE_SP, .cfa = 8, .fp = -16, .width = 4 } };
	struct sfe_func f = { .size = 16, SFE_ROWS(rows) };
	struct sfe_section one = { .version = v, SFE_FUNCS(f) };
	u8 bytes[128];
	size_t len = sfe_emit(&one, bytes, sizeof(bytes));
	int n;

	/* Eight bytes of words follow: enough for three or eight of one byte. */
	for (n = 3; n <= 8; n++) {
		bytes[sfe_row_at(&one, 0, 0) + 1] = 0x01 | n << 1;
		hostile_bytes(bytes, len, SFR_ERR_FRE_INFO, "three to eight words");
	}
	hostile_put(v, at, 1, 0x63, SFR_ERR_FRE_INFO, "words of invalid width");
	hostile_put(v, at, 1, 0x60, SFR_ERR_FRE_INFO, "no words, of invalid width");
	hostile_put(v, at, 1, 0x83, SFR_ERR_FRE_INFO, "AArch64's signed return address");
	hostile_put(v, at, 1, 0x5f, SFR_ERR_FRE_BOUNDS, "fifteen wide words");
}

/* The last row's words end before they should. */
static void run_out(u8 v)
{
	struct sfe_row rows[] = { { .base = SFE_SP, .cfa = 1 << 20, .fp = -16 } };
	struct sfe_func f = { .size = 16, SFE_ROWS(rows) };
	struct sfe_section s = { .version = v, SFE_FUNCS(f) };
	u8 bytes[128];
	size_t len = sfe_emit(&s, bytes, sizeof(bytes));
	u32 rows_len = len - sfe_fde_at(&s, 1), cut;
	struct sfr_table *t;
	int others = 0;

	for (cut = 1; cut < 10 && rows_len - cut >= 2; cut++) {
		sfe_put(&s, bytes, SFE_H_FRE_LEN, 4, rows_len - cut);
		others += build_bytes(bytes, len - cut, &t) != SFR_ERR_FRE_BOUNDS;
	}
	is(others, 0, "V%u, a row cut short anywhere: FRE_BOUNDS", v);
	sfe_put(&s, bytes, SFE_H_FRE_LEN, 4, 1);
	hostile_bytes(bytes, len, SFR_ERR_FRE_BOUNDS, "rows shorter than a row");
}

/* Functions may point to the same rows, as long as the header pays for both. */
static void shared(u8 v)
{
	const struct sfe_section *s = &hostile_base[v];
	size_t at = v == 3 ? SFE_V3_FRE_OFF : SFE_FDE_FRE_OFF;
	size_t rows = sfe_row_at(s, 0, 0) - sfe_fde_at(s, s->n_funcs) - (v == 3 ? 5 : 0);
	u8 bytes[512];
	size_t len = sfe_emit(s, bytes, sizeof(bytes));
	struct sfr_table *t;

	sfe_put(s, bytes, sfe_fde_at(s, 2) + at, 4, rows);
	hostile_bytes(bytes, len, SFR_OK, "rows that two functions share");
	build_bytes(bytes, len, &t);
	ok(t && rule_is(sfr_table_rule(t, 0x1003, false), SFR_BASE_SP, 8, 0) &&
	   rule_is(sfr_table_rule(t, 0x1083, false), SFR_BASE_SP, 8, 0) &&
	   rule_is(sfr_table_rule(t, 0x1084, false), SFR_BASE_SP, 16, -16),
	   "V%u, hold in both", v);
	free(t);
}

static void offsets(u8 v)
{
	struct { struct sfe_row row; enum sfr_status want; const char *what; } each[] = {
		{ { .base = SFE_SP, .cfa = -8 }, SFR_ERR_RULE, "CFA below sp" },
		{ { .base = SFE_SP, .cfa = -1 }, SFR_ERR_RULE, "CFA just below sp" },
		{ { .base = SFE_SP, .cfa = 8, .fp = -8 }, SFR_ERR_RULE, "fp in ra's place" },
		{ { .base = SFE_SP, .cfa = 8, .fp = -15 }, SFR_ERR_RULE, "fp over ra" },
		{ { .base = SFE_SP, .cfa = 8, .fp = -1 }, SFR_ERR_RULE, "fp over ra's end" },
		{ { .base = SFE_SP, .cfa = 0 }, SFR_OK, "CFA = sp, as in vfork" },
		{ { .base = SFE_SP, .cfa = 12 }, SFR_OK, "CFA misaligned" },
		{ { .base = SFE_FP, .cfa = -8 }, SFR_OK, "CFA below fp" },
		{ { .base = SFE_SP, .cfa = 8, .fp = -16 }, SFR_OK, "fp below ra" },
		{ { .base = SFE_SP, .cfa = 8, .fp = 8 }, SFR_OK, "fp above the CFA" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(each); i++) {
		struct sfe_func f = { .size = 16, .n_rows = 1, .rows = &each[i].row };
		struct sfe_section s = { .version = v, SFE_FUNCS(f) };

		free(hostile_build(&s, each[i].want, each[i].what));
	}
}

/* An emitter that inverts the base bit says fp where it means sp: believed. */
static void base_bit(u8 v)
{
	struct sfe_row rows[] = { { .base = SFE_FP, .cfa = 8 } };
	struct sfe_func f = { .size = 16, SFE_ROWS(rows) };
	struct sfe_section s = { .version = v, SFE_FUNCS(f) };
	struct sfr_table *t = hostile_build(&s, SFR_OK, "an inverted base bit");

	ok(t && rule_is(sfr_table_rule(t, 0, false), SFR_BASE_FP, 8, 0), "V%u, is fp", v);
	free(t);
}

void hostile_rows(void)
{
	u8 v;

	for (v = 1; v <= 3; v++) {
		row_starts(v, 0);
		row_starts(v, 1);
		info_byte(v);
		run_out(v);
		shared(v);
		offsets(v);
		base_bit(v);
	}
}
