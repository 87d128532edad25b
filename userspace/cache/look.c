// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Looking a section up. Whoever may write to the cache's directories can say what he
 * wants; so nobody but root and the reader may. What they say is looked through all the
 * same: a disk that was full, or a machine that crashed, leaves all kinds of files.
 *
 * Without libc: this is part of the loader's hook, too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../lib/syscall.h"
#include "disk.h"

/* Not on the stack, which may be small where dlopen() is called. */
struct scratch {
	struct cache_trace trace;
	struct cache_way way;
	uint8_t bytes[64 << 10];
};

/* Only root and the reader could have written it. */
static bool is_trusted(const struct stat *st)
{
	uid_t me = sys_call(__NR_geteuid, 0, 0, 0, 0, 0, 0);

	return (!st->st_uid || st->st_uid == me) && !(st->st_mode & 022);
}

/* O_PATH: to look for a file whose name one knows, the right to search is enough. */
static int open_dir(int at, const char *path)
{
	int fd = sys_call(__NR_openat, at, (long)path,
			  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, 0, 0);
	struct stat st;

	if (fd < 0)
		return -ENOENT;
	if (!sys_call(__NR_fstat, fd, (long)&st, 0, 0, 0, 0) && is_trusted(&st))
		return fd;
	sys_close(fd);
	return -ENOENT;
}

/* O_NONBLOCK: it may be a FIFO. */
static int open_file(int dir, const char *name, uint64_t *size)
{
	int fd = sys_call(__NR_openat, dir, (long)name,
			  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0, 0, 0);
	struct stat st;

	if (fd < 0)
		return -ENOENT;
	if (!sys_call(__NR_fstat, fd, (long)&st, 0, 0, 0, 0) && S_ISREG(st.st_mode) &&
	    is_trusted(&st)) {
		*size = st.st_size;
		return fd;
	}
	sys_close(fd);
	return -ENOENT;
}

/* Opens @dir/@kind/@key. */
static int open_entry(const char *dir, const char *kind, const struct cache_key *key,
		      uint64_t *size)
{
	char name[CACHE_NAME_SIZE];
	int top, sub, fd = -ENOENT;

	top = open_dir(AT_FDCWD, dir);
	if (top < 0)
		return top;
	sub = open_dir(top, kind);
	if (sub >= 0) {
		cache_key_name(key, name);
		fd = open_file(sub, name, size);
		sys_close(sub);
	}
	sys_close(top);
	return fd;
}

static bool read_at(int fd, void *to, size_t len, uint64_t at)
{
	return sys_call(__NR_pread64, fd, (long)to, len, at, 0, 0) == (long)len;
}

/* @item: bytes of one of head.n things. All of @size must be accounted for. */
static bool head_is_good(const struct disk_head *head, const char *magic,
			 const struct cache_key *key, uint32_t max_n, size_t item,
			 uint64_t size)
{
	return !__builtin_memcmp(head->magic, magic, sizeof(head->magic)) &&
	       head->format == DISK_FORMAT && cache_key_equal(&head->key, key) &&
	       head->n <= max_n && head->len <= DISK_MAX_SECTION &&
	       size == sizeof(*head) + head->n * item + head->len;
}

/* Does the rest of the file, from behind @head on, hash to what @head says? */
static bool sum_is_right(int fd, const struct disk_head *head, uint64_t size,
			 struct scratch *scratch)
{
	uint8_t sum[BLAKE2B_LEN];
	struct blake2b state;
	uint64_t at;
	size_t n;

	blake2b_init(&state);
	blake2b_update(&state, &head->format, DISK_SUMMED);
	for (at = sizeof(*head); at < size; at += n) {
		n = size - at < sizeof(scratch->bytes) ? size - at : sizeof(scratch->bytes);
		if (!read_at(fd, scratch->bytes, n, at))
			return false;
		blake2b_update(&state, scratch->bytes, n);
	}
	blake2b_result(&state, sum);
	return !__builtin_memcmp(sum, head->checksum, sizeof(sum));
}

static struct scratch *new_scratch(void)
{
	long page = sys_call(__NR_mmap, 0, sizeof(struct scratch), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page < 0 && page >= -4095 ? NULL : (struct scratch *)page;
}

static void free_scratch(struct scratch *scratch)
{
	sys_call(__NR_munmap, (long)scratch, sizeof(*scratch), 0, 0, 0, 0);
}

/* In ascending order, and no address wraps. */
static bool text_is_good(const struct synth_segment *text, uint32_t n)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (text[i].vaddr < end || text[i].vaddr + text[i].len < text[i].vaddr ||
		    text[i].offset + text[i].len < text[i].offset)
			return false;
		end = text[i].vaddr + text[i].len;
	}
	return true;
}

static bool read_section(int fd, const struct cache_key *key, uint64_t size,
			 struct cache_entry *entry, struct scratch *scratch)
{
	struct disk_head head;

