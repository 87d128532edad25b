/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The cache's files as they lie on disk; little endian, for look.c, store.c and trim.c.
 *
 *	ranges/KEY	struct disk_head, head.n times struct disk_range
 *	sections/KEY	struct disk_head, head.n times struct synth_segment, head.len bytes
 *			of the section
 *
 * and nothing behind it.
 */
#ifndef SFREG_CACHE_DISK_H
#define SFREG_CACHE_DISK_H

#include "cache.h"

#define DISK_RANGES		"ranges"
#define DISK_SECTIONS		"sections"
#define DISK_FORMAT		2u
#define DISK_MAX_SECTION	((uint64_t)SYNTH_MAX_CFI_BYTES)

/* With the NUL. */
#define DISK_MAGIC_RANGES	"SFREGRG"
#define DISK_MAGIC_SECTION	"SFREGSC"

/**
 * struct disk_head - what both kinds of file begin with
 * @magic: DISK_MAGIC_*
 * @checksum: BLAKE2b of everything that follows, to the file's end
 * @format: DISK_FORMAT
 * @n: ranges, or segments of text
 * @key: the file's own name
 * @base, @jit_descriptor: of a section, as in struct synth_section; else 0
 * @len: bytes of the section; else 0
 */
struct disk_head {
	char magic[8];
	uint8_t checksum[BLAKE2B_LEN];
	uint32_t format;
	uint32_t n;
	struct cache_key key;
	uint64_t base;
	uint64_t jit_descriptor;
	uint64_t len;
};

#define DISK_SUMMED	(sizeof(struct disk_head) - offsetof(struct disk_head, format))

/* Where the maker reads next, and the key after that. */
struct disk_range {
	struct cache_range range;
	struct cache_key after;
};

_Static_assert(sizeof(struct disk_head) == 104, "the head has no holes");
_Static_assert(sizeof(struct disk_range) == 48, "a range has no holes");
_Static_assert(sizeof(struct synth_segment) == 24, "a segment has no holes");

/* A file of ranges, in memory. */
struct cache_way {
	uint32_t n;
	struct disk_range ranges[SYNTH_MAX_READS];
};

/* As cache_open(): 0 or -ENOENT. */
int cache_read_way(const char *dir, const struct cache_key *key, struct cache_way *way);

#endif /* SFREG_CACHE_DISK_H */
