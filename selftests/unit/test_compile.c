// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The shape of the row table: what merges, how large it gets, and where the
 * limits lie, to the row.
 */
#include "build.h"
#include "random_section.h"
#include "table.h"
#include "tap.h"
#include "world.h"

static const struct sfe_row one[] = { { .start = 0, .base = SFE_SP, .cfa = 8 } };
static const struct sfe_row same[] = {
	{ .start = 0, .base = SFE_SP, .cfa = 8 },
	{ .start = 3, .base = SFE_SP, .cfa = 8 },
	{ .start = 5, .base = SFE_SP, .cfa = 8 },
};

static void check_merging(void)
{
	struct sfe_func touching[] = {
		{ .start = 0, .size = 16, SFE_ROWS(one) },
		{ .start = 16, .size = 16, SFE_ROWS(same) },
		{ .start = 32, .size = 16, SFE_ROWS(one) },
	};
	struct sfe_func apart[] = {
		{ .start = 0, .size = 16, SFE_ROWS(one) },
		{ .start = 17, .size = 15, SFE_ROWS(one) },
	};
	struct sfe_section s = { .version = 2, SFE_FUNC_ARRAY(touching) };
	struct sfr_table *t = must_build(&s);

	is(sfr_table_rows(t), 2, "equal neighbours are one row, and the end");
	free(t);
	s = (struct sfe_section) { .version = 2, SFE_FUNC_ARRAY(apart) };
	t = must_build(&s);
	is(sfr_table_rows(t), 4, "a gap of a byte is a row");
	free(t);
	s = (struct sfe_section) { .version = 2 };
	t = must_build(&s);
	is(sfr_table_rows(t), 1, "no functions: one row");
	ok(!sfr_table_rule(t, 0, false) && !sfr_table_rule(t, 0, true) &&
	   !sfr_table_rule(t, -1ull, false), "and no rule anywhere");
	free(t);
}

/* @n rows, @apart from each other: six bytes for each at most, whatever that is. */
static void check_size(u32 n, u32 apart)
{
	static struct sfe_row rows[5000];
	struct sfe_func f = { .size = n * apart, .n_rows = n, .rows = rows, .width = 4 };
	struct sfe_section s = { .version = 3, SFE_FUNCS(f) };
	struct sfr_table *t;
	size_t of_rows;
	int wrong = 0;
	u32 i;

	for (i = 0; i < n; i++)
		rows[i] = (struct sfe_row) {
			.start = i * apart, .base = SFE_SP, .cfa = 8 + 8 * (i % 5),
		};
	t = must_build(&s);
	of_rows = t->bytes - sizeof(*t) - t->n_rules * sizeof(struct sfr_rule);
	is(sfr_table_rows(t), n + 1, "%u rows, %u apart, and the end", n, apart);
	ok(of_rows <= 6 * (n + 1) + 7, "%u rows, %u apart: %zu bytes", n, apart, of_rows);
	is(sfr_table_bytes(t), t->bytes, "%u rows, %u apart: all in all", n, apart);
	for (i = 0; i < n; i++) {
		u64 at = i * apart;
		s32 cfa = 8 + 8 * (i % 5);

		wrong += !rule_is(sfr_table_rule(t, at, false), SFR_BASE_SP, cfa, 0);
		wrong += !rule_is(sfr_table_rule(t, at + apart - 1, false), SFR_BASE_SP, cfa, 0);
		wrong += !rule_is(sfr_table_rule(t, at + 1, true), SFR_BASE_SP, cfa, 0);
		wrong += !rule_is(sfr_table_rule(t, at + apart, true), SFR_BASE_SP, cfa, 0);
	}
	is(wrong, 0, "%u rows, %u apart: each holds from its first to its last byte", n, apart);
	free(t);
}

/* Rows that a lookup looks at before it bisects. */
#define SCANNED	4

/* The longest scan for the row of an offset that a dense table can make a lookup do. */
static u32 longest_scan(const struct sfr_table *t)
{
	u32 offset, longest = 0;

	for (offset = 0; offset < t->span; offset++) {
		const u32 *row = &t->rows[t->pages[offset >> SFR_PAGE_SHIFT] +
					  t->index[offset >> t->shift]];
		u32 scanned = 0;

		while (*row > sfr_row_bound(offset)) {
			row--;
			scanned++;
		}
		longest = scanned > longest ? scanned : longest;
	}
	return longest;
}

