/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The functions of the compiler's start files: what runs before and behind constructors and
 * destructors. No function entry describes them, as they are assembled without; each program
 * and each library has its own, and runs them when hardly any of its pages is mapped yet.
 */
#ifndef SYNTH_STARTUP_H
#define SYNTH_STARTUP_H

#include "entries.h"
#include "flow.h"
#include "image.h"

#define STARTUP_MAX_TEXTS	(SYNTH_MAX_STARTUP / FLOW_MAX_RUNS)

struct startup {
	uint32_t n_texts;
	struct flow texts[STARTUP_MAX_TEXTS];	/* disjoint */
	struct flow_run next;	/* what startup_take() will give */
};

/*
 * Finds and follows them. What cannot be followed is left out.
 * @entries: disjoint. 0, or what reading the file failed with.
 */
int startup_find(struct startup *startup, struct image *image,
		 const struct synth_entries *entries);

/* In ascending order: the next run, if it begins before @limit. */
bool startup_take(struct startup *startup, uint64_t limit, struct flow_run *run);

#endif /* SYNTH_STARTUP_H */
