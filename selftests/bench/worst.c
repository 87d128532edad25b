// SPDX-License-Identifier: GPL-2.0-only
/*
 * The most tiresome sections that are accepted, of 1, 10 and 100 MiB: time and
 * memory per byte, which are to be the same at each size.
 */
#include <stdio.h>

#include "bench.h"
#include "collide.h"
#include "compile.h"
#include "rows.h"
#include "section_maker.h"
#include "table.h"

/* Rows of one byte of text each in a function, its starts of one byte. */
#define ROWS	256

static struct collision collision;

/* --- kinds ----------------------------------------------------------------------- */

/* A row per byte of text, its rule from a few, so that nothing but rows counts. */
static void make_rows(struct section_maker *m, size_t size)
{
	s64 at = 0;
	s32 cfa;
	u32 i;

	for (; maker_len(m) < size; at += ROWS) {
		maker_func(m, at, ROWS, ROWS, 0, 0, 0);
		for (i = 0; i < ROWS; i++) {
			cfa = 8 + i % 8 * 8;
			maker_row(m, i, 1, true, &cfa, 1, 1);
		}
	}
}

/* Functions of one byte, a gap between any two. */
static void make_functions(struct section_maker *m, size_t size)
{
	s32 cfa = 8;
	s64 at = 0;

	for (; maker_len(m) < size; at += 2) {
		maker_func(m, at, 1, 1, 0, 0, 0);
		maker_row(m, 0, 1, true, &cfa, 1, 1);
	}
}

/* The same, as far apart as the span allows, in an order that no cache likes. */
static void make_shuffled(struct section_maker *m, size_t size)
{
	u32 n = size / 23, bits = 0, stride, i, number;
	s32 cfa = 8;

	while (1u << bits < n)
		bits++;
	stride = 0x7fffffff >> bits;
	m->sorted = false;
	for (i = 0; maker_len(m) < size && i < 1u << bits; i++) {
		/* A permutation: an odd factor modulo a power of two. */
		number = i * 0x9e3779b1 & ((1u << bits) - 1);
		maker_func(m, (s64)number * stride, 1, 1, 0, 0, 0);
		maker_row(m, 0, 1, true, &cfa, 1, 1);
	}
}

/* As many distinct rules as can be, each met again after all the others. */
static void make_rules(struct section_maker *m, size_t size)
{
	s32 words[2];
	s64 at = 0;
	u32 i, n = 0;

	for (; maker_len(m) < size; at += ROWS) {
		maker_func(m, at, ROWS, ROWS, 0, 0, 0);
		for (i = 0; i < ROWS; i++, n = (n + 1) % (127 * 112)) {
			words[0] = 1 + n % 127;
			words[1] = -16 - (s32)(n / 127);
			maker_row(m, i, 1, true, words, 2, 1);
		}
	}
}

/* The next rule that collides: a filler, or when those are used up a slow one. */
static void put_colliding(struct section_maker *m, u32 start, u32 n)
{
	bool filler = n < collision.n_fillers;
	const struct spelling *s = filler ? &collision.fillers[n] :
		&collision.slow[(n - collision.n_fillers) % collision.n_slow];
	const s32 words[2] = { s->cfa, s->fp };

	maker_row(m, start, 1, s->by_sp, words, 2, filler ? 2 : 1);
}

/* Rules that the numbering finds last. */
static void make_collisions(struct section_maker *m, size_t size)
{
	s64 at = 0;
	u32 i, n = 0;

	for (; maker_len(m) < size; at += ROWS) {
		maker_func(m, at, ROWS, ROWS, 0, 0, 0);
		for (i = 0; i < ROWS; i++)
			put_colliding(m, i, n++);
	}
}

/* Signal trampolines of one byte: each changes the row before it. */
static void make_signals(struct section_maker *m, size_t size)
{
	s64 at = 0;

	for (; maker_len(m) < size; at += 2)
		maker_func(m, at, 1, 0, 0x80, 0, 0);
}

/* Repeating blocks; each has a rule of its own, so that there are not too many. */
static void make_blocks(struct section_maker *m, size_t size)
{
	u32 n_blocks = size / 1024 < 60000 ? size / 1024 : 60000, i;
	u32 rows = (size / n_blocks - 20) / 3;
	s64 at = 0;
	s32 cfa;

	for (; maker_len(m) + 20 + 3 * rows < size; at += 256) {
		maker_func(m, at, 256, rows, 0x10, 0, 255);
		for (i = 0; i < rows; i++) {
			cfa = 8 + i % 8 * 8;
			maker_row(m, (u64)i * 255 / rows, 1, true, &cfa, 1, 1);
		}
	}
}

