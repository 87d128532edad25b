/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's environment of the benchmarks: that of the unit tests, but for
 * sfr_env_peek(), which is inline as the module's is.
 */
#ifndef BENCH_SFR_ENV_H
#define BENCH_SFR_ENV_H

#include "../../unit/env/sfr_env.h"

/* What an environment begins with: the addresses that can be read. */
struct sfr_env_stack {
	u64 lo, hi;
};

#undef sfr_env_peek
static inline bool sfr_env_peek(void *env, u64 addr, u64 *word)
{
	const struct sfr_env_stack *stack = env;

	if (unlikely(addr < stack->lo || addr > stack->hi - sizeof(*word)))
		return false;
	*word = *(const u64 *)addr;
	return true;
}

#endif /* BENCH_SFR_ENV_H */
