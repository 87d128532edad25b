// SPDX-License-Identifier: GPL-2.0-only
/*
 * load PERCENT: uses so much of a CPU, a little every 5 ms, until it is killed. It does nothing to
 * anybody: what others lose by it they lose to a machine that has something else to do.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PERIOD_NS	5000000ull

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int main(int argc, char **argv)
{
	double percent = argc == 2 ? strtod(argv[1], NULL) : 0;
	struct timespec pause;
	uint64_t used, left;

	if (percent <= 0 || percent >= 100) {
		fprintf(stderr, "usage: load PERCENT\n");
		return 2;
	}
	for (uint64_t began = now(CLOCK_MONOTONIC);;) {
		/* What it has had so far is made up to its share of the time. */
		used = (now(CLOCK_MONOTONIC) - began) * percent / 100;
		while (now(CLOCK_PROCESS_CPUTIME_ID) < used)
			;
		left = PERIOD_NS - (now(CLOCK_MONOTONIC) - began) % PERIOD_NS;
		pause = (struct timespec) { .tv_nsec = left };
		nanosleep(&pause, NULL);
	}
}
