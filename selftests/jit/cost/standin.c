// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands for the kernel where there is no module: sections are copied, a digest is
 * made, and the module's core, as it is built for the kernel, compiles them. What is not here is
 * the system call, and memory of the kernel's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sfreg.h>

#include "../../../userspace/lib/live.h"
#include "../../bench/bench.h"
#include "../../bench/windows.h"
#include "digest.h"

struct window {
	const void *text;
	void *table;
	size_t table_bytes;
};

static struct window windows[2000];
static int n_windows;
static size_t live_bytes;

int sfreg_register(const void *text, size_t text_len, const void *sframe, size_t sframe_len)
{
	const struct sfr_compile_options options = {
		.abi = SFR_ABI_AMD64_LE, .max_rows = 0xffffffff,
	};
	struct window *window = &windows[n_windows++];
	void *copy = malloc(sframe_len), *scratch;
	struct sfr_compile_plan plan;

	(void)text_len;
	window->text = text;
	memcpy(copy, sframe, sframe_len);
	digest(copy, sframe_len);
	if (sfr_compile_plan(copy, sframe_len, &options, &plan))
		bench_fail("a section's header");
	scratch = malloc(plan.scratch_bytes);
	if (sfr_compile(copy, &plan, scratch, &window->table_bytes))
		bench_fail("a section");
	window->table = aligned_alloc(64, (window->table_bytes + 63) & ~63ul);
	sfr_table_store(scratch, window->table);
	free(scratch);
	free(copy);
	return 0;
}

int sfreg_unregister(const void *text)
{
	int i = n_windows;

	while (i--) {
		if (windows[i].text != text)
			continue;
		free(windows[i].table);
		windows[i] = windows[--n_windows];
		return 0;
	}
	return -ENOENT;
}

int sfreg_replace(const void *text, size_t text_len, const void *sframe, size_t sframe_len)
{
	int ret = sfreg_unregister(text);

	return ret ? ret : sfreg_register(text, text_len, sframe, sframe_len);
}

/* Live rows are memory, and nobody reads them. */
int sfreg_live_create(uint32_t n_rows)
{
	int fd = memfd_create("rows", MFD_CLOEXEC);

	live_bytes = sizeof(struct sfreg_live_header) + n_rows * sizeof(__u64);
	if (ftruncate(fd, live_bytes))
		bench_fail("no memory for rows");
	return fd;
}

int sfreg_place(int mem_fd, const struct sfreg_place_entry *entries, unsigned int count,
		unsigned int *failed)
{
	(void)mem_fd;
	(void)count;
	(void)failed;
	windows[n_windows++] = (struct window) {
		.text = (void *)(uintptr_t)entries->text_start, .table_bytes = live_bytes,
	};
	return 0;
}

int sfreg_list(int mem_fd, __u64 from, struct sfreg_list_entry *entries, unsigned int count,
	       __u64 *total)
{
	int i;

	(void)mem_fd;
	(void)from;
	(void)total;
	for (i = 0; i < n_windows && i < (int)count; i++)
		entries[i].table_bytes = windows[i].table_bytes;
	return i;
}
