// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfreg's live rows: one window for all, with room for each row and each function's end.
 */
#include <string.h>

#include <sfreg.h>
#include <sfreg/jit.h>

#include "../../bench/bench.h"
#include "way.h"

static struct sfreg_jit_live *live;

static void open_window(const struct function *first)
{
	const struct sfreg_jit_options options = {
		.size = sizeof(options), .text = first->start, .text_len = TEXT_LEN,
		.max_functions = N_FUNCTIONS, .max_rows = N_FUNCTIONS * 5,
	};
	int ret = sfreg_jit_live_open(&options, &live);

	if (ret)
		bench_fail("a live window: %s", strerror(-ret));
}

void live_describe(const struct way *way, const struct function *functions, unsigned int n)
{
	unsigned int i;

	(void)way;
	if (!live)
		open_window(functions);
	for (i = 0; i < n; i++) {
		int ret = sfreg_jit_live_function(live, functions[i].start, functions[i].size,
						  functions[i].rows, functions[i].n_rows, NULL);

		if (ret)
			bench_fail("a function: %s", strerror(-ret));
	}
}

void live_undo(const struct way *way)
{
	(void)way;
	sfreg_jit_live_close(live);
}

double live_kernel(const struct way *way)
{
	struct sfreg_list_entry entry;

	(void)way;
	if (sfreg_list(-1, 0, &entry, 1, NULL) != 1)
		bench_fail("no live window");
	return entry.table_bytes;
}
