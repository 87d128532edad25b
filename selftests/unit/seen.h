/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a walk says of the frame that it stands on, to be compared.
 */
#ifndef SEEN_H
#define SEEN_H

#include "walk.h"

/* What a walk says of a frame. */
struct seen {
	struct sfr_frame frame;
	u64 cfa;
	u32 n_switches;
};

static inline struct seen see(const struct sfr_walk *walk)
{
	return (struct seen) { walk->frame, walk->cfa, walk->n_switches };
}

static inline bool same(const struct seen *a, const struct seen *b)
{
	const struct sfr_frame *f = &a->frame, *g = &b->frame;

	return !memcmp(&f->regs, &g->regs, sizeof(f->regs)) &&
	       f->kind == g->kind && f->source == g->source &&
	       f->at_entry == g->at_entry &&
	       a->cfa == b->cfa && a->n_switches == b->n_switches;
}

#endif /* SEEN_H */
