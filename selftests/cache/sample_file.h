/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of the cache: a file in memory, a maker that reads it as the real one
 * does, headers first and then where those point to, and an empty directory.
 */
#ifndef SELFTESTS_CACHE_SAMPLE_FILE_H
#define SELFTESTS_CACHE_SAMPLE_FILE_H

#include <cache/cache.h>

#define SAMPLE_SIZE	(200u << 10)
/* Where the sample's first bytes say that its table lies. */
#define SAMPLE_TABLE	8192u
#define SAMPLE_CFI	(100u << 10)

struct sample {
	struct synth_source source;
	int error;		/* what the next read says */
	unsigned int n_reads;
	uint8_t bytes[SAMPLE_SIZE];
};

/* @seed: different files for different ones, but for the first 4096 bytes */
void sample_init(struct sample *sample, uint8_t seed);

/* Makes a section of the sample's bytes; free it. */
void sample_make(struct sample *sample, struct cache_trace *trace,
		 struct synth_section *section);

/* cache_store() of what is made of the sample. */
int sample_store(const char *dir, struct sample *sample);

/* Is what cache_find() says of the sample what it was made of? 0, 1: no, -errno */
int sample_find(const char *dir, struct sample *sample);

/* dir/kind/key of the sample's section, or of the way from its first piece on. */
const char *sample_section_path(const char *dir, struct sample *sample);
const char *sample_way_path(const char *dir, struct sample *sample);

/* An empty directory below the working directory; removed at exit. The cache is in it. */
const char *sample_cache(void);

#endif /* SELFTESTS_CACHE_SAMPLE_FILE_H */
