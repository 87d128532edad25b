/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Orders functions by their text, in linear time whatever their order was.
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

/* Values of a digit, by which one round sorts. */
#define SFR_SORT_DIGITS	2048

/*
 * @funcs: starts lie in [@lowest, @lowest + 2^32)
 * @spare: room for @n more
 * @counts: room for SFR_SORT_DIGITS
 *
 * Return: @funcs or @spare, in order.
 */
struct sfr_func *sfr_sort_funcs(struct sfr_func *funcs, struct sfr_func *spare, u32 n,
				s64 lowest, u32 *counts);

#endif /* SFR_SORT_H */
