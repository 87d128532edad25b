// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Rows are appended and buried while walks read them. A walk is of a thread whose functions
 * are described since before it began, and are not buried before it has ended: of their rows
 * none may be out of sight, nor be covered by another's, for a moment. What a walk would find at
 * any other offset does not matter.
 */
#include <errno.h>

#include "live_runs.h"

/* How far to look beyond what is asked for. */
#define LOOK_AHEAD	16

void sfreg_jit_runs_init(struct live_runs *runs, void *memory, uint32_t max)
{
	runs->header = memory;
	runs->rows = (__u64 *)(runs->header + 1);
	runs->max = max;
	runs->used = 0;
	runs->n = 0;
	runs->gap_end = LIVE_NO_END;
}

/* --- looking --------------------------------------------------------------------- */

/* The first row of a run at or above @offset; behind the last one: there is none. */
static uint32_t row_at(const struct live_runs *runs, const struct live_run *run, uint32_t offset)
{
	uint32_t lo = run->first, hi = run->first + run->n;

	while (lo != hi) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (live_offset(live_load(runs, middle)) < offset)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

/* Does the row before @row, which row_at() has found for @offset, hold on both sides of it? */
static bool is_inside(const struct live_runs *runs, const struct live_run *run, uint32_t row,
		      uint32_t offset)
{
	if (row == run->first || !live_says(live_load(runs, row - 1)))
		return false;
	return row == run->first + run->n || live_offset(live_load(runs, row)) != offset;
}

/* Up to where, from @start on, a run says nothing; if that is at @end or above, not farther. */
static uint64_t run_gap(const struct live_runs *runs, const struct live_run *run, uint32_t start,
			uint32_t end)
{
	uint32_t row, row_end = run->first + run->n, beyond = 0;

	if (start >= run->end)
		return LIVE_NO_END;
	row = row_at(runs, run, start);
	if (is_inside(runs, run, row, start))
		return start;
	for (; row < row_end; row++) {
		uint64_t word = live_load(runs, row);

		if (live_says(word))
			return live_offset(word);
		if (live_offset(word) >= end && ++beyond > LOOK_AHEAD)
			return live_offset(word);
	}
	return LIVE_NO_END;
}

/* The same of all; below @end: it is not free. */
static uint64_t find_gap(const struct live_runs *runs, uint32_t start, uint32_t end)
{
	uint64_t gap_end = LIVE_NO_END;
	uint32_t i;

	for (i = 0; i < runs->n && gap_end >= end; i++) {
		uint64_t gap = run_gap(runs, &runs->run[i], start, end);

		if (gap < gap_end)
			gap_end = gap;
	}
	return gap_end;
}

/* --- appending ------------------------------------------------------------------- */

/*
 * Which runs become one, when there are too many: the last two, and each before them that is
 * not larger than what has come together so far. Then a row that is moved by its run's being the
 * smaller part comes into one of twice the size, and that happens to it as often as the
 * logarithm says.
 */
static uint32_t runs_to_merge(const struct live_runs *runs, uint64_t *n_rows)
{
	uint32_t first = runs->n - 2;

	*n_rows = (uint64_t)runs->run[first].n + runs->run[first + 1].n;
	while (first && runs->run[first - 1].n <= *n_rows)
		*n_rows += runs->run[--first].n;
	return first;
}

/* A new run, not shown yet, and room for @n_rows rows. */
static int begin_run(struct live_runs *runs, uint64_t n_rows)
{
	uint32_t first = SFREG_LIVE_RUNS;
	uint64_t merged = 0;

	if (runs->n == SFREG_LIVE_RUNS)
		first = runs_to_merge(runs, &merged);
	if (n_rows + merged > runs->max - runs->used)
		return -ENOSPC;
	if (runs->n == SFREG_LIVE_RUNS)
		sfreg_jit_runs_merge(runs, first);
	runs->run[runs->n++] = (struct live_run) { .first = runs->used };
	return 0;
}

/*
 * The rows behind the last run's, and their number. Is the function right behind the one before,
 * its first row's place is where that ends. Where nothing lies above, it is also in
 * that row's place: a walk that has the old number at hand would only take it to hold above. Else
 * both stand there, and the later one holds.
 */
static void extend(struct live_runs *runs, uint32_t start, uint32_t end,
		   const struct sfreg_jit_row *rows, unsigned int n_rows)
{
	struct live_run *run = &runs->run[runs->n - 1];
	bool over = run->n && run->end == start && runs->gap_end == LIVE_NO_END;
	__u64 *to = runs->rows + runs->used;
	unsigned int i;

	for (i = over; i < n_rows; i++)
		*to++ = live_row(start + rows[i].offset, &rows[i]);
	*to = live_nothing(end);
	run->n += n_rows + !over;
	run->end = end;
	live_store(&runs->header->runs[runs->n - 1], SFREG_LIVE_RUN(run->n, run->first));
	if (over)
		live_store(&runs->rows[runs->used - 1], live_row(start, rows));
	runs->used += n_rows + !over;
}

int sfreg_jit_runs_append(struct live_runs *runs, uint32_t start, uint32_t end,
			  const struct sfreg_jit_row *rows, unsigned int n_rows)
{
	bool behind = runs->n && start >= runs->run[runs->n - 1].end;
	uint64_t gap_end = runs->gap_end;
	int ret;

	if (!behind || end > gap_end) {
		gap_end = find_gap(runs, start, end);
		if (gap_end < end)
			return -EEXIST;
	}
	if (behind) {
		if (n_rows >= runs->max - runs->used)
			return -ENOSPC;
	} else {
		ret = begin_run(runs, (uint64_t)n_rows + 1);
		if (ret)
			return ret;
	}
	runs->gap_end = gap_end;
	extend(runs, start, end, rows, n_rows);
	if (!behind)
		live_store(&runs->header->n_runs, runs->n);
	return 0;
}

/* --- burying --------------------------------------------------------------------- */

/* Would a row be cut in two? */
static bool cuts_row(const struct live_runs *runs, const struct live_run *run, uint32_t offset)
{
	return is_inside(runs, run, row_at(runs, run, offset), offset);
}

/* Rows that say something of [@start, @end); with @bury they do not any more. */
static uint32_t count_rows(const struct live_runs *runs, const struct live_run *run,
			   uint32_t start, uint32_t end, bool bury)
{
	uint32_t row = row_at(runs, run, start), row_end = run->first + run->n, n = 0;

	for (; row < row_end; row++) {
		uint64_t word = live_load(runs, row);

		if (live_offset(word) >= end)
			break;
		if (!live_says(word))
			continue;
		n++;
		if (bury)
			live_store(&runs->rows[row], live_nothing(live_offset(word)));
	}
	return n;
}

int sfreg_jit_runs_bury(struct live_runs *runs, uint32_t start, uint32_t end)
{
	uint32_t i, found = 0;

	for (i = 0; i < runs->n; i++) {
		const struct live_run *run = &runs->run[i];

		if (start >= run->end)
			continue;
		if (cuts_row(runs, run, start) || cuts_row(runs, run, end))
			return -EINVAL;
		found += count_rows(runs, run, start, end, false);
	}
	if (!found)
		return -ENOENT;
	for (i = 0; i < runs->n; i++)
		if (start < runs->run[i].end)
			count_rows(runs, &runs->run[i], start, end, true);
	return 0;
}
