// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Listing the cache, and keeping it small: the files that were written longest ago go,
 * of both kinds alike. A section without its way, or a way without its section, is
 * not found, and made again.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "disk_dir.h"

/* No writer takes so long: it was killed. */
#define UNFINISHED_SECONDS	3600

struct list {
	struct cache_file *files;
	size_t n, room;
};

static bool is_key_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == CACHE_NAME_SIZE - 1 &&
	       !name[CACHE_NAME_SIZE - 1];
}

static int add_file(struct list *list, const char *name, bool is_section,
		    const struct stat *st)
{
	struct cache_file *file;

	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;

		file = reallocarray(list->files, room, sizeof(*file));
		if (!file)
			return -ENOMEM;
		list->files = file;
		list->room = room;
	}
	file = &list->files[list->n++];
	memcpy(file->name, name, CACHE_NAME_SIZE);
	file->is_section = is_section;
	/* An inode is not free, either. */
	file->bytes = st->st_blocks * 512ull + 512;
	file->written = st->st_mtim;
	return 0;
}

/* Files that are not ours to name are left alone. */
static int add_dir(struct list *list, int dir_fd, bool is_section, bool clean)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int error = 0;

	if (!dir) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (!error && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		struct stat st;

		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (is_key_name(name))
			error = add_file(list, name, is_section, &st);
		else if (clean && !strncmp(name, DISK_UNFINISHED, strlen(DISK_UNFINISHED)) &&
			 st.st_mtime + UNFINISHED_SECONDS < time(NULL))
			unlinkat(fd, name, 0);
	}
	closedir(dir);
	return error;
}

static int compare_age(const void *a, const void *b)
{
	const struct cache_file *x = a, *y = b;

	if (x->written.tv_sec != y->written.tv_sec)
		return x->written.tv_sec < y->written.tv_sec ? -1 : 1;
	if (x->written.tv_nsec != y->written.tv_nsec)
		return x->written.tv_nsec < y->written.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int list_files(const struct disk_dirs *dirs, struct list *list, bool clean)
{
	for (int kind = 0; kind < DISK_KIND_COUNT; kind++) {
		int error = add_dir(list, dirs->fds[kind], kind == DISK_KIND_SECTION, clean);

		if (error) {
			free(list->files);
			return error;
		}
	}
	if (list->n)
		qsort(list->files, list->n, sizeof(*list->files), compare_age);
	return 0;
}

int cache_list(const char *dir, struct cache_file **files, size_t *n)
{
	struct list list = { 0 };
	struct disk_dirs dirs;
	int error = disk_dirs_open(&dirs, dir, false);

	if (error)
		return error;
	error = list_files(&dirs, &list, false);
	disk_dirs_close(&dirs);
	*files = list.files;
	*n = list.n;
	return error;
}

/* Somebody else may remove the same files at the same time. */
static int remove_oldest(const struct disk_dirs *dirs, const struct list *list,
			 uint64_t too_much)
{
	int sections = 0;

	for (size_t i = 0; i < list->n && too_much; i++) {
		const struct cache_file *file = &list->files[i];
		int kind = file->is_section ? DISK_KIND_SECTION : DISK_KIND_RANGES;

		if (!unlinkat(dirs->fds[kind], file->name, 0))
			sections += file->is_section;
		too_much -= file->bytes < too_much ? file->bytes : too_much;
	}
	return sections;
}

/* An eighth more than necessary, so that the next writers need not. */
int cache_trim(const char *dir, uint64_t max_bytes)
{
	struct list list = { 0 };
	struct disk_dirs dirs;
	uint64_t bytes = 0;
	int error = disk_dirs_open(&dirs, dir, false), removed = 0;

	if (error)
		return error;
	error = list_files(&dirs, &list, true);
	if (!error) {
		for (size_t i = 0; i < list.n; i++)
			bytes += list.files[i].bytes;
		if (bytes > max_bytes)
			removed = remove_oldest(&dirs, &list,
						bytes - max_bytes + max_bytes / 8);
		free(list.files);
	}
	disk_dirs_close(&dirs);
	return error ? error : removed;
}
