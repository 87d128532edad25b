// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Putting a section into the cache. Each file is written under a name of its own, in the
 * same directory, and renamed: whoever reads meanwhile has the old file or the new one,
 * and of two writers at once one is the later. Whatever lay there under the final
 * name, a link or a FIFO, is replaced without being opened.
 *
 * The section comes first, then the way to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "disk.h"
#include "disk_dir.h"

/* What a file is made of: the head, and what follows. */
struct content {
	struct disk_head head;
	const void *items;
	size_t items_len;
	const void *bytes;
};

static void add_checksum(struct content *content)
{
	struct blake2b state;

	content->head.format = DISK_FORMAT;
	blake2b_init(&state);
	blake2b_update(&state, &content->head.format, DISK_SUMMED);
	blake2b_update(&state, content->items, content->items_len);
	blake2b_update(&state, content->bytes, content->head.len);
	blake2b_result(&state, content->head.checksum);
}

static int write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		len -= n;
	}
	return 0;
}

static int write_content(int fd, const struct content *content)
{
	int error = write_all(fd, &content->head, sizeof(content->head));

	if (!error)
		error = write_all(fd, content->items, content->items_len);
	if (!error)
		error = write_all(fd, content->bytes, content->head.len);
	/* The umask may have taken rights away; and the data come before the name. */
	if (!error && (fchmod(fd, 0644) || fsync(fd)))
		error = -errno;
	return error;
}

/* A new file in @dir. @name: its name, no one else's */
static int new_file(int dir, char name[NAME_MAX])
{
	unsigned long number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	snprintf(name, NAME_MAX, DISK_UNFINISHED "%016lx", number);
	return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

static int store_file(const struct disk_dirs *dirs, enum disk_kind kind,
		      struct content *content)
{
	char unfinished[NAME_MAX], name[CACHE_NAME_SIZE];
	int dir = dirs->fds[kind], error, fd;

	add_checksum(content);
	fd = new_file(dir, unfinished);
	if (fd < 0)
		return -errno;
	error = write_content(fd, content);
	if (close(fd) && !error)
		error = -errno;
	cache_key_name(&content->head.key, name);
	if (!error && renameat(dir, unfinished, dir, name))
		error = -errno;
	if (error)
		unlinkat(dir, unfinished, 0);
	return error;
}

static int store_section(const struct disk_dirs *dirs, const struct cache_key *key,
			 const struct synth_section *section)
{
	struct content content = {
		.head = {
			.magic = DISK_MAGIC_SECTION,
			.n = section->n_text,
			.key = *key,
			.base = section->base,
			.jit_descriptor = section->jit_descriptor,
			.len = section->len,
		},
		.items = section->text,
		.items_len = section->n_text * sizeof(*section->text),
		.bytes = section->bytes,
	};

	return store_file(dirs, DISK_KIND_SECTION, &content);
}

/* The way from behind piece @from on to the last. */
static int store_way(const struct disk_dirs *dirs, const struct cache_trace *trace,
		     uint32_t from)
{
	struct disk_range ranges[SYNTH_MAX_READS];
	uint32_t n = trace->n_ranges - 1 - from;
	struct content content = {
		.head = {
			.magic = DISK_MAGIC_RANGES,
			.n = n,
			.key = trace->after[from],
		},
		.items = ranges,
		.items_len = n * sizeof(*ranges),
	};

	for (uint32_t i = 0; i < n; i++) {
		ranges[i].range = trace->ranges[from + 1 + i];
		ranges[i].after = trace->after[from + 1 + i];
	}
	return store_file(dirs, DISK_KIND_RANGES, &content);
}

static bool same_range(const struct disk_range *range, const struct cache_range *other)
{
	return range->range.at == other->at && range->range.len == other->len;
}

/*
 * How many pieces behind @from the way leads along. Where it leads to other pieces, it is
 * wrong, for the maker would have read them this time, too: 0.
 */
static uint32_t way_leads(const struct cache_way *way, const struct cache_trace *trace,
			  uint32_t from)
{
	uint32_t n = 0;

	while (n < way->n && from + n + 1 < trace->n_ranges) {
		if (!same_range(&way->ranges[n], &trace->ranges[from + n + 1]))
			return 0;
		n++;
		if (!cache_key_equal(&way->ranges[n - 1].after, &trace->after[from + n]))
			break;
	}
	return n;
}

/*
 * Goes along the ways that are there, as a lookup does, and writes what is lacking from
 * there on. A way that is still used counts as new.
 */
static int store_ways(const struct disk_dirs *dirs, const char *dir,
		      const struct cache_trace *trace)
{
	uint32_t from = 0;

	while (from + 1 < trace->n_ranges) {
		char name[CACHE_NAME_SIZE];
		struct cache_way way;
		uint32_t n = 0;

		if (!cache_read_way(dir, &trace->after[from], &way))
			n = way_leads(&way, trace, from);
		if (!n)
			return store_way(dirs, trace, from);
		cache_key_name(&trace->after[from], name);
		utimensat(dirs->fds[DISK_KIND_RANGES], name, NULL, AT_SYMLINK_NOFOLLOW);
		from += n;
	}
	return 0;
}

/* Else no lookup would ever find it. */
static bool is_complete(const struct cache_trace *trace)
{
	uint64_t first = trace->size < SYNTH_FIRST_READ ? trace->size : SYNTH_FIRST_READ;

	return trace->n_ranges && !trace->missing && !trace->ranges[0].at &&
	       trace->ranges[0].len == first;
}

int cache_store(const char *dir, const struct cache_trace *trace,
		const struct synth_section *section)
{
	struct disk_dirs dirs;
	struct cache_key key;
	int error;

	if (!is_complete(trace) || section->n_text > SYNTH_MAX_SEGMENTS)
		return -EINVAL;
	if (section->len > DISK_MAX_SECTION)
		return -EFBIG;
	error = disk_dirs_open(&dirs, dir, true);
	if (error)
		return error;
	cache_trace_key(trace, &key);
	error = store_section(&dirs, &key, section);
	if (!error)
		error = store_ways(&dirs, dir, trace);
	disk_dirs_close(&dirs);
	if (!error)
		cache_trim(dir, CACHE_MAX_BYTES);
	return error;
}
