/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Made sections on disk. A section's key is a hash of all bytes that its maker read, of
 * where it read them, and of the maker's version: whoever has the same key has the same
 * section, whatever the file calls itself. Which bytes those are depends on the file;
 * so there are two directories:
 *
 *	ranges/KEY	where the maker reads on, of a file whose pieces so far hash to
 *			KEY; and to what the pieces hash then
 *	sections/KEY	a section, and where the file's text is
 *
 * A lookup reads the first piece, looks where to read on, and so on until it has a
 * section's key. The maker does the same as long as it is given the same bytes. So a file
 * that begins as another does, and then has other bytes, takes a way of its own from
 * there on, and nothing that is said about the other file changes.
 *
 * Both kinds of file are replaced as wholes (written beside, synced, renamed), belong to root
 * or to the reader, are writable by no one else, are opened without following links, and carry
 * a checksum of themselves; what does not look so is as good as not there.
 *
 * blake2b.c, key.c and look.c need no libc: the loader's hook is built of them, too.
 */
#ifndef SFREG_CACHE_H
#define SFREG_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../synth/synth.h"
#include "blake2b.h"

#define CACHE_KEY_LEN	32
#define CACHE_SYSTEM	"/var/cache/sfreg"

/* All files of a cache together; the oldest go. */
#define CACHE_MAX_BYTES	(1024ull << 20)

struct cache_key {
	uint8_t bytes[CACHE_KEY_LEN];
};

struct cache_range {
	uint64_t at, len;
};

/**
 * struct cache_trace - what has been read of a file, in order; hashed as it goes
 * @size: the file's
 * @state: the hash so far
 * @missing: bytes of the last range that have not come yet
 * @n_ranges: number of @ranges and @after
 * @ranges: the pieces
 * @after: the key after each; valid once the piece is complete
 */
struct cache_trace {
	uint64_t size;
	struct blake2b state;
	uint64_t missing;
	uint32_t n_ranges;
	struct cache_range ranges[SYNTH_MAX_READS];
	struct cache_key after[SYNTH_MAX_READS];
};

/* key.c */
void cache_trace_init(struct cache_trace *trace, uint64_t file_size);
/* A piece begins; cache_trace_bytes() must follow with @len bytes in all. -EFBIG: too many. */
int cache_trace_begin(struct cache_trace *trace, uint64_t at, uint64_t len);
void cache_trace_bytes(struct cache_trace *trace, const void *bytes, size_t len);
/* The key of all pieces so far. */
void cache_trace_key(const struct cache_trace *trace, struct cache_key *key);
bool cache_key_equal(const struct cache_key *a, const struct cache_key *b);
/* In hexadecimal, the entry's name. */
#define CACHE_NAME_SIZE	(2 * CACHE_KEY_LEN + 1)
void cache_key_name(const struct cache_key *key, char name[CACHE_NAME_SIZE]);

/**
 * struct cache_entry - a section found in the cache
 * @fd: the open entry, read-only, checked against its checksum; close it
 * @at, @len: where in it the SFrame section's bytes are; len 0: the file has none
 * @base, @n_text, @text, @jit_descriptor: as in struct synth_section
 */
struct cache_entry {
	int fd;
	uint64_t at, len;
	uint64_t base;
	uint64_t jit_descriptor;
	uint32_t n_text;
	struct synth_segment text[SYNTH_MAX_SEGMENTS];
};

/**
 * cache_find() - look a file's section up
 * @dir: the cache's directory
 * @source: the file; ->read() is asked for the maker's pieces, in smaller pieces
 * @key: NULL, or where to put the key if the entry is there
 * @entry: filled in
 *
 * Return: 0; -ENOENT: not there, or not fit to be believed; -ENOMEM; or what
 * ->read() returned.
 */
int cache_find(const char *dir, const struct synth_source *source, struct cache_key *key,
	       struct cache_entry *entry);

/* The same by key, without looking at the file. */
int cache_open(const char *dir, const struct cache_key *key, struct cache_entry *entry);

/* Is there a directory, made if need be, that cache_store() could write to? 0, or as that says. */
int cache_prepare(const char *dir);

/**
 * cache_store() - put a section into the cache (store.c; needs libc)
 * @dir: the cache's directory; made, mode 0755, if its parent is there
 * @trace: what was read to make it
 * @section: what was made; len 0: that there is none
 *
 * Return: 0, or -errno: the caller goes on without. -EINVAL: @trace does not begin
 * with the file's first bytes, or its last piece is incomplete; -EPERM: a directory belongs
 * to somebody else, or others may write to it; -ENOTDIR: it is a link, or no directory;
 * -EISDIR: there is a directory in the entry's place; or what the file system says.
 */
int cache_store(const char *dir, const struct cache_trace *trace,
		const struct synth_section *section);

/**
 * cache_trim() - remove the oldest files (trim.c; needs libc)
 * @dir: the cache's directory
 * @max_bytes: what may stay
 *
 * Also removes what writers that were killed left behind. cache_store() does it with
 * CACHE_MAX_BYTES.
 *
 * Return: the number of sections removed, or -errno as cache_store().
 */
int cache_trim(const char *dir, uint64_t max_bytes);

/* A file of the cache. @bytes: what it occupies */
struct cache_file {
	char name[CACHE_NAME_SIZE];
	bool is_section;
	uint64_t bytes;
	struct timespec written;
};

/* All files, oldest first; free @files. Return: 0, or -errno as cache_store(). */
int cache_list(const char *dir, struct cache_file **files, size_t *n);

/*
 * The directory to use: SFREG_CACHE from the environment (not in setuid programs), else
 * CACHE_SYSTEM if it is (or can be made) ours to write, else $XDG_CACHE_HOME/sfreg or
 * ~/.cache/sfreg. Allocated; NULL: there is none.
 */
char *cache_dir(void);

/* SFREG_CACHE says it; else readers look in CACHE_SYSTEM, too. */
bool cache_is_named(void);

#endif /* SFREG_CACHE_H */
