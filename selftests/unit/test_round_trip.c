// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Round trip: random row tables become sections of each version, ABI and byte
 * order, and these are compiled; then every address must have the rule that the
 * description says, exact and as a return address. About the places where the
 * rule changes the oracle, which reads the bytes, must say the same.
 *
 * SEED in the environment chooses others than the usual tables: SEED=N has those
 * that are numbered from N on, of every kind.
 */
#include "build.h"
#include "expect.h"
#include "random_shape.h"
#include "tap.h"

/* A function or a gap that is longer is looked at where something may change. */
#define LONG_STRETCH(kind)	((kind) == SHAPE_SPARSE ? 1u << 12 : 1u << 17)

/* Tables of each kind, per version and ABI. */
static const int tables[SHAPE_KINDS] = {
	[SHAPE_SMALL] = 40, [SHAPE_DENSE] = 30, [SHAPE_BORDERS] = 20, [SHAPE_SPARSE] = 60,
	[SHAPE_ENDS] = 30, [SHAPE_ONE] = 30, [SHAPE_TRAMPOLINES] = 60, [SHAPE_CROWDS] = 20,
	[SHAPE_MANY] = 1,
};

static struct shape shape;
static uint8_t section[1 << 21];

/* What is compared, and how that went. */
struct trip {
	struct expect expect;
	const struct sfr_table *table;
	u64 long_stretch;
	long lookups, wrong;
};

static void look(struct trip *t, s64 rel, bool after_call, const struct sfr_rule *want)
{
	const struct sfr_rule *got = sfr_table_rule(t->table, rel, after_call);

	t->lookups++;
	if (expect_met(got, want))
		return;
	if (!t->wrong++)
		printf("# first at %#llx%s: got flags %#x cfa %#x%+d, want flags %#x cfa %#x%+d\n",
		       (long long)rel, after_call ? ", a return address" : "",
		       got ? got->flags : -1, got ? got->cfa_base : 0, got ? got->cfa_off : 0,
		       want->flags, want->cfa_base, want->cfa_off);
}

/* Both lookups at @rel. */
static void look_at(struct trip *t, s64 rel)
{
	struct sfr_rule exact = expect_at(&t->expect, rel);
	struct sfr_rule call = expect_at_return(&t->expect, rel);

	look(t, rel, false, &exact);
	look(t, rel, true, &call);
}

static void look_about(struct trip *t, u64 rel)
{
	int d;

	for (d = -1; d <= 1; d++)
		look_at(t, rel + d);
}

/* About each row, in the first turns of a block, and anywhere. */
static void look_into(struct trip *t, u64 from, u64 len, const struct sfe_func *f)
{
	u32 turn, turns = f && f->pc_type ? 50 : 1, i;
	u64 at;

	for (at = 0; at < 300; at++) {
		look_at(t, from + at);
		look_at(t, from + len - 1 - at);
	}
	for (turn = 0; f && turn < turns; turn++)
		for (i = 0; i < f->n_rows; i++)
			look_about(t, from + turn * f->rep_size + f->rows[i].start);
	for (i = 0; i < 100; i++) {
		at = (u64)random_below(&shape.random, 1u << 31) << 1 | (i & 1);
		look_at(t, from + at % len);
	}
}

/* [@from, @from + @len), which is all of @f, or a gap if that is NULL. */
static void compare_stretch(struct trip *t, u64 from, u64 len, const struct sfe_func *f)
{
	u64 at;

	if (len > t->long_stretch) {
		look_into(t, from, len, f);
		return;
	}
	for (at = from; at != from + len; at++)
		look_at(t, at);
}

/* The oracle is slow: about the ends of functions, and the rows of some. */
static void ask_oracle(struct trip *t, const struct sfe_func *f)
{
	u64 at[] = { (u64)f->start - 1, f->start, (u64)f->start + 1,
		     (u64)f->start + f->size / 2, (u64)f->start + f->size - 1,
		     (u64)f->start + f->size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		struct oracle exact = oracle_at(section, at[i]);
		struct oracle call = oracle_at_return(section, at[i]);

		t->wrong += !expect_oracle(sfr_table_rule(t->table, at[i], false), &exact);
		t->wrong += !expect_oracle(sfr_table_rule(t->table, at[i], true), &call);
	}
}

static void compare(struct trip *t)
{
	const struct sfe_func *f;
	u64 end = 0;
	u32 i;

	for (i = 0; i < t->expect.n_funcs; i++) {
		f = t->expect.funcs[i];
		if (!i)
			end = (u64)f->start - 3;
		compare_stretch(t, end, (u64)f->start - end, NULL);
		compare_stretch(t, f->start, f->size, f);
		end = (u64)f->start + f->size;
		if (t->expect.n_funcs < 100 && i % 4 == 0)
			ask_oracle(t, f);
	}
	compare_stretch(t, end, 3, NULL);
}

/* Returns whether the table of @seed is right. */
static bool trip(enum shape_kind kind, int version, int abi, u64 seed, long *lookups)
{
	struct trip t = { .long_stretch = LONG_STRETCH(kind) };
	struct sfr_table *table;
	enum sfr_status status;
	size_t len;

	random_shape(&shape, kind, version, abi, seed);
	len = sfe_emit(&shape.section, section, sizeof(section));
	status = len ? build_as(section, len, abi, BUILD_MAX_ROWS, &table) : SFR_ERR_TRUNCATED;
	if (status) {
		printf("# SEED %llu: %s\n", (long long)seed, sfr_status_name(status));
		return false;
	}
	expect_init(&t.expect, &shape.section);
	t.table = table;
	compare(&t);
	t.wrong += kind == SHAPE_MANY && sfr_table_rows(table) <= 0x10000;
	if (t.wrong)
		printf("# SEED %llu: %ld wrong\n", (long long)seed, t.wrong);
	*lookups += t.lookups;
	expect_free(&t.expect);
	free(table);
	return !t.wrong;
}

static void check(enum shape_kind kind, int version, int abi, u64 seed)
{
	long lookups = 0;
	int i, wrong = 0;

	for (i = 0; i < tables[kind]; i++)
		wrong += !trip(kind, version, abi, seed + i, &lookups);
	is(wrong, 0, "V%d, ABI %d, %s: %d tables, %ld lookups, SEED %llu", version, abi,
	   shape_name(kind), tables[kind], lookups, (long long)seed);
}

int main(void)
{
	const char *seed = getenv("SEED");
	int kind, version, abi;
	u64 n = 0;

	for (version = 1; version <= 3; version++)
		for (abi = SFE_AARCH64_BE; abi <= SFE_S390X; abi++)
			for (kind = 0; kind < SHAPE_KINDS && random_knows(version, abi); kind++)
				check(kind, version, abi,
				      seed ? strtoull(seed, NULL, 0) : 1000 * n++);
	return tap_done();
}
