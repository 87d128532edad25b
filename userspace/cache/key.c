// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A file's key: the hash of
 *
 *	the domain, the maker's version, the file's size,
 *	and for each piece that was read: where, how long, the bytes
 *
 * Every number is 64 bits wide, so that no two different lists of pieces are the same
 * string of bytes.
 */
#include <errno.h>

#include "cache.h"

/* Goes up when what is hashed, or what an entry means, changes. */
static const char domain[16] = "sfreg cache 1";

static void add_number(struct blake2b *state, uint64_t number)
{
	blake2b_update(state, &number, sizeof(number));
}

void cache_trace_init(struct cache_trace *trace, uint64_t file_size)
{
	blake2b_init(&trace->state);
	blake2b_update(&trace->state, domain, sizeof(domain));
	add_number(&trace->state, SYNTH_VERSION);
	add_number(&trace->state, file_size);
	trace->size = file_size;
	trace->missing = 0;
	trace->n_ranges = 0;
}

static void note_key(struct cache_trace *trace)
{
	blake2b_result(&trace->state, trace->after[trace->n_ranges - 1].bytes);
}

int cache_trace_begin(struct cache_trace *trace, uint64_t at, uint64_t len)
{
	if (trace->n_ranges == SYNTH_MAX_READS)
		return -EFBIG;
	trace->ranges[trace->n_ranges++] = (struct cache_range){ at, len };
	trace->missing = len;
	add_number(&trace->state, at);
	add_number(&trace->state, len);
	if (!len)
		note_key(trace);
	return 0;
}

void cache_trace_bytes(struct cache_trace *trace, const void *bytes, size_t len)
{
	if (!len)
		return;
	blake2b_update(&trace->state, bytes, len);
	trace->missing -= len;
	if (!trace->missing)
		note_key(trace);
}

void cache_trace_key(const struct cache_trace *trace, struct cache_key *key)
{
	blake2b_result(&trace->state, key->bytes);
}

bool cache_key_equal(const struct cache_key *a, const struct cache_key *b)
{
	return !__builtin_memcmp(a->bytes, b->bytes, CACHE_KEY_LEN);
}

void cache_key_name(const struct cache_key *key, char name[CACHE_NAME_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned int i = 0; i < CACHE_KEY_LEN; i++) {
		name[2 * i] = digits[key->bytes[i] >> 4];
		name[2 * i + 1] = digits[key->bytes[i] & 15];
	}
	name[CACHE_NAME_SIZE - 1] = '\0';
}
