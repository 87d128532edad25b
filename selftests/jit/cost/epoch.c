// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfreg's windows: each is filled and published once. All of them stay, or one
 * is filled again and again.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sfreg.h>
#include <sfreg/jit.h>

#include "../../bench/bench.h"
#include "way.h"

#define MAX_WINDOWS	1000

static struct sfreg_jit *windows[MAX_WINDOWS];
static unsigned int n_windows, n_open;
static unsigned char *text;	/* of the window that is filled */
static long shift;		/* from where functions are to where they are described */

static void open_window(const struct way *way, const struct function *first)
{
	const struct sfreg_jit_options options = {
		.size = sizeof(options), .flags = way->named ? SFREG_JIT_PERF_MAP : 0,
		.text = first->start, .text_len = (size_t)way->batch / BLOCK * BLOCK_TEXT,
		.max_functions = way->batch, .max_rows = way->batch * 4,
	};
	int ret;

	text = first->start;
	ret = sfreg_jit_open(&options, &windows[n_open++]);
	if (ret)
		bench_fail("a window: %s", strerror(-ret));
}

/* What is in the window has been left: it is filled from its begin again. */
static void empty_window(const struct function *first)
{
	int ret = sfreg_jit_retire(windows[--n_windows]);

	if (ret)
		bench_fail("retiring: %s", strerror(-ret));
	shift = text - first->start;
}

void epoch_describe(const struct way *way, const struct function *functions, unsigned int n)
{
	unsigned int i;

	if (way->again && n_windows)
		empty_window(functions);
	else if (n_open == n_windows)
		open_window(way, functions);
	for (i = 0; i < n; i++) {
		int ret = sfreg_jit_function(windows[n_windows], functions[i].start + shift,
					     functions[i].size, functions[i].rows,
					     functions[i].n_rows, functions[i].name);

		if (ret)
			bench_fail("a function: %s", strerror(-ret));
	}
}

void epoch_tell(const struct way *way)
{
	int ret = sfreg_jit_publish(windows[n_windows++]);

	(void)way;
	if (ret)
		bench_fail("publishing: %s", strerror(-ret));
}

static void unlink_names(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	unlink(path);
}

void epoch_undo(const struct way *way)
{
	while (n_windows)
		sfreg_jit_close(windows[--n_windows]);
	if (way->named)
		unlink_names();
}

double epoch_kernel(const struct way *way)
{
	static struct sfreg_list_entry entries[MAX_WINDOWS + 1];
	int i, n = sfreg_list(-1, 0, entries, MAX_WINDOWS + 1, NULL);
	double bytes = 0;

	if (n != (int)(way->n ? way->n : N_FUNCTIONS) / (int)way->batch)
		bench_fail("%d windows, not those of batches of %u", n, way->batch);
	for (i = 0; i < n; i++)
		bytes += entries[i].table_bytes;
	return bytes;
}
