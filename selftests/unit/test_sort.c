// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The order of functions: what qsort makes of the same, equal starts in the order
 * that they came in. Starts anywhere in 2^32 bytes, whose lowest may be any.
 */
#include "build.h"
#include "sort.h"
#include "tap.h"

static u64 seed = 1;

static u32 random_u32(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 32;
}

/* By their starts, and those that are equal as they came: by number. */
static int by_start(const void *a, const void *b)
{
	const struct sfr_func *f = a, *g = b;

	if (f->start != g->start)
		return f->start < g->start ? -1 : 1;
	return f->number < g->number ? -1 : f->number > g->number;
}

/* @shape of the distances from @lowest, of which number 0 need not be the first. */
static u32 distance(int shape, u32 i, u32 n)
{
	switch (shape) {
	case 0:
		return random_u32();
	case 1:
		return n - 1 - i;
	case 2:
		return i;
	case 3:
		return random_u32() % 8;
	case 4:
		return random_u32() & 0xffe00000;
	case 5:
		return 0xffffffff - random_u32() % n;
	case 6:
		return i % 2 ? 0xffffffff : 0;
	default:
		return random_u32() & 0x001ff800;
	}
}

static bool sorts(int shape, u32 n, s64 lowest)
{
	size_t bytes = n * sizeof(struct sfr_func);
	struct sfr_func *funcs = malloc(bytes), *spare = malloc(bytes), *want = malloc(bytes);
	u32 *counts = malloc(SFR_SORT_DIGITS * sizeof(*counts)), i;
	struct sfr_func *got;
	bool good;

	for (i = 0; i < n; i++)
		funcs[i] = (struct sfr_func) {
			.start = (u64)lowest + distance(shape, i, n), .size = random_u32(),
			.number = i,
		};
	memcpy(want, funcs, bytes);
	qsort(want, n, sizeof(*want), by_start);
	memset(spare, 0xa5, bytes);
	memset(counts, 0xa5, SFR_SORT_DIGITS * sizeof(*counts));
	got = sfr_sort_funcs(funcs, spare, n, lowest, counts);
	good = (got == funcs || got == spare) && !memcmp(got, want, bytes);
	free(funcs);
	free(spare);
	free(want);
	free(counts);
	return good;
}

int main(void)
{
	static const s64 lowests[] = {
		0, -1, 12345, -0x80000000ll, -0x7fffffffffffffffll - 1,
		0x7fffffffffffffffll - 0xffffffffll,
	};
	static const u32 sizes[] = { 1, 2, 3, 100, 2047, 2048, 2049, 5000 };
	size_t shape, i, j;
	int wrong;

	for (shape = 0; shape < 8; shape++) {
		wrong = 0;
		for (i = 0; i < ARRAY_SIZE(sizes); i++)
			for (j = 0; j < ARRAY_SIZE(lowests); j++)
				wrong += !sorts(shape, sizes[i], lowests[j]);
		is(wrong, 0, "orders of kind %zu are as qsort's", shape);
	}
	return tap_done();
}
