/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Orders functions by their text, in place.
 */
#ifndef SFR_SORT_H
#define SFR_SORT_H

#include <sfr_env.h>

/* Records between two calls of sfr_env_rest(): some milliseconds. */
#define SFR_REST	1024

/* A function's place in the text, and in the section's index. */
struct sfr_func {
	s64 start;
	u32 size;
	u32 number;
};

void sfr_sort_funcs(struct sfr_func *funcs, u32 n);

#endif /* SFR_SORT_H */