/* Rows side by side, and others here and there: from some number on a scan gives up. */
static void check_crowd(u32 crowd)
{
	static struct sfe_row rows[400];
	struct sfe_func f = { .size = 4 * 65536, .rows = rows, .width = 4 };
	struct sfe_section s = { .version = 3, SFE_FUNCS(f) };
	struct sfr_table *t;
	u32 i, wrong = 0;

	for (i = 0; i < crowd + 30; i++)
		rows[i] = (struct sfe_row) {
			.start = i < crowd ? 1000 + i : 2000 + 8000 * (i - crowd),
			.base = SFE_SP, .cfa = 8 + 8 * (i % 5),
		};
	f.n_rows = crowd + 30;
	t = must_build(&s);
	ok(t->shift && t->run_span, "%u rows side by side: an index", crowd);
	ok(longest_scan(t) + 1 >= (crowd < SCANNED ? crowd : SCANNED + 1),
	   "%u rows side by side: too many to scan, if there are %u", crowd, SCANNED);
	for (i = 0; i < f.n_rows; i++)
		wrong += !rule_is(sfr_table_rule(t, rows[i].start, false), SFR_BASE_SP,
				  8 + 8 * (i % 5), 0);
	is(wrong, 0, "%u rows side by side: each is found", crowd);
	free(t);
}

/* Two functions and nothing between them. */
static void check_far(int64_t far, const char *name)
{
	struct sfe_func f[] = {
		{ .start = 0, .size = 64, SFE_ROWS(one) },
		{ .start = far, .size = 64, SFE_ROWS(one) },
	};
	struct sfe_section s = { .version = 3, SFE_FUNC_ARRAY(f) };
	struct sfr_table *t = must_build(&s);

	ok(sfr_table_rule(t, far, false) && sfr_table_rule(t, far + 63, false) &&
	   !sfr_table_rule(t, far - 1, false) && !sfr_table_rule(t, far / 2, false) &&
	   sfr_table_rule(t, far + 64, true) && !sfr_table_rule(t, far + 64, false),
	   "%s: found at the far end", name);
	is(sfr_table_rows(t), 4, "%s: four rows", name);
	free(t);
}

/* Dense rows: a block of 64 bytes holds 64 of them. */
static void check_dense(void)
{
	static struct sfe_row rows[1024];
	struct sfe_func f = { .size = 1024, SFE_ROWS(rows) };
	struct sfe_section s = { .version = 3, SFE_FUNCS(f) };
	struct sfr_table *t;
	bool good = true;
	int i;

	for (i = 0; i < 1024; i++)
		rows[i] = (struct sfe_row) { .start = i, .base = SFE_SP, .cfa = 8 + 8 * i };
	t = must_build(&s);
	for (i = 0; i < 1024; i++)
		good &= rule_is(sfr_table_rule(t, i, false), SFR_BASE_SP, 8 + 8 * i, 0) &&
			rule_is(sfr_table_rule(t, i + 1, true), SFR_BASE_SP, 8 + 8 * i, 0);
	ok(good, "a row for every byte");
	free(t);
}

/* For random sections: as many rows as allowed are, one fewer is refused. */
static void check_row_limit(void)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	int wrong_at = 0, wrong_below = 0, i;
	struct sfr_table *t;
	size_t len;
	u32 rows;

	for (i = 0; i < 300; i++) {
		random_section(&r, 1 + i % 3, i);
		len = sfe_emit(&r.section, bytes, sizeof(bytes));
		if (build_bytes(bytes, len, &t))
			continue;
		rows = sfr_table_rows(t);
		free(t);
		wrong_at += build_limited(bytes, len, rows, &t) != SFR_OK;
		free(t);
		wrong_below += build_limited(bytes, len, rows - 1, &t) != SFR_ERR_ROWS;
		free(t);
	}
	is(wrong_at, 0, "as many rows as the limit says");
	is(wrong_below, 0, "one row more than the limit says");
}

/* The most rows that a section can make of its functions and FREs. */
static void check_most_rows(void)
{
	static const struct sfe_row late[] = { { .start = 3, .base = SFE_SP, .cfa = 8 } };
	static struct sfe_func f[50];
	struct sfe_section s = { .version = 2, SFE_FUNC_ARRAY(f) };
	struct sfr_table *t;
	int i;

	for (i = 0; i < 50; i++)
		f[i] = (struct sfe_func) {
			.start = 100 * i, .size = 64, .pc_type = 1, .rep_size = 16,
			SFE_ROWS(late),
		};
	t = must_build(&s);
	is(sfr_table_rows(t), 200, "blocks with gaps before and in them: four rows each");
	free(t);
}

