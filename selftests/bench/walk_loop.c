// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loops around the core's walk and around frame pointers: the module's
 * unwind.c, as far as it costs time.
 */
#include "windows.h"

/* Above any user address of AMD64. */
#define ADDR_MAX	0x7ffffffff000

void walk_begin(struct env *env, const struct sfr_regs *from)
{
	env->walk = (struct sfr_walk) {
		.max_switches = 1,
		.addr_max = ADDR_MAX,
		.env = env,
	};
	env->plain_reads = false;
	memset(env->by_source, 0, sizeof(env->by_source));
	sfr_walk_start(&env->walk, from);
}

static __attribute__((noinline)) bool next(struct env *env)
{
	env->by_source[env->walk.frame.source]++;
	return !sfr_walk_next(&env->walk);
}

unsigned int walk_sfreg(struct env *env, const struct sfr_regs *from, u64 *pcs,
			unsigned int max)
{
	unsigned int n = 0, run;

	walk_begin(env, from);
	do {
		pcs[n++] = env->walk.frame.regs.pc;
		do {
			run = sfr_walk_run(&env->walk, pcs + n, max - n);
			n += run;
		} while (run);
	} while (n < max && next(env));
	return n;
}

unsigned int walk_fp(struct env *env, const struct sfr_regs *from, u64 *pcs,
		     unsigned int max)
{
	u64 fp = from->fp, caller, pc = from->pc;
	unsigned int n = 0;

	env->plain_reads = false;
	do {
		pcs[n++] = pc;
		if (!sfr_env_peek(env, fp, &caller) || !sfr_env_peek(env, fp + 8, &pc))
			break;
		if (caller <= fp)
			break;
		fp = caller;
	} while (n < max);
	return n;
}

unsigned int walk_fp_unchecked(u64 stack_hi, const struct sfr_regs *from, u64 *pcs,
			       unsigned int max)
{
	const u64 *fp = (const u64 *)from->fp;
	u64 pc = from->pc;
	unsigned int n = 0;

	do {
		pcs[n++] = pc;
		if ((u64)fp >= stack_hi)
			break;
		pc = fp[1];
		fp = (const u64 *)fp[0];
	} while (n < max);
	return n;
}
