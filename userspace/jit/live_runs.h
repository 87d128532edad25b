/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The runs of rows of a live window. What is known of them here is not read from the memory
 * that is shared, and what is read there leads nowhere else: any thread can have
 * written it.
 *
 * No two runs say something of the same offset. Each but an empty one ends with a row that
 * says nothing. Room for rows is taken in order and never used twice, so that the last run
 * is the one that can grow, and a walk that still has an older number or run at hand reads
 * what stood there.
 */
#ifndef SFREG_JIT_LIVE_RUNS_H
#define SFREG_JIT_LIVE_RUNS_H

#include "live_rows.h"

/** define LIVE_NO_END - no offset is as high */
#define LIVE_NO_END	UINT64_MAX

struct live_run {
	uint32_t first, n;	/* rows */
	uint32_t end;		/* the last row's offset; 0: it has none */
};

struct live_runs {
	struct sfreg_live_header *header;	/* shared */
	__u64 *rows;				/* shared */
	uint32_t max, used;			/* rows */
	uint32_t n;
	uint64_t gap_end;	/* from the last run's end to here nothing is described */
	struct live_run run[SFREG_LIVE_RUNS];
};

/* In the order of its being read: what was written before is seen by who sees this. */
static inline void live_store(__u64 *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t live_load(const struct live_runs *runs, uint32_t row)
{
	return __atomic_load_n(&runs->rows[row], __ATOMIC_RELAXED);
}

/* None yet, in memory that is 0. */
void sfreg_jit_runs_init(struct live_runs *runs, void *memory, uint32_t max);

/*
 * Describes [@start, @end). The rows are valid, and fit.
 * Return: 0; -EEXIST: some of it is described; -ENOSPC.
 */
int sfreg_jit_runs_append(struct live_runs *runs, uint32_t start, uint32_t end,
			  const struct sfreg_jit_row *rows, unsigned int n_rows);

/*
 * Forgets what is described of [@start, @end).
 * Return: 0; -EINVAL: a row would have to be cut in two; -ENOENT: nothing is.
 */
int sfreg_jit_runs_bury(struct live_runs *runs, uint32_t start, uint32_t end);

/* Makes the runs from @first on one, behind them. There is room for all of their rows. */
void sfreg_jit_runs_merge(struct live_runs *runs, uint32_t first);

/* How many rows it takes to say all, in one run. */
uint32_t sfreg_jit_runs_living(const struct live_runs *runs);

/* Says all of @from in @to, which is new; what goes beyond its room is dropped. */
void sfreg_jit_runs_copy(struct live_runs *to, const struct live_runs *from);

#endif /* SFREG_JIT_LIVE_RUNS_H */
