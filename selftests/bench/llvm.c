// SPDX-License-Identifier: GPL-2.0-only
/*
 * llvm [OPTION...] SECTION - with the tables of a large library: stacks that vary,
 * lookups that find no cache warm, and how fast its section is compiled.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "stacks.h"
#include "table.h"

#define N_STACKS	32
#define N_COPIES	50
#define N_LOOKUPS	20000
/* Where the library's copies are said to be. Their text is never read. */
#define TEXT_AT(n)	(0x7f0000000000 + (u64)(n) * 0x10000000)

static struct object object;

static struct win window_at(u64 base, struct object *of)
{
	const struct sfr_table *table = of->table;

	return (struct win){
		.window = {
			.start = base + table->lowest,
			.end = base + table->lowest + table->span,
			.base = base,
			.table = table,
		},
		.object = of,
	};
}

/* --- stacks that vary ------------------------------------------------------------ */

static struct stack stacks[N_STACKS];
static u8 order[1024];

static unsigned int varied_fp(struct env *env, const struct stack *stack, u64 *pcs)
{
	return walk_fp(env, &stack->fp_regs, pcs, STACK_FRAMES);
}

static unsigned int varied_sfreg(struct env *env, const struct stack *stack, u64 *pcs)
{
	return walk_sfreg(env, &stack->regs, pcs, STACK_FRAMES);
}

static unsigned int varied_decode(struct env *env, const struct stack *stack, u64 *pcs)
{
	return walk_decode(env, &stack->regs, pcs, STACK_FRAMES);
}

enum { FP, SFREG, DECODE, N_WALKERS };

static const struct {
	const char *name;
	unsigned int (*walk)(struct env *env, const struct stack *stack, u64 *pcs);
} walkers[N_WALKERS] = {
	[FP] = { "fp", varied_fp },
	[SFREG] = { "sfreg", varied_sfreg },
	[DECODE] = { "decode", varied_decode },
};

static void check_varied(struct env *env)
{
	u64 pcs[STACK_FRAMES];
	unsigned int w, i, n;

	for (w = 0; w < N_WALKERS; w++)
		for (i = 0; i < N_STACKS; i++) {
			n = walkers[w].walk(env, &stacks[i], pcs);
			if (n != STACK_FRAMES || memcmp(pcs, stacks[i].pcs, sizeof(pcs)))
				bench_fail("varied: %s: stack %u, %u frames: not the pcs that "
					   "were laid", walkers[w].name, i, n);
		}
}

static double time_varied(struct env *env, unsigned int w)
{
	u64 pcs[STACK_FRAMES];
	double from = bench_now();
	unsigned int i;

	for (i = 0; i < sizeof(order); i++) {
		bench_serialise();
		walkers[w].walk(env, &stacks[order[i]], pcs);
	}
	return (bench_now() - from) / (sizeof(order) * STACK_FRAMES);
}

static void varied(void)
{
	static double ns[N_WALKERS][BENCH_ROUNDS];
	struct win wins[5];
	struct env env = {};
	uint64_t random = 7;
	unsigned int i, w;

	for (i = 0; i < 5; i++)
		wins[i] = window_at(TEXT_AT(i), &object);
	env.root = root_of(wins, 5);
	for (i = 0; i < N_STACKS; i++)
		stack_make(&stacks[i], &wins[2].window, &random);
	for (i = 0; i < sizeof(order); i++)
		order[i] = bench_random(&random) % N_STACKS;
	check_varied(&env);
	for (i = 0; i < bench_rounds(); i++)
		for (w = 0; w < N_WALKERS; w++)
			ns[w][i] = time_varied(&env, w);
	printf("\n%d stacks of %d frames in random order; ns per frame\n", N_STACKS,
	       STACK_FRAMES);
	for (w = 0; w < N_WALKERS; w++) {
		ns[w][0] = bench_median(ns[w], bench_rounds());
		printf("%13s %8.2f\n", walkers[w].name, ns[w][0]);
		bench_figure(ns[w][0], "ns/frame", "walk_varied.%s", walkers[w].name);
	}
	printf("%13s %8.1f\n", "decode/sfreg", ns[DECODE][0] / ns[SFREG][0]);
	bench_figure(ns[DECODE][0] / ns[SFREG][0], "ratio", "walk_varied.decode_to_sfreg");
}

/* --- cold lookups ---------------------------------------------------------------- */

static double time_lookups(struct env *env, const u64 *pcs, bool by_table)
{
	const struct win *win;
	struct sfr_rule rule;
	double from = bench_now();
	unsigned int i;

	for (i = 0; i < N_LOOKUPS; i++) {
		bench_serialise();
		win = root_find(env->root, pcs[i] - 1);
		if (by_table)
			rule = *sfr_table_rule(win->window.table, pcs[i] - win->window.base, true);
		else if (!decode_rule(win->object, pcs[i] - 1 - win->window.base, &rule))
			bench_fail("cold: no rule");
		asm volatile("" : : "r" (rule.cfa_off), "r" (rule.fp_off));
	}
	return (bench_now() - from) / N_LOOKUPS;
}

