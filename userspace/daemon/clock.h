/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Time as the watch's events have it: CLOCK_MONOTONIC, in nanoseconds.
 */
#ifndef SFREG_CLOCK_H
#define SFREG_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_US	1000ull
#define CLOCK_MS	1000000ull
#define CLOCK_S		1000000000ull

static inline uint64_t clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * CLOCK_S + now.tv_nsec;
}

static inline uint64_t clock_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* What we have used of a CPU. */
static inline uint64_t clock_cpu(void)
{
	return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

#endif /* SFREG_CLOCK_H */
