// SPDX-License-Identifier: GPL-2.0-only
/* A file in memory, as a source that watches how it is read. */
#include <errno.h>
#include "memory.h"

struct memory {
	struct synth_source source;
	const u8 *bytes;
	bool *seen;		/* of each byte */
	u32 reads;
	u32 fails_at;		/* the number of the read that fails, from 1 */
	bool good;		/* the reader has kept to the rules */
};

static int read_memory(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	struct memory *m = (struct memory *)source;
	u64 first = source->size < SYNTH_FIRST_READ ? source->size : SYNTH_FIRST_READ;
	size_t i;

	m->reads++;
	m->good &= m->reads <= SYNTH_MAX_READS && at <= source->size &&
		   len <= source->size - at && (m->reads > 1 || (!at && len == first));
	if (!m->good)
		return -EPROTO;
	if (m->reads == m->fails_at)
		return -EIO;
	for (i = 0; i < len; i++) {
		m->good &= !m->seen[at + i];
		m->seen[at + i] = true;
	}
	memcpy(to, m->bytes + at, len);
	return 0;
}

struct outcome make(const void *bytes, size_t size, u32 fails_at)
{
	struct memory m = {
		.source = { size, read_memory }, .bytes = bytes,
		.seen = calloc(size + 1, 1), .fails_at = fails_at, .good = true,
	};
	struct outcome o = {};

	o.error = synth_make(&m.source, &o.section, &o.report);
	o.good = m.good;
	o.reads = m.reads;
	free(m.seen);
	return o;
}

void done(struct outcome *o)
{
	if (o->error)
		return;
	synth_free(&o->section);
	synth_report_free(&o->report);
}

bool same(const struct outcome *a, const struct outcome *b)
{
	return !a->error && !b->error && a->section.len == b->section.len &&
	       a->section.base == b->section.base &&
	       !memcmp(a->section.bytes, b->section.bytes, a->section.len);
}
