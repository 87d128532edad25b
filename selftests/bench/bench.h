/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the benchmarks share: time, medians, figures.
 *
 * Time is the thread's CPU time, so that what else runs on the machine only
 * disturbs caches. What is compared is measured in turn, round after round, and
 * the median of the rounds is told.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ROUNDS	31

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Options: --quick, --figures FILE, --raw, --once WALKER. */
struct bench_options {
	bool quick;		/* the walkers that matter, few rounds */
	bool raw;		/* one process of several: numbers for the one that started it */
	bool once;		/* one walk each: for a tool that counts instructions */
	const char *only;	/* one walker */
};

extern struct bench_options bench_options;

/* Reads the options and stays on one CPU from now on. */
void bench_start(int argc, char **argv);
unsigned int bench_rounds(void);
/* CPU time of this thread, in ns. */
double bench_now(void);
double bench_median(double *values, unsigned int n);
/* A figure with the verb bench, if there is a file for them. */
void bench_figure(double value, const char *unit, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
void bench_fail(const char *why, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Nothing of what follows begins before all before has ended. */
static inline void bench_serialise(void)
{
	asm volatile("lfence" : : : "memory");
}

/* Always the same numbers. */
static inline uint32_t bench_random(uint64_t *state)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return (*state ^ *state >> 29) >> 32;
}

#endif /* BENCH_H */
