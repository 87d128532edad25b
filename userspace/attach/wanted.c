// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "wanted.h"

int wanted_add(struct wanted *wanted, const struct broker_object *made,
	       const struct synth_segment *text)
{
	struct wanted_window *grown;
	int fd;

	if (wanted->n == wanted->room) {
		uint32_t room = wanted->room ? 2 * wanted->room : 16;

		grown = realloc(wanted->window, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		wanted->window = grown;
		wanted->room = room;
	}
	fd = fcntl(made->section_fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	wanted->window[wanted->n] = (struct wanted_window) {
		.start = text->vaddr, .len = text->len, .base = made->base,
		.order = wanted->n, .section_fd = fd,
	};
	wanted->n++;
	return 0;
}

void wanted_free(struct wanted *wanted)
{
	while (wanted->n)
		close(wanted->window[--wanted->n].section_fd);
	free(wanted->window);
	*wanted = (struct wanted) { 0 };
}

static int by_start(const void *a, const void *b)
{
	const struct wanted_window *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void wanted_sort(struct wanted *wanted)
{
	struct wanted_window *window = wanted->window;
	uint32_t n = 0;

	if (wanted->n)
		qsort(window, wanted->n, sizeof(*window), by_start);
	for (uint32_t i = 0; i < wanted->n; i++) {
		struct wanted_window *last = n ? &window[n - 1] : NULL;

		if (!last || last->start + last->len <= window[i].start) {
			window[n++] = window[i];
		} else if (window[i].order < last->order) {
			close(last->section_fd);
			*last = window[i];
		} else {
			close(window[i].section_fd);
		}
	}
	wanted->n = n;
}

/* The first that ends behind @address. */
static uint32_t first_behind(const struct wanted *wanted, uint64_t address)
{
	uint32_t low = 0, high = wanted->n;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (wanted->window[middle].start + wanted->window[middle].len <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct wanted_window *wanted_find(const struct wanted *wanted, uint64_t start, uint64_t len)
{
	uint32_t i = first_behind(wanted, start);
	struct wanted_window *window = &wanted->window[i];

	return i < wanted->n && window->start == start && window->len == len ? window : NULL;
}

bool wanted_overlaps(const struct wanted *wanted, uint64_t start, uint64_t end)
{
	uint32_t i = first_behind(wanted, start);

	return i < wanted->n && wanted->window[i].start < end;
}
