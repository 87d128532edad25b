// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Call frame information that a program registers with its own unwinder: no file, no headers,
 * only a section in memory. Its text is what it describes.
 */
#include <errno.h>
#include <stdlib.h>

#include "entries.h"
#include "image.h"

/* Functions that are so near to each other are one run of text; more are, if runs are many. */
#define NEAR	64ull

struct registered {
	struct synth_source source;
	struct image_section section;
};

/* Return: false: there are more runs than an image has texts. */
static bool add_runs(struct image *image, const struct synth_entries *entries, uint64_t near)
{
	struct synth_segment *last = NULL;

	image->n_text = 0;
	for (size_t i = 0; i < entries->n; i++) {
		const struct synth_entry *entry = &entries->entry[i];

		if (last && entry->start <= last->vaddr + last->len + near) {
			if (entry->end > last->vaddr + last->len)
				last->len = entry->end - last->vaddr;
			continue;
		}
		if (image->n_text == SYNTH_MAX_SEGMENTS)
			return false;
		last = &image->text[image->n_text++];
		*last = (struct synth_segment) {
			.vaddr = entry->start, .len = entry->end - entry->start,
		};
	}
	return true;
}

static int open_registered(struct image *image, const struct synth_source *source)
{
	const struct registered *registered = (const void *)source;
	const struct image_section *section = &registered->section;
	struct synth_entries entries;
	uint64_t near = NEAR;
	int error;

	*image = (struct image) {
		.source = source, .in_memory = true, .registered = *section,
	};
	error = synth_entries_read(&entries, section->bytes, section->len, section->addr);
	if (!error)
		while (!add_runs(image, &entries, near))
			near *= 2;
	free(entries.entry);
	return error ? error : image_check_texts(image);
}

int synth_make_registered(const void *eh_frame, size_t len, uint64_t addr,
			  struct synth_section *section)
{
	const struct registered registered = {
		.source = { .size = len },
		.section = { .bytes = eh_frame, .len = len, .addr = addr },
	};

	return synth_make_by(open_registered, &registered.source, section, NULL);
}
