// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Sections that were made of an object's .eh_frame before: the user's cache first, then the
 * machine's, unless the user names one. The file is hashed, so that what is found is of those
 * very bytes, and that the file is the one that is mapped is seen as for its section headers.
 */
#include <sys/mman.h>

#include "../cache/cache.h"
#include "cached.h"
#include "process.h"
#include "syscall.h"

struct file {
	struct synth_source source;
	int fd;
};

static int read_file(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	const struct file *file = (const struct file *)source;
	long got = sys_call(__NR_pread64, file->fd, (long)to, len, at, 0, 0);

	return got == (long)len ? 0 : -EIO;
}

static bool find_entry(int fd, struct cache_entry *entry)
{
	long size = sys_call(__NR_lseek, fd, 0, SEEK_END, 0, 0, 0);
	struct file file = {
		.source = { .size = size, .read = read_file },
		.fd = fd,
	};

	if (size <= 0)
		return false;
	if (*sfreg_process.user_cache &&
	    !cache_find(sfreg_process.user_cache, &file.source, NULL, entry))
		return true;
	return !sfreg_process.only_user_cache &&
	       !cache_find(CACHE_SYSTEM, &file.source, NULL, entry);
}

/*
 * Only the kernel reads what is mapped here; so if the file is cut short meanwhile, the
 * registration fails, and nobody gets a signal.
 */
static bool map_entry(struct cached *cached, const struct cache_entry *entry)
{
	long map;

	cached->map_len = entry->at + entry->len;
	map = sys_call(__NR_mmap, 0, cached->map_len, PROT_READ, MAP_PRIVATE, entry->fd, 0);
	if (map < 0 && map >= -4095)
		return false;
	cached->map = map;
	return true;
}

bool sfreg_cached_find(struct cached *cached, struct object *object,
		       const struct object_hint *hint)
{
	struct cache_entry entry;
	bool found = false;
	int fd;

	if (!object->n_phdrs)
		return false;
	fd = sfreg_file_open(object, hint);
	if (fd < 0)
		return false;
	if (find_entry(fd, &entry)) {
		found = entry.len && map_entry(cached, &entry);
		sys_close(entry.fd);
	}
	sys_close(fd);
	if (!found)
		return false;
	object->sframe = cached->map + entry.at;
	object->sframe_len = entry.len;
	object->sframe_base = object->base + entry.base;
	return true;
}

void sfreg_cached_end(const struct cached *cached)
{
	sys_call(__NR_munmap, cached->map, cached->map_len, 0, 0, 0, 0);
}