/* A function of @n rows, no two alike. */
static enum sfr_status build_distinct(u32 n, struct sfr_table **t)
{
	struct sfe_row *rows = calloc(n, sizeof(*rows));
	struct sfe_func f = { .size = n, .width = 4, .n_rows = n, .rows = rows };
	struct sfe_section s = { .version = 2, SFE_FUNCS(f) };
	enum sfr_status status;
	u32 i;

	for (i = 0; i < n; i++)
		rows[i] = (struct sfe_row) { .start = i, .base = SFE_SP, .cfa = 8 * i, .width = 4 };
	status = build(&s, t);
	free(rows);
	return status;
}

static void check_rule_limit(void)
{
	struct sfr_table *t;

	is(build_distinct(65535, &t), SFR_OK, "65,535 distinct rules");
	ok(t && rule_is(sfr_table_rule(t, 65534, false), SFR_BASE_SP, 8 * 65534, 0),
	   "the last of them is found");
	free(t);
	is(build_distinct(65536, &t), SFR_ERR_RULES, "65,536 distinct rules");
	free(t);
}

/* How often compiling @s rests, and then making the table, *@storing. */
static unsigned long rests(const struct sfe_section *s, unsigned long *storing)
{
	struct sfr_compile_options opt = { .abi = SFR_ABI_AMD64_LE, .max_rows = BUILD_MAX_ROWS };
	size_t len = sfe_len(s), table_bytes = 0;
	struct sfr_compile_plan plan;
	unsigned long compiling;
	u8 *bytes = malloc(len);
	void *scratch, *table;

	sfe_emit(s, bytes, len);
	sfr_compile_plan(bytes, len, &opt, &plan);
	scratch = malloc(plan.scratch_bytes);
	world_rests = 0;
	is(sfr_compile(bytes, &plan, scratch, &table_bytes), SFR_OK, "%zu bytes compile", len);
	compiling = world_rests;
	table = malloc(table_bytes);
	sfr_table_store(scratch, table);
	*storing = world_rests - compiling;
	free(table);
	free(scratch);
	free(bytes);
	return compiling;
}

/* A hundred thousand of anything never goes without a rest, in any part of the work. */
static void check_rests(void)
{
	const u32 n = 100000, often = n / 1024;
	struct sfe_func *f = calloc(n, sizeof(*f));
	struct sfe_row *rows = calloc(n, sizeof(*rows));
	struct sfe_section s = { .version = 1, .n_funcs = n, .funcs = f };
	unsigned long compiling, storing;
	u32 i;

	for (i = 0; i < n; i++)
		f[i] = (struct sfe_func) { .start = 16 * i, .size = 16 };
	compiling = rests(&s, &storing);
	ok(compiling >= 2 * often, "functions in order, read and then compiled: %lu", compiling);
	for (i = 0; i < n; i++)
		f[i].start = 16 * (n - i);
	compiling = rests(&s, &storing);
	ok(compiling >= 8 * often, "functions to sort, in three rounds: %lu", compiling);
	for (i = 0; i < n; i++)
		rows[i] = (struct sfe_row) { .start = i, .base = SFE_SP, .cfa = 8 * (i % 9) };
	f[0] = (struct sfe_func) { .size = n, .width = 4, .n_rows = n, .rows = rows };
	s.n_funcs = 1;
	compiling = rests(&s, &storing);
	ok(compiling >= often, "rows of one function: %lu", compiling);
	ok(storing >= often, "rows put into the table: %lu", storing);
	free(f);
	free(rows);
}

int main(void)
{
	static const u32 apart[] = {
		1, 2, 3, 8, 16, 17, 24, 33, 50, 64, 100, 129, 200, 256, 257, 1000, 4096, 13000,
		30000, 65535, 65536, 65537, 200000,
	};
	size_t i;

	check_merging();
	for (i = 0; i < ARRAY_SIZE(apart); i++) {
		check_size(5, apart[i]);
		check_size(3000, apart[i]);
	}
	for (i = SCANNED - 2; i <= SCANNED + 2; i++)
		check_crowd(i);
	check_crowd(300);
	check_far(128, "near");
	check_far(1 << 20, "a megabyte");
	check_far(0xffffffffll - 64, "four gigabytes");
	check_dense();
	check_most_rows();
	check_row_limit();
	check_rule_limit();
	check_rests();
	return tap_done();
}
