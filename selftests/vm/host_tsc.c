// SPDX-License-Identifier: GPL-2.0-only
/*
 * host_tsc: prints this machine's time stamp counter's frequency in kHz.
 *
 * QEMU hands the counter to its guest as it is. The guest cannot measure it
 * while this machine is busy (a clock that ran five times too fast was seen),
 * so the runner tells it.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct reading {
	unsigned long long tsc;
	long long ns;
};

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Both clocks at one time: of many tries the one that nothing interrupted. */
static struct reading take_reading(void)
{
	unsigned long long shortest = -1ULL;
	struct reading best = { 0 };

	for (int i = 0; i < 1000; i++) {
		unsigned long long before = __rdtsc();
		long long ns = now();
		unsigned long long took = __rdtsc() - before;

		if (took < shortest) {
			shortest = took;
			best.tsc = before + took / 2;
			best.ns = ns;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct reading begin = take_reading();
	struct reading end;

	nanosleep(&pause, NULL);
	end = take_reading();
	printf("%llu\n", (end.tsc - begin.tsc) * 1000000ULL /
	       (unsigned long long)(end.ns - begin.ns));
	return 0;
}
