// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Windows are asked for in portions, each in one call of the module; between two
 * portions they may change, and nothing more than an address depends on it.
 */
#include <errno.h>
#include <stdlib.h>

#include "windows.h"

#define PORTION	256
#define PAGE	4096ull

static int grow(struct windows *windows)
{
	size_t room = windows->room + PORTION;
	struct sfreg_list_entry *grown;

	grown = realloc(windows->entries, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	windows->entries = grown;
	windows->room = room;
	return 0;
}

int windows_list(int mem_fd, struct windows *windows)
{
	uint64_t from = 0;
	int got;

	*windows = (struct windows) { 0 };
	do {
		got = grow(windows);
		if (!got)
			got = sfreg_list(mem_fd, from, windows->entries + windows->n, PORTION,
					 NULL);
		if (got < 0) {
			windows_free(windows);
			return got;
		}
		windows->n += got;
		if (got)
			from = windows->entries[windows->n - 1].text_start + 1;
	} while (got == PORTION);
	return 0;
}

void windows_free(struct windows *windows)
{
	free(windows->entries);
	*windows = (struct windows) { 0 };
}

static uint64_t page_end(const struct sfreg_list_entry *entry)
{
	return (entry->text_start + entry->text_len + PAGE - 1) & ~(PAGE - 1);
}

/* The first window that ends behind @address. */
static size_t first_behind(const struct windows *windows, uint64_t address)
{
	size_t low = 0, high = windows->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (page_end(&windows->entries[middle]) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t windows_gap(const struct windows *windows, uint64_t *start, uint64_t *end)
{
	size_t i = first_behind(windows, *start);

	for (; i < windows->n && *start < *end; i++) {
		const struct sfreg_list_entry *entry = &windows->entries[i];
		uint64_t from = entry->text_start & ~(PAGE - 1);

		if (from > *start) {
			if (from < *end)
				*end = from;
			break;
		}
		/* Several windows may share a page. */
		if (page_end(entry) > *start)
			*start = page_end(entry);
	}
	return *start < *end ? *end - *start : 0;
}
