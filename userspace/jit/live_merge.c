// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Runs that become one, without what has been buried.
 */
#include "live_runs.h"

struct merge {
	const struct live_runs *from;
	struct live_run left[SFREG_LIVE_RUNS];	/* what is not taken yet of each */
	uint32_t n;
	__u64 *to;			/* NULL: the rows are only counted */
	uint32_t n_rows, max;
	uint64_t last;			/* row */
};

static void skip_buried(const struct live_runs *from, struct live_run *left)
{
	while (left->n && !live_says(live_load(from, left->first))) {
		left->first++;
		left->n--;
	}
}

static void begin(struct merge *merge, const struct live_runs *from, uint32_t first)
{
	uint32_t i;

	merge->from = from;
	merge->n = 0;
	merge->n_rows = 0;
	merge->last = 0;
	for (i = first; i < from->n; i++) {
		merge->left[merge->n] = from->run[i];
		skip_buried(from, &merge->left[merge->n++]);
	}
}

/* What begins at the last one's offset stands in its place. */
static void put(struct merge *merge, uint64_t row)
{
	if (merge->n_rows && live_offset(row) == live_offset(merge->last))
		merge->n_rows--;
	if (merge->n_rows == merge->max)
		return;
	if (merge->to)
		merge->to[merge->n_rows] = row;
	merge->n_rows++;
	merge->last = row;
}

/* Up to the next row that says nothing, which ends what is described there. */
static void take(struct merge *merge, struct live_run *left)
{
	uint64_t row;

	do {
		row = live_load(merge->from, left->first++);
		left->n--;
		put(merge, row);
	} while (left->n && live_says(row));
	skip_buried(merge->from, left);
}

static struct live_run *lowest(struct merge *merge)
{
	struct live_run *found = NULL;
	uint32_t i, offset = 0;

	for (i = 0; i < merge->n; i++) {
		struct live_run *left = &merge->left[i];
		uint32_t at;

		if (!left->n)
			continue;
		at = live_offset(live_load(merge->from, left->first));
		if (!found || at < offset) {
			found = left;
			offset = at;
		}
	}
	return found;
}

/* Each said part of a run is taken whole: no other run says anything in there. */
static void take_all(struct merge *merge)
{
	struct live_run *left;

	while ((left = lowest(merge)))
		take(merge, left);
}

/*
 * A walk takes the number of runs once and goes from the last run to the first. So two stores
 * in this order leave nothing out. Be k the number of runs, and the runs from j on the ones that
 * become one:
 *
 *	runs[j] = the merged one; number of runs = j
 *
 * Where a function is described, a run's place only ever sinks: to j, by the first store. A walk
 * begins at that place or above it, since the number sinks after it; and sinks by one
 * each time, reading what the run at that place is now. So it does not get past the function
 * without having met it: it finds its old run, or has met a new one in that place, which came
 * after both stores, and comes to the merged one.
 *
 * What else says something of the function's text on the way? Runs above the number are not
 * read, but by walks that took it before the second store, and are older, then, than all that
 * is described or buried later.
 */
void sfreg_jit_runs_merge(struct live_runs *runs, uint32_t first)
{
	struct merge merge = { .to = runs->rows + runs->used, .max = runs->max - runs->used };
	struct live_run *run = &runs->run[first];

	begin(&merge, runs, first);
	take_all(&merge);
	run->first = runs->used;
	run->n = merge.n_rows;
	run->end = live_offset(merge.last);
	runs->n = first + 1;
	runs->used += merge.n_rows;
	live_store(&runs->header->runs[first], SFREG_LIVE_RUN(run->n, run->first));
	live_store(&runs->header->n_runs, runs->n);
}

uint32_t sfreg_jit_runs_living(const struct live_runs *runs)
{
	struct merge merge = { .to = NULL, .max = UINT32_MAX };

	begin(&merge, runs, 0);
	take_all(&merge);
	return merge.n_rows;
}

void sfreg_jit_runs_copy(struct live_runs *to, const struct live_runs *from)
{
	struct merge merge = { .to = to->rows, .max = to->max };

	begin(&merge, from, 0);
	take_all(&merge);
	if (!merge.n_rows)
		return;
	to->run[0] = (struct live_run) { .n = merge.n_rows, .end = live_offset(merge.last) };
	to->n = 1;
	to->used = merge.n_rows;
	live_store(&to->header->runs[0], SFREG_LIVE_RUN(merge.n_rows, 0));
	live_store(&to->header->n_runs, 1);
}
