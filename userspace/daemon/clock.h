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

static inline uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * CLOCK_S + now.tv_nsec;
}

#endif /* SFREG_CLOCK_H */
