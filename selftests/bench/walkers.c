// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walkers of the chain: see walkers.h.
 */
#define UNW_LOCAL_ONLY
#include <dlfcn.h>
#include <libunwind.h>

#include "bench.h"
#include "walkers.h"

struct env chain_env;

/* The registers of the function that it stands in. */
#define here()									\
({										\
	struct sfr_regs regs;							\
										\
	asm volatile("lea 0(%%rip), %0\n\tmov %%rsp, %1\n\tmov %%rbp, %2"	\
		     : "=r" (regs.pc), "=r" (regs.sp), "=r" (regs.fp));		\
	regs;									\
})

static unsigned int sfreg(u64 *pcs, unsigned int max)
{
	struct sfr_regs from = here();

	return walk_sfreg(&chain_env, &from, pcs, max);
}

static unsigned int callchain(u64 *pcs, unsigned int max)
{
	struct sfr_regs from = here();

	return walk_callchain(&chain_env, &from, pcs, max);
}

static unsigned int decode(u64 *pcs, unsigned int max)
{
	struct sfr_regs from = here();

	return walk_decode(&chain_env, &from, pcs, max);
}

static unsigned int libsframe(u64 *pcs, unsigned int max)
{
	struct sfr_regs from = here();

	return walk_libsframe(&chain_env, &from, pcs, max);
}

/* Looks up the window of each frame anew, which sfreg spares where it can. */
static unsigned int windows(u64 *pcs, unsigned int max)
{
	unsigned int i;

	(void)pcs;
	for (i = 0; i < max && sfr_env_window(&chain_env, chain_pcs[i] - 1); i++)
		;
	return i;
}

static unsigned int fp(u64 *pcs, unsigned int max)
{
	struct sfr_regs from = here();

	return walk_fp(&chain_env, &from, pcs, max);
}

static unsigned int fp_unchecked(u64 *pcs, unsigned int max)
{
	struct sfr_regs from = here();

	return walk_fp_unchecked(chain_env.stack_hi, &from, pcs, max);
}

static unsigned int libunwind(u64 *pcs, unsigned int max)
{
	return unw_backtrace((void **)pcs, max);
}

static unsigned int libunwind_step(u64 *pcs, unsigned int max)
{
	unw_context_t context;
	unw_cursor_t cursor;
	unsigned int n = 0;
	unw_word_t pc;

	unw_getcontext(&context);
	if (unw_init_local(&cursor, &context))
		return 0;
	do {
		unw_get_reg(&cursor, UNW_REG_IP, &pc);
		pcs[n++] = pc;
	} while (n < max && unw_step(&cursor) > 0);
	return n;
}

static int (*glibc_backtrace)(void **pcs, int max);

static unsigned int glibc(u64 *pcs, unsigned int max)
{
	return glibc_backtrace((void **)pcs, max);
}

/* libunwind brings a function of this name, too, which comes first. */
void walkers_init(void)
{
	glibc_backtrace = dlsym(dlopen("libc.so.6", RTLD_NOW), "backtrace");
}

const struct walker walkers[] = {
	{ .name = "fp_unchecked", .walk = fp_unchecked, .by_fp = true },
	{ .name = "fp", .walk = fp, .by_fp = true, .quick = true },
	{ .name = "unw_backtrace", .walk = libunwind, .quick = true },
	{ .name = "sfreg", .walk = sfreg, .quick = true },
	{ .name = "callchain", .walk = callchain, .quick = true },
	{ .name = "windows", .walk = windows, .quick = true, .part = true },
	{ .name = "decode", .walk = decode },
	{ .name = "libsframe", .walk = libsframe },
	{ .name = "unw_step", .walk = libunwind_step },
	{ .name = "backtrace", .walk = glibc },
};

const unsigned int n_walkers = ARRAY_SIZE(walkers);
