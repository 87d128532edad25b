// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From a program's own .eh_frame to windows of its own. The program is trusted to describe
 * itself: it would only spoil its own stacks.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <sfreg.h>

#include "../synth/synth.h"
#include "copy.h"
#include "table.h"

struct window {
	struct window *next;
	const void *begin;
	uint64_t start, len;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct window *windows;

static void drop(struct window **link)
{
	struct window *window = *link;

	/* Gone already, if its text was unmapped. */
	sfreg_unregister((void *)(uintptr_t)window->start);
	*link = window->next;
	free(window);
}

static void drop_overlaps(uint64_t start, uint64_t end)
{
	struct window **link = &windows;

	while (*link) {
		if ((*link)->start < end && start < (*link)->start + (*link)->len)
			drop(link);
		else
			link = &(*link)->next;
	}
}

static void place(const void *begin, const struct synth_section *section,
		  const struct synth_segment *text)
{
	const struct sfreg_window wanted = {
		.size = sizeof(wanted),
		.text_start = text->vaddr,
		.text_len = text->len,
		.sframe_addr = (uintptr_t)section->bytes,
		.sframe_len = section->len,
		.sframe_base = section->base,
		.mem_fd = -1,
	};
	struct window *window = malloc(sizeof(*window));

	if (!window)
		return;
	*window = (struct window) { windows, begin, text->vaddr, text->len };
	drop_overlaps(text->vaddr, text->vaddr + text->len);
	window->next = windows;
	if (sfreg_register_window(&wanted))
		free(window);
	else
		windows = window;
}

void frames_add(const void *begin)
{
	struct synth_section section;
	uint8_t *bytes;
	size_t len;
	int error;

	if (frames_copy(begin, &bytes, &len))
		return;
	error = len <= sizeof(uint32_t) ? -ENOENT :
		synth_make_registered(bytes, len, (uintptr_t)begin, &section);
	free(bytes);
	if (error)
		return;
	pthread_mutex_lock(&lock);
	for (uint32_t i = 0; section.len && i < section.n_text; i++)
		place(begin, &section, &section.text[i]);
	pthread_mutex_unlock(&lock);
	synth_free(&section);
}

void frames_remove(const void *begin)
{
	struct window **link = &windows;

	pthread_mutex_lock(&lock);
	while (*link) {
		if ((*link)->begin == begin)
			drop(link);
		else
			link = &(*link)->next;
	}
	pthread_mutex_unlock(&lock);
}
