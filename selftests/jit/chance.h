/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests that do things by chance, always the same, in threads that can only end all.
 */
#ifndef CHANCE_H
#define CHANCE_H

#include "sft.h"

static __thread uint32_t seed = 1;

/* 0 .. @n - 1 */
static inline uint32_t chance_of(uint32_t *from, uint32_t n)
{
	*from = *from * 1103515245 + 12345;
	return (*from >> 8) % n;
}

static inline uint32_t chance(uint32_t n)
{
	return chance_of(&seed, n);
}

static inline void must(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "# %s: %d\n", what, ret);
	abort();
}

#endif /* CHANCE_H */
