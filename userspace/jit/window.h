/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A window: what is described, and the room for all that can ever be.
 */
#ifndef SFREG_JIT_WINDOW_H
#define SFREG_JIT_WINDOW_H

#include <stdbool.h>

#include "perf_map.h"
#include "rows.h"
#include "section.h"
#include "table.h"

struct sfreg_jit {
	size_t map_len;		/* of this and all that is below */
	uintptr_t text;
	uint32_t text_len;
	bool busy;		/* a call is under way */
	bool published;		/* the kernel has a window, as far as is known */
	bool changed;		/* since it was published */
	struct jit_perf_map perf_map;
	struct jit_table table;
	struct jit_rows rows;
	struct jit_tally tally;
	uint8_t *section;
};

/*
 * Nobody else may come in between, no handler and no thread: false if one is in there. Who
 * waited in a handler for what it interrupted would wait forever.
 */
static inline bool window_enter(struct sfreg_jit *jit)
{
	return !__atomic_exchange_n(&jit->busy, true, __ATOMIC_ACQUIRE);
}

static inline void window_leave(struct sfreg_jit *jit)
{
	__atomic_store_n(&jit->busy, false, __ATOMIC_RELEASE);
}

#endif /* SFREG_JIT_WINDOW_H */
