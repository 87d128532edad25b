// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Radix sort, from the lowest digit up: no recursion, and the order of a hostile
 * index, which is its maker's choice, costs nothing.
 */
#include <sfr_env.h>
#include "sort.h"

#define DIGIT_BITS	11

static u32 digit(const struct sfr_func *func, s64 lowest, unsigned int shift)
{
	return (u32)((u64)func->start - (u64)lowest) >> shift & (SFR_SORT_DIGITS - 1);
}

/* One round: stable, so that the rounds before it keep their word. */
static void scatter(const struct sfr_func *from, struct sfr_func *to, u32 n, s64 lowest,
		    unsigned int shift, u32 *counts)
{
	u32 i, sum = 0, count;

	memset(counts, 0, SFR_SORT_DIGITS * sizeof(*counts));
	for (i = 0; i < n; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		counts[digit(&from[i], lowest, shift)]++;
	}
	for (i = 0; i < SFR_SORT_DIGITS; i++) {
		count = counts[i];
		counts[i] = sum;
		sum += count;
	}
	for (i = 0; i < n; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		to[counts[digit(&from[i], lowest, shift)]++] = from[i];
	}
}

struct sfr_func *sfr_sort_funcs(struct sfr_func *funcs, struct sfr_func *spare, u32 n,
				s64 lowest, u32 *counts)
{
	struct sfr_func *other = spare;
	unsigned int shift;

	for (shift = 0; shift < 32; shift += DIGIT_BITS) {
		scatter(funcs, other, n, lowest, shift, counts);
		spare = funcs;
		funcs = other;
		other = spare;
	}
	return funcs;
}
