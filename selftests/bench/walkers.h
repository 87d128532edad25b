/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walkers of the chain. Each begins in its own frame and writes the pcs that
 * it sees, innermost first; of the frames before chain_end()'s each has its own.
 */
#ifndef WALKERS_H
#define WALKERS_H

#include "windows.h"

struct walker {
	const char *name;
	unsigned int (*walk)(u64 *pcs, unsigned int max);
	bool by_fp;		/* needs frame pointers */
	bool quick;		/* runs with --quick, too */
	bool part;		/* no walk, but a part of one: returns no pcs */
};

void walkers_init(void);
extern const struct walker walkers[];
extern const unsigned int n_walkers;
#define MAX_WALKERS	16

/* The pcs that a walk returns, for what only looks them up. */
extern u64 chain_pcs[];
/* Where the walkers of walk_loop.c and the like look: the chain fills it in. */
extern struct env chain_env;

/* False: there is no such library. */
bool libsframe_load(void);
void libsframe_object(struct object *object);
unsigned int walk_libsframe(struct env *env, const struct sfr_regs *from, u64 *pcs,
			    unsigned int max);

#endif /* WALKERS_H */
