// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdlib.h>
#include <string.h>

#include "../sframe/sframe.h"
#include "spans.h"

#define START_PCREL	0x04	/* starts are relative to where they stand */
#define V1_FDE_SIZE	17

void spans_add(struct spans *spans, uint64_t start, uint64_t len)
{
	if (!len || start + len < start)
		return;
	if (spans->n == spans->room) {
		size_t room = 2 * spans->room + 64;
		struct span *more = realloc(spans->span, room * sizeof(*more));

		if (!more) {
			spans->failed = true;
			return;
		}
		spans->span = more;
		spans->room = room;
	}
	spans->span[spans->n++] = (struct span){ start, start + len };
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void spans_settle(struct spans *spans)
{
	size_t n = 0;

	if (!spans->n)
		return;
	qsort(spans->span, spans->n, sizeof(*spans->span), by_start);
	for (size_t i = 1; i < spans->n; i++) {
		struct span *last = &spans->span[n];

		if (spans->span[i].start > last->end)
			spans->span[++n] = spans->span[i];
		else if (spans->span[i].end > last->end)
			last->end = spans->span[i].end;
	}
	spans->n = n + 1;
}

void spans_free(struct spans *spans)
{
	free(spans->span);
	*spans = (struct spans){ 0 };
}

uint64_t spans_bytes(const struct spans *spans)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < spans->n; i++)
		bytes += spans->span[i].end - spans->span[i].start;
	return bytes;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void spans_both(struct spans *to, const struct spans *a, const struct spans *b)
{
	for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
		uint64_t start = later(a->span[i].start, b->span[j].start);
		uint64_t end = earlier(a->span[i].end, b->span[j].end);

		if (start < end)
			spans_add(to, start, end - start);
		if (a->span[i].end < b->span[j].end)
			i++;
		else
			j++;
	}
}

void spans_without(struct spans *to, const struct spans *a, const struct spans *b)
{
	size_t j = 0;

	for (size_t i = 0; i < a->n; i++) {
		uint64_t at = a->span[i].start, end = a->span[i].end;

		while (j < b->n && b->span[j].end <= at)
			j++;
		for (size_t k = j; k < b->n && b->span[k].start < end; k++) {
			if (b->span[k].start > at)
				spans_add(to, at, b->span[k].start - at);
			at = later(at, b->span[k].end);
		}
		if (at < end)
			spans_add(to, at, end - at);
	}
}

/* Entry @i, at @at in the section. */
static void add_function(struct spans *spans, const struct sframe_header *header,
			 const uint8_t *bytes, uint64_t at, uint64_t base)
{
	struct sframe_index_v3 entry = { 0 };
	int32_t start;

	if (header->version == 3) {
		memcpy(&entry, bytes + at, sizeof(entry));
	} else {
		memcpy(&start, bytes + at, sizeof(start));
		memcpy(&entry.size, bytes + at + sizeof(start), sizeof(entry.size));
		entry.start = start;
	}
	if (header->flags & START_PCREL)
		base += at;
	spans_add(spans, base + entry.start, entry.size);
}

bool spans_of_section(struct spans *spans, const uint8_t *bytes, size_t len, uint64_t base)
{
	const struct sframe_extension own = { .magic = SFRAME_EXTENSION_MAGIC };
	struct sframe_extension extension;
	struct sframe_header header;
	uint64_t at, n, size;

	if (len < sizeof(header))
		return false;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != SFRAME_MAGIC || !header.version || header.version > 3)
		return false;
	size = header.version == 3 ? sizeof(struct sframe_index_v3) :
	       header.version == 2 ? sizeof(struct sframe_fde_v2) : V1_FDE_SIZE;
	n = header.n_fdes;
	at = sizeof(header) + header.aux_len;
	if (header.aux_len == sizeof(extension) && at <= len) {
		memcpy(&extension, bytes + sizeof(header), sizeof(extension));
		if (!memcmp(extension.magic, own.magic, sizeof(own.magic)) &&
		    extension.version == SFRAME_EXTENSION_VERSION)
			n += extension.n_fdes;
	}
	at += header.fde_off;
	for (; n && at + size <= len; n--, at += size)
		add_function(spans, &header, bytes, at, base);
	spans_settle(spans);
	return true;
}