/* Flexible rows: three pairs of words of 4 bytes, too long to be remembered. */
static void make_flexible(struct section_maker *m, size_t size)
{
	/* cfa = *(rbx + n), ra = *(cfa - 8), fp = *(cfa - 16) */
	s32 words[6] = { 3 << 3 | 3, 0, 2, -8, 2, -16 };
	s64 at = 0;
	u32 i;

	for (; maker_len(m) < size; at += ROWS) {
		maker_func(m, at, ROWS, ROWS, 0, 1, 0);
		for (i = 0; i < ROWS; i++) {
			words[1] = i * 8;
			maker_row(m, i, 1, true, words, 6, 4);
		}
	}
}

static const struct kind {
	const char *name;
	u8 version;
	void (*make)(struct section_maker *m, size_t size);
} kinds[] = {
	{ "rows", 2, make_rows },
	{ "functions", 2, make_functions },
	{ "shuffled", 2, make_shuffled },
	{ "rules", 2, make_rules },
	{ "collisions", 2, make_collisions },
	{ "signals", 3, make_signals },
	{ "blocks", 2, make_blocks },
	{ "flexible", 3, make_flexible },
};

/* --- measuring ------------------------------------------------------------------- */

static void measure(const struct kind *kind, unsigned int mib)
{
	const struct sfr_compile_options options = {
		.abi = SFR_ABI_AMD64_LE,
		.max_rows = 0xffffffff,
	};
	unsigned int i, rounds = mib == 1 ? 9 : mib == 10 ? 3 : 1;
	struct sfr_compile_plan plan;
	enum sfr_status status;
	struct section_maker m;
	struct sfr_table *table = NULL;
	size_t table_bytes, len;
	void *bytes, *scratch;
	double ns[9], from;

	maker_init(&m, kind->version, (size_t)mib << 20);
	kind->make(&m, (size_t)mib << 20);
	len = maker_len(&m);
	bytes = maker_finish(&m);
	status = sfr_compile_plan(bytes, len, &options, &plan);
	if (status)
		bench_fail("worst: %s: %s", kind->name, sfr_status_name(status));
	scratch = malloc(plan.scratch_bytes);
	/* So that no page is missing later. */
	memset(scratch, 0xaa, plan.scratch_bytes);
	for (i = 0; i < rounds; i++) {
		from = bench_now();
		status = sfr_compile(bytes, &plan, scratch, &table_bytes);
		ns[i] = bench_now() - from;
		if (status)
			bench_fail("worst: %s: %s", kind->name, sfr_status_name(status));
		if (!table) {
			table = malloc(table_bytes);
			memset(table, 0xaa, table_bytes);
		}
		from = bench_now();
		sfr_table_store(scratch, table);
		ns[i] += bench_now() - from;
	}
	ns[0] = bench_median(ns, rounds);
	printf("%12s %4u %9u %9u %6u %8.2f %9.2f %8.2f %6.2f\n", kind->name, mib, plan.n_fdes,
	       sfr_table_rows(table), table->n_rules, ns[0] / len, ns[0] / 1e6,
	       (double)plan.scratch_bytes / len, (double)table_bytes / len);
	bench_figure(ns[0] / len, "ns/B", "compile.worst.%s.%u", kind->name, mib);
	bench_figure((double)(plan.scratch_bytes + table_bytes) / len, "B/B",
		     "compile.worst_memory.%s.%u", kind->name, mib);
	free(bytes);
	free(scratch);
	free(table);
}

int main(int argc, char **argv)
{
	static const unsigned int sizes[] = { 1, 10, 100 };
	unsigned int i, j;

	bench_start(argc, argv);
	collision_find(&collision);
	printf("\nsections made to be tiresome; memory per byte of section\n");
	printf("%12s %4s %9s %9s %6s %8s %9s %8s %6s\n", "kind", "MiB", "functions", "rows",
	       "rules", "ns/byte", "ms", "scratch", "table");
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		for (j = 0; j < (bench_options.quick ? 1 : 3); j++)
			measure(&kinds[i], sizes[j]);
	return 0;
}
