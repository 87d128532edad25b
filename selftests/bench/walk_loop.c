// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loops around the core's walk and around frame pointers: the module's
 * unwind.c, as far as it costs time.
 */
#include "windows.h"

/* Frames that the module asks for at once. */
#define RUN		32

void walk_begin(struct env *env, const struct sfr_regs *from)
{
	u64 word;

	env->walk.max_switches = 1;
	env->walk.addr_max = SFR_USER_END;
	env->walk.sp_off = 0;
	env->walk.env = env;
	env->plain_reads = false;
	memset(env->by_source, 0, sizeof(env->by_source));
	env->by_source[SFR_SOURCE_REGS] = 1;
	sfr_walk_start(&env->walk, from);
	sfr_env_read(env, from->sp, &word);
}

/* The module's sfreg_unwind_pcs(). */
static __attribute__((noinline)) u32 next_pcs(struct env *env, u64 *pcs, u32 n)
{
	n = env->plain_reads ? sfr_walk_run(&env->walk, pcs, n) : 0;
	env->by_source[SFR_SOURCE_SFRAME] += n;
	if (n || sfr_walk_next(&env->walk))
		return n;
	env->by_source[env->walk.frame.source]++;
	pcs[0] = env->walk.frame.regs.pc;
	return 1;
}

/* As callchain.c does: some frames at once. Handing them to perf is no part of it. */
unsigned int walk_sfreg(struct env *env, const struct sfr_regs *from, u64 *pcs,
			unsigned int max)
{
	u32 n = 1, total = 0;

	pcs[0] = from->pc;
	walk_begin(env, from);
	do {
		total += n;
		n = max - total < RUN ? max - total : RUN;
	} while (n && (n = next_pcs(env, pcs + total, n)));
	return total;
}

/* All of callchain.c: an array in between, from which frames are handed on. */
unsigned int walk_callchain(struct env *env, const struct sfr_regs *from, u64 *pcs,
			    unsigned int max)
{
	u64 some[RUN];
	u32 i, n = 1, total = 0;

	some[0] = from->pc;
	walk_begin(env, from);
	do {
		for (i = 0; i < n; i++)
			pcs[total++] = some[i];
		n = max - total < RUN ? max - total : RUN;
	} while (n && (n = next_pcs(env, some, n)));
	return total;
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
