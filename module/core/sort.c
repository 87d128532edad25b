// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Heap sort: no recursion, no memory, and n log n for any input, since the order
 * of a hostile index is its maker's choice.
 */
#include <sfr_env.h>
#include "sort.h"

/* Lets funcs[@at] sink to where no child of it starts later. */
static void sift_down(struct sfr_func *funcs, u64 at, u64 n)
{
	struct sfr_func moving = funcs[at];
	u64 child;

	while ((child = 2 * at + 1) < n) {
		if (child + 1 < n && funcs[child].start < funcs[child + 1].start)
			child++;
		if (funcs[child].start <= moving.start)
			break;
		funcs[at] = funcs[child];
		at = child;
	}
	funcs[at] = moving;
}

void sfr_sort_funcs(struct sfr_func *funcs, u32 n)
{
	struct sfr_func latest;
	u32 i;

	for (i = n / 2; i-- > 0;) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		sift_down(funcs, i, n);
	}
	for (i = n; i-- > 1;) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		latest = funcs[0];
		funcs[0] = funcs[i];
		funcs[i] = latest;
		sift_down(funcs, 0, i);
	}
}
