// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost [--quick] [--once WAY] [--figures FILE] UNIT - what it costs to tell of the million
 * functions, each way in a process of its own, in turns. Files go to the current directory.
 *
 * UNIT is what the clock counts: ns, or instructions, in a virtual machine of which one
 * instruction takes one ns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../bench/bench.h"
#include "way.h"

#define MAX_ROUNDS	7

/* Per function, but @ask in all. */
enum { DESCRIBE, TELL, ASK, UNDO, USER, KERNEL, DISK, N_COSTS };

static const char *const cost_names[N_COSTS] = {
	"describe", "tell", "ask_all", "undo", "user", "kernel", "disk",
};

struct costs {
	double of[N_COSTS];
};

/* Anonymous memory of this process. */
static double memory(void)
{
	FILE *statm = fopen("/proc/self/statm", "r");
	unsigned long resident, shared;

	if (!statm || fscanf(statm, "%*u %lu %lu", &resident, &shared) != 2)
		bench_fail("/proc/self/statm");
	fclose(statm);
	return (resident - shared) * (double)sysconf(_SC_PAGESIZE);
}

static unsigned int functions_of(const struct way *way)
{
	return way->n ? way->n : N_FUNCTIONS;
}

static void describe_all(const struct way *way, struct functions *functions,
			 struct costs *costs)
{
	unsigned int i, n;

	for (i = 0; i < functions_of(way); i += BLOCK) {
		double began, described;

		functions_next(functions);
		began = bench_now();
		way->describe(way, functions->block, BLOCK);
		described = bench_now();
		costs->of[DESCRIBE] += described - began;
		n = i + BLOCK;
		if (way->tell && n % way->batch == 0) {
			way->tell(way);
			costs->of[TELL] += bench_now() - described;
		}
	}
}

static double time_of(void (*what)(const struct way *way), const struct way *way)
{
	double began = bench_now();

	what(way);
	return bench_now() - began;
}

static struct costs measure(const struct way *way)
{
	static struct functions functions;
	struct costs costs = {};
	struct function first;
	double before, began;

	functions_begin(&functions);
	functions_next(&functions);
	functions.next = 0;
	first = functions.block[0];
	before = memory();
	describe_all(way, &functions, &costs);
	if (way->ask) {
		began = bench_now();
		way->ask(way, &first);
		costs.of[ASK] = bench_now() - began;
	}
	/* What is used again is a batch's. */
	if (!way->again)
		costs.of[USER] = memory() - before;
	if (way->kernel)
		costs.of[KERNEL] = way->kernel(way);
	if (way->disk)
		costs.of[DISK] = way->disk(way);
	costs.of[UNDO] = time_of(way->undo, way);
	functions_end(&functions);
	return costs;
}

static struct costs measure_in_child(const struct way *way)
{
	struct costs costs;
	int fds[2], status;

	if (pipe(fds))
		bench_fail("no pipe");
	if (!fork()) {
		costs = measure(way);
		_exit(write(fds[1], &costs, sizeof(costs)) != sizeof(costs));
	}
	close(fds[1]);
	if (read(fds[0], &costs, sizeof(costs)) != sizeof(costs) || wait(&status) < 0 || status)
		bench_fail("%s was not measured", way->name);
	close(fds[0]);
	return costs;
}

static bool is_size(int cost)
{
	return cost >= USER;
}

/* Where the program stands for the kernel, its memory is not what is asked for. */
static bool is_told(const struct way *way, int cost, double median, const char *unit)
{
	if (cost == TELL)
		return way->tell;
	if (cost == ASK)
		return way->ask;
	return !is_size(cost) || (median > 0 && strcmp(unit, "ns"));
}

static void tell(const struct way *way, const struct costs *rounds, unsigned int n_rounds,
		 const char *unit)
{
	double values[MAX_ROUNDS], median;
	unsigned int i;
	int cost;

	printf("%-22s", way->name);
	for (cost = 0; cost < N_COSTS; cost++) {
		for (i = 0; i < n_rounds; i++)
			values[i] = rounds[i].of[cost] / functions_of(way);
		median = bench_median(values, n_rounds);
		printf(" %10.1f", median);
		if (is_told(way, cost, median, unit))
			bench_figure(median, is_size(cost) ? "bytes/function" : unit,
				     "bench.jit.%s.%s.%s", way->name, cost_names[cost],
				     is_size(cost) ? "bytes" : unit);
	}
	putchar('\n');
}

static void tell_functions(void)
{
	static struct functions functions;
	unsigned int i;

	functions_begin(&functions);
	for (i = 0; i < N_FUNCTIONS; i += BLOCK)
		functions_next(&functions);
	printf("%u functions, %.2f rows and %.1f bytes each\n", N_FUNCTIONS,
	       (double)functions.n_rows / N_FUNCTIONS, (double)functions.bytes / N_FUNCTIONS);
	functions_end(&functions);
}

static unsigned int rounds_of(const char *unit)
{
	return !strcmp(unit, "instructions") || bench_options.once ? 1 :
	       bench_options.quick ? 3 : MAX_ROUNDS;
}

int main(int argc, char **argv)
{
	static struct costs rounds[32][MAX_ROUNDS];
	unsigned int round, i, n_rounds;
	const char *unit;

	bench_start(argc, argv);
	unit = argv[argc - 1];
	n_rounds = rounds_of(unit);
	tell_functions();
	for (round = 0; round < n_rounds; round++)
		for (i = 0; ways[i].name; i++)
			if (!bench_options.once || !strcmp(ways[i].name, bench_options.only))
				rounds[i][round] = measure_in_child(&ways[i]);

	printf("%s per function, and bytes\n%-22s", unit, "");
	for (i = 0; i < N_COSTS; i++)
		printf(" %10s", cost_names[i]);
	putchar('\n');
	for (i = 0; ways[i].name; i++)
		if (!bench_options.once || !strcmp(ways[i].name, bench_options.only))
			tell(&ways[i], rounds[i], n_rounds, unit);
	return 0;
}
