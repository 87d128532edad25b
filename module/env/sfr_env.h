/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the core takes from its environment; here: the kernel. */
#ifndef SFR_ENV_H
#define SFR_ENV_H

#include <linux/compiler.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>

/* The compiler of sections calls it now and then: process context, no lock held. */
static inline void sfr_env_rest(void)
{
	cond_resched();
}

/*
 * @index, which has been found to be below @size; 0 where the CPU has only guessed
 * so. A return address may be anything, and what it leads to must not be seen by
 * what was loaded on the way.
 */
#define sfr_env_nospec(index, size)	array_index_nospec(index, size)

/*
 * sfr_env_read() once it has gone well, inline: a word, without asking again
 * whether this context may read at all.
 */
static inline bool sfr_env_peek(void *env, u64 addr, u64 *word)
{
	return likely(addr <= TASK_SIZE_MAX - sizeof(*word)) &&
	       !__get_user(*word, (u64 __user *)u64_to_user_ptr(addr));
}

#endif /* SFR_ENV_H */
