// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sample file, and a maker whose section is a hash of what it read.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample_file.h"

static int read_sample(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	struct sample *sample = (struct sample *)source;

	sample->n_reads++;
	if (sample->error)
		return sample->error;
	if (at > SAMPLE_SIZE || len > SAMPLE_SIZE - at)
		abort();
	memcpy(to, sample->bytes + at, len);
	return 0;
}

void sample_init(struct sample *sample, uint8_t seed)
{
	sample->source.size = SAMPLE_SIZE;
	sample->source.read = read_sample;
	sample->error = 0;
	sample->n_reads = 0;
	for (uint32_t i = 0; i < SAMPLE_SIZE; i++)
		sample->bytes[i] = i * 37 + i / 251 + (i < SYNTH_FIRST_READ ? 0 : seed);
}

static void read_piece(struct sample *sample, struct cache_trace *trace, uint64_t at,
		       uint64_t len)
{
	if (cache_trace_begin(trace, at, len))
		abort();
	cache_trace_bytes(trace, sample->bytes + at, len / 3);
	cache_trace_bytes(trace, sample->bytes + at + len / 3, len - len / 3);
}

void sample_make(struct sample *sample, struct cache_trace *trace,
		 struct synth_section *section)
{
	struct cache_key key;

	cache_trace_init(trace, SAMPLE_SIZE);
	read_piece(sample, trace, 0, SYNTH_FIRST_READ);
	read_piece(sample, trace, SAMPLE_TABLE, 640);
	/* Where the third piece is depends on the second. */
	read_piece(sample, trace, 32768 + sample->bytes[SAMPLE_TABLE] * 16, SAMPLE_CFI);
	cache_trace_key(trace, &key);
	*section = (struct synth_section){
		.base = 0x1000 + key.bytes[0],
		.jit_descriptor = key.bytes[3],
		.n_text = 2,
		.version = 3,
		.text = { { 0x1000, 0x1000, 0x800 }, { 0x2000, 0x3000, key.bytes[1] } },
		.len = 70000 + key.bytes[2],
	};
	section->bytes = malloc(section->len);
	if (!section->bytes)
		abort();
	for (size_t i = 0; i < section->len; i++)
		section->bytes[i] = key.bytes[i % CACHE_KEY_LEN] + i / CACHE_KEY_LEN;
}

int sample_store(const char *dir, struct sample *sample)
{
	struct synth_section section;
	struct cache_trace trace;
	int error;

	sample_make(sample, &trace, &section);
	error = cache_store(dir, &trace, &section);
	free(section.bytes);
	return error;
}

static bool is_section(const struct cache_entry *entry, const struct synth_section *section)
{
	uint8_t *bytes = malloc(section->len);
	bool same;

	if (!bytes)
		abort();
	same = entry->len == section->len && entry->base == section->base &&
	       entry->jit_descriptor == section->jit_descriptor &&
	       entry->n_text == section->n_text &&
	       !memcmp(entry->text, section->text, section->n_text * sizeof(*entry->text)) &&
	       pread(entry->fd, bytes, entry->len, entry->at) == (ssize_t)entry->len &&
	       !memcmp(bytes, section->bytes, entry->len);
	free(bytes);
	return same;
}

int sample_find(const char *dir, struct sample *sample)
{
	struct cache_key key, made;
	struct synth_section section;
	struct cache_entry entry;
	struct cache_trace trace;
	int error = cache_find(dir, &sample->source, &key, &entry);

	if (error)
		return error;
	sample_make(sample, &trace, &section);
	cache_trace_key(&trace, &made);
	error = !is_section(&entry, &section) || !cache_key_equal(&key, &made);
	free(section.bytes);
	close(entry.fd);
	return error;
}

static const char *path_of(const char *dir, const char *kind, const struct cache_key *key)
{
	static char path[4096];
	char name[CACHE_NAME_SIZE];

	cache_key_name(key, name);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, kind, name);
	return path;
}

const char *sample_section_path(const char *dir, struct sample *sample)
{
	struct synth_section section;
	struct cache_trace trace;
	struct cache_key key;

	sample_make(sample, &trace, &section);
	free(section.bytes);
	cache_trace_key(&trace, &key);
	return path_of(dir, "sections", &key);
}

const char *sample_way_path(const char *dir, struct sample *sample)
{
	struct synth_section section;
	struct cache_trace trace;

	sample_make(sample, &trace, &section);
	free(section.bytes);
	return path_of(dir, "ranges", &trace.after[0]);
}

static char top[sizeof("cache-test-XXXXXX")] = "cache-test-XXXXXX";

static void remove_top(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf ./%s", top);
	if (system(command))
		abort();
}

const char *sample_cache(void)
{
	static char path[sizeof(top) + 8];

	if (!mkdtemp(top))
		abort();
	atexit(remove_top);
	snprintf(path, sizeof(path), "%s/cache", top);
	return path;
}
