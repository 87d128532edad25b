/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Made sections on disk. A section's key is a hash of all bytes that its maker read, of
 * where it read them, and of the maker's version: whoever has the same key has the same
 * section, whatever the file calls itself. Which bytes those are depends on the file;
 * so there are two directories:
 *
 *	ranges/HINT	the pieces that were read of a file whose size and first piece
 *			hash to HINT, and nothing more: many files may share it
 *	sections/KEY	a section, and where the file's text is
 *
 * A lookup reads the first piece, finds HINT, reads the other pieces, and has KEY. Both kinds
 * of file are replaced as wholes (written beside, synced, renamed), belong to root or to the
 * reader, are writable by no one else, are opened without following links, and carry a
 * checksum of themselves; what does not look so is as good as not there.
 *
 * blake2b.c, key.c and look.c need no libc: the loader's hook is built of them, too.
 */
#ifndef SFREG_CACHE_H
#define SFREG_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../synth/synth.h"
#include "blake2b.h"

#define CACHE_KEY_LEN	32
#define CACHE_SYSTEM	"/var/cache/sfreg"

struct cache_key {
	uint8_t bytes[CACHE_KEY_LEN];
};

struct cache_range {
	uint64_t at, len;
};

/* What has been read of a file, in order; hashed as it goes. key.c */
struct cache_trace {
	struct blake2b state;
	uint32_t n_ranges;
	struct cache_range ranges[SYNTH_MAX_READS];
	struct cache_key hint;		/* valid once the first range is complete */
};

void cache_trace_init(struct cache_trace *trace, uint64_t file_size);
/* A piece begins; cache_trace_bytes() must follow with @len bytes in all. -EFBIG: too many. */
int cache_trace_begin(struct cache_trace *trace, uint64_t at, uint64_t len);
void cache_trace_bytes(struct cache_trace *trace, const void *bytes, size_t len);
void cache_trace_key(const struct cache_trace *trace, struct cache_key *key);

/**
 * struct cache_entry - a section found in the cache
 * @fd: the open entry, read-only, checked against its checksum; close it
 * @at, @len: where in it the SFrame section's bytes are; len 0: the file has none
 * @base, @n_text, @text: as in struct synth_section
 */
struct cache_entry {
	int fd;
	uint64_t at, len;
	uint64_t base;
	uint32_t n_text;
	struct synth_segment text[SYNTH_MAX_SEGMENTS];
};

/**
 * cache_find() - look a file's section up
 * @dir: the cache's directory
 * @source: the file
 * @key: NULL, or where to put the key, if it was had (also when nothing is found)
 * @entry: filled in
 *
 * Return: 0; -ENOENT: not there, or not fit to be believed; or what ->read() returned.
 */
int cache_find(const char *dir, const struct synth_source *source, struct cache_key *key,
	       struct cache_entry *entry);

/* The same by key, without looking at the file. */
int cache_open(const char *dir, const struct cache_key *key, struct cache_entry *entry);

/**
 * cache_store() - put a section into the cache (store.c; needs libc)
 * @dir: the cache's directory; made, mode 0755, if its parent is there
 * @trace: what was read to make it
 * @section: what was made; len 0: that there is none
 *
 * Return: 0, or -errno: nothing has changed then, and the caller goes on without.
 */
int cache_store(const char *dir, const struct cache_trace *trace,
		const struct synth_section *section);

/*
 * The directory to use: SFREG_CACHE from the environment (not in setuid programs), else
 * CACHE_SYSTEM if it is (or can be made) ours to write, else $XDG_CACHE_HOME/sfreg or
 * ~/.cache/sfreg. Readers look in CACHE_SYSTEM too. Allocated; NULL: there is none.
 */
char *cache_dir(void);

#endif /* SFREG_CACHE_H */