static void copy_object(struct object *copy)
{
	void *bytes = malloc(object.len);

	memcpy(bytes, object.bytes, object.len);
	object_init(copy, bytes, object.len);
}

/* Described, and by a rule that both ways have. */
static u64 draw_pc(const struct win *wins, uint64_t *random)
{
	const struct sfr_rule *rule;
	const struct sfr_window *w;
	u64 pc;

	do {
		w = &wins[bench_random(random) % N_COPIES].window;
		pc = w->start + 1 + bench_random(random) % (w->end - w->start - 1);
		rule = sfr_table_rule(w->table, pc - w->base, true);
	} while (!rule);
	return pc;
}

static void cold(void)
{
	static const char *const names[] = { "decode", "sfreg" };
	static struct object copies[N_COPIES];
	static double ns[2][BENCH_ROUNDS];
	static struct win wins[N_COPIES];
	static u64 pcs[N_LOOKUPS];
	uint64_t random = 11;
	struct env env = {};
	unsigned int i, j;

	for (i = 0; i < N_COPIES; i++) {
		copy_object(&copies[i]);
		wins[i] = window_at(TEXT_AT(i), &copies[i]);
	}
	env.root = root_of(wins, N_COPIES);
	for (i = 0; i < bench_rounds(); i++) {
		for (j = 0; j < N_LOOKUPS; j++)
			pcs[j] = draw_pc(wins, &random);
		ns[0][i] = time_lookups(&env, pcs, false);
		ns[1][i] = time_lookups(&env, pcs, true);
	}
	printf("\nrandom addresses of %d copies; ns per lookup\n", N_COPIES);
	for (i = 0; i < 2; i++) {
		ns[i][0] = bench_median(ns[i], bench_rounds());
		printf("%13s %8.0f\n", names[i], ns[i][0]);
		bench_figure(ns[i][0], "ns/lookup", "lookup_cold.%s", names[i]);
	}
	printf("%13s %8.1f\n", "decode/sfreg", ns[0][0] / ns[1][0]);
	bench_figure(ns[0][0] / ns[1][0], "ratio", "lookup_cold.decode_to_sfreg");
}

/* --- compiling ------------------------------------------------------------------- */

static void compile(void)
{
	const struct sfr_compile_options options = {
		.abi = SFR_ABI_AMD64_LE,
		.max_rows = 0xffffffff,
	};
	size_t table_bytes = sfr_table_bytes(object.table);
	void *scratch = malloc(object.plan.scratch_bytes), *table = malloc(table_bytes);
	double ms[BENCH_ROUNDS], from, median, per_row;
	struct sfr_compile_plan plan;
	unsigned int i;

	for (i = 0; i < bench_rounds(); i++) {
		from = bench_now();
		if (sfr_compile_plan(object.bytes, object.len, &options, &plan) ||
		    sfr_compile(object.bytes, &plan, scratch, &table_bytes))
			bench_fail("what was compiled before is refused");
		sfr_table_store(scratch, table);
		ms[i] = (bench_now() - from) / 1e6;
	}
	median = bench_median(ms, bench_rounds());
	per_row = (double)sfr_table_bytes(object.table) / sfr_table_rows(object.table);
	printf("\n%zu bytes of SFrame, %u functions: %.1f ms, %.0f MB/s\n"
	       "%u rows, %u rules, table %zu bytes: %.2f per row, %.2f of the section's; "
	       "scratch %zu\n",
	       object.len, plan.n_fdes, median, object.len / median / 1e3,
	       sfr_table_rows(object.table), object.table->n_rules, table_bytes, per_row,
	       (double)table_bytes / object.len, plan.scratch_bytes);
	bench_figure(object.len / median / 1e3, "MB/s", "compile.mb_per_s");
	bench_figure(per_row, "B/row", "table.bytes_per_row");
	bench_figure(sfr_table_rows(object.table), "rows", "table.rows");
	bench_figure(object.table->n_rules, "rules", "table.rules");
	bench_figure((double)table_bytes / object.len, "ratio", "table.to_section");
	free(scratch);
	free(table);
}

static void *read_file(const char *name, size_t *len)
{
	FILE *file = fopen(name, "r");
	void *bytes;

	if (!file || fseek(file, 0, SEEK_END))
		bench_fail("%s: cannot be read", name);
	*len = ftell(file);
	rewind(file);
	bytes = malloc(*len);
	if (fread(bytes, 1, *len, file) != *len)
		bench_fail("%s: cannot be read", name);
	fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	const void *bytes;
	size_t len;

	bench_start(argc, argv);
	if (optind != argc - 1)
		bench_fail("which section?");
	bytes = read_file(argv[optind], &len);
	object_init(&object, bytes, len);
	varied();
	compile();
	if (!bench_options.quick)
		cold();
	return 0;
}
