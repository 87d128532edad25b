/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the core takes from its environment; here: the kernel. */
#ifndef SFR_ENV_H
#define SFR_ENV_H

#include <linux/compiler.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

/* The compiler of sections calls it now and then: process context, no lock held. */
static inline void sfr_env_rest(void)
{
	cond_resched();
}

#endif /* SFR_ENV_H */
