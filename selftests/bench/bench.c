// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time, medians, figures: see bench.h.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

struct bench_options bench_options;

static FILE *figures;

static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

void bench_start(int argc, char **argv)
{
	static const struct option options[] = {
		{ "quick", no_argument, NULL, 'q' },
		{ "raw", no_argument, NULL, 'r' },
		{ "once", required_argument, NULL, 'o' },
		{ "figures", required_argument, NULL, 'f' },
		{},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'q') {
			bench_options.quick = true;
		} else if (c == 'r') {
			bench_options.raw = true;
		} else if (c == 'o') {
			bench_options.once = true;
			bench_options.only = optarg;
		} else if (c == 'f') {
			figures = fopen(optarg, "a");
			if (!figures)
				bench_fail("%s: cannot be written", optarg);
		} else {
			exit(2);
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	stay_on_this_cpu();
}

unsigned int bench_rounds(void)
{
	return bench_options.once ? 1 : bench_options.quick ? 15 : BENCH_ROUNDS;
}

double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void bench_figure(double value, const char *unit, const char *name, ...)
{
	va_list args;

	if (!figures)
		return;
	va_start(args, name);
	fputs("bench\t", figures);
	vfprintf(figures, name, args);
	va_end(args);
	fprintf(figures, "\t%.6g\t%s\n", value, unit);
	fflush(figures);
}

void bench_fail(const char *why, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, why);
	vfprintf(stderr, why, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}