	if (!read_at(fd, &head, sizeof(head), 0) ||
	    !head_is_good(&head, DISK_MAGIC_SECTION, key, SYNTH_MAX_SEGMENTS,
			  sizeof(*entry->text), size) ||
	    !sum_is_right(fd, &head, size, scratch) ||
	    !read_at(fd, entry->text, head.n * sizeof(*entry->text), sizeof(head)) ||
	    !text_is_good(entry->text, head.n) || (head.len && !head.base))
		return false;
	entry->fd = fd;
	entry->base = head.base;
	entry->jit_descriptor = head.jit_descriptor;
	entry->n_text = head.n;
	entry->len = head.len;
	entry->at = size - head.len;
	return true;
}

static int open_section(const char *dir, const struct cache_key *key,
			struct cache_entry *entry, struct scratch *scratch)
{
	uint64_t size;
	int fd = open_entry(dir, DISK_SECTIONS, key, &size);

	if (fd < 0)
		return fd;
	if (read_section(fd, key, size, entry, scratch))
		return 0;
	sys_close(fd);
	return -ENOENT;
}

int cache_open(const char *dir, const struct cache_key *key, struct cache_entry *entry)
{
	struct scratch *scratch = new_scratch();
	int error;

	if (!scratch)
		return -ENOMEM;
	error = open_section(dir, key, entry, scratch);
	free_scratch(scratch);
	return error;
}

static bool read_ranges(int fd, const struct cache_key *key, uint64_t size,
			struct cache_way *way)
{
	uint8_t sum[BLAKE2B_LEN];
	struct disk_head head;
	struct blake2b state;
	size_t len;

	if (!read_at(fd, &head, sizeof(head), 0) ||
	    !head_is_good(&head, DISK_MAGIC_RANGES, key, SYNTH_MAX_READS,
			  sizeof(*way->ranges), size) || !head.n || head.len)
		return false;
	len = head.n * sizeof(*way->ranges);
	if (!read_at(fd, way->ranges, len, sizeof(head)))
		return false;
	blake2b_init(&state);
	blake2b_update(&state, &head.format, DISK_SUMMED);
	blake2b_update(&state, way->ranges, len);
	blake2b_result(&state, sum);
	way->n = head.n;
	return !__builtin_memcmp(sum, head.checksum, sizeof(sum));
}

int cache_read_way(const char *dir, const struct cache_key *key, struct cache_way *way)
{
	uint64_t size;
	int fd = open_entry(dir, DISK_RANGES, key, &size);
	bool good;

	if (fd < 0)
		return fd;
	good = read_ranges(fd, key, size, way);
	sys_close(fd);
	return good ? 0 : -ENOENT;
}

/*
 * Reads a piece of the file. @left: how many bytes may still be read in all.
 */
static int trace_piece(struct scratch *scratch, const struct synth_source *source,
		       const struct cache_range *range, uint64_t *left)
{
	uint64_t at = range->at, end = range->at + range->len;
	int error;

	if (end < at || end > source->size || range->len > *left ||
	    cache_trace_begin(&scratch->trace, at, range->len))
		return -ENOENT;
	*left -= range->len;
	while (at < end) {
		size_t n = sizeof(scratch->bytes);

		if (n > end - at)
			n = end - at;
		error = source->read(source, scratch->bytes, n, at);
		if (error)
			return error;
		cache_trace_bytes(&scratch->trace, scratch->bytes, n);
		at += n;
	}
	return 0;
}

/*
 * Goes as far along the way as the file's bytes are those that were read then. Where they
 * are others, the file is another one, whose way goes on elsewhere.
 */
static int follow_way(struct scratch *scratch, const struct synth_source *source,
		      uint64_t *left, struct cache_key *key)
{
	for (uint32_t i = 0; i < scratch->way.n; i++) {
		const struct disk_range *next = &scratch->way.ranges[i];
		int error = trace_piece(scratch, source, &next->range, left);

		if (error)
			return error;
		cache_trace_key(&scratch->trace, key);
		if (!cache_key_equal(key, &next->after))
			break;
	}
	return 0;
}

/* Each round reads at least one of at most SYNTH_MAX_READS pieces. */
static int find_key(const char *dir, struct scratch *scratch,
		    const struct synth_source *source, struct cache_key *key)
{
	struct cache_range first = { .len = SYNTH_FIRST_READ };
	uint64_t left = SYNTH_MAX_BYTES;
	int error;

	if (first.len > source->size)
		first.len = source->size;
	cache_trace_init(&scratch->trace, source->size);
	error = trace_piece(scratch, source, &first, &left);
	if (error)
		return error;
	cache_trace_key(&scratch->trace, key);
	while (!cache_read_way(dir, key, &scratch->way)) {
		error = follow_way(scratch, source, &left, key);
		if (error)
			return error;
	}
	return 0;
}

int cache_find(const char *dir, const struct synth_source *source, struct cache_key *key,
	       struct cache_entry *entry)
{
	struct scratch *scratch = new_scratch();
	struct cache_key own;
	int error;

	if (!scratch)
		return -ENOMEM;
	error = find_key(dir, scratch, source, &own);
	if (!error)
		error = open_section(dir, &own, entry, scratch);
	if (!error && key)
		*key = own;
	free_scratch(scratch);
	return error;
}
