/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that take the numbering as long to find as it allows. What a maker of
 * sections would compute from the hash function, is asked of the numbering
 * itself.
 */
#ifndef COLLIDE_H
#define COLLIDE_H

#include <sfr_env.h>

/* A rule, as the words of a default row. */
struct spelling {
	bool by_sp;
	s16 cfa, fp;
};

struct collision {
	struct spelling *fillers;	/* to be seen once, in this order, first */
	u32 n_fillers;
	struct spelling *slow;		/* each then takes many probes: words of 1 byte */
	u32 n_slow;
};

void collision_find(struct collision *c);

#endif /* COLLIDE_H */
