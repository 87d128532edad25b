/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's environment of the benchmarks: that of the unit tests, but for
 * sfr_env_peek(), which is inline as the module's is.
 */
#ifndef BENCH_SFR_ENV_H
#define BENCH_SFR_ENV_H

#include "../../unit/env/sfr_env.h"

/* The first address that is not user space, as the module's TASK_SIZE_MAX. */
#define SFR_USER_END	0x7ffffffff000ull

/* The module's check; there, what is not mapped is an exception, which costs nothing. */
#undef sfr_env_peek
static inline bool sfr_env_peek(void *env, u64 addr, u64 *word)
{
	(void)env;
	if (unlikely(addr > SFR_USER_END - sizeof(*word)))
		return false;
	*word = *(const u64 *)addr;
	return true;
}

/* As the kernel has it for AMD64. */
#undef sfr_env_nospec
static inline u64 sfr_env_nospec(u64 index, u64 size)
{
	u64 mask;

	asm volatile("cmp %1, %2\n\tsbb %0, %0" : "=r"(mask) : "g"(size), "r"(index) : "cc");
	return index & mask;
}

#endif /* BENCH_SFR_ENV_H */
