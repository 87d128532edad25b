// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * /proc/PID/map_files has the mapped file itself, deleted or in whatever mount namespace;
 * who may not use it tries the names that there are, and checks what they lead to. A
 * file is looked at (O_PATH) before it is opened: opening a device or a FIFO does things.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "image.h"
#include "mapped.h"
#include "mounts.h"

#ifndef OVERLAYFS_SUPER_MAGIC
#define OVERLAYFS_SUPER_MAGIC	0x794c7630
#endif

int mapped_stat_fd(int fd, struct stat *file)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &st))
		return -errno;
	*file = (struct stat) {
		.st_dev = makedev(st.stx_dev_major, st.stx_dev_minor),
		.st_ino = st.stx_ino,
		.st_mode = st.stx_mode,
		.st_size = st.stx_size,
		.st_mtim = { st.stx_mtime.tv_sec, st.stx_mtime.tv_nsec },
		.st_ctim = { st.stx_ctime.tv_sec, st.stx_ctime.tv_nsec },
	};
	return 0;
}

/* On these, the device that fstat(2) tells is not the one that maps tells. */
static bool hides_device(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && (fs.f_type == OVERLAYFS_SUPER_MAGIC ||
				     fs.f_type == BTRFS_SUPER_MAGIC);
}

static bool is_the_file(int path_fd, const struct map *map)
{
	struct stat st;

	return !mapped_stat_fd(path_fd, &st) && st.st_ino == map->inode &&
	       (st.st_dev == map->dev || hides_device(path_fd));
}

/* From a descriptor that names a file to one that reads it. Closes the former. */
static int open_for_reading(int path_fd)
{
	char path[64];
	struct stat st;
	int fd;

	fd = mapped_stat_fd(path_fd, &st);
	if (!fd && !S_ISREG(st.st_mode))
		fd = -ENOEXEC;
	if (!fd) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	close(path_fd);
	return fd;
}

/* @path_fd: closed, or what openat(2) said. */
static int open_if_right(const struct process *process, int path_fd, const struct map *map)
{
	int error = -ENOENT;

	if (path_fd < 0)
		return -errno;
	if (!geteuid() && mounts_of_user(process, path_fd, map->dev))
		error = -EOPNOTSUPP;
	else if (is_the_file(path_fd, map))
		return open_for_reading(path_fd);
	close(path_fd);
	return error;
}

/*
 * Needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN. Another file may be mapped there by now, and the
 * first one again when this one's window is placed: so this, too, is checked.
 */
static int open_by_address(const struct process *process, const struct map *map)
{
	char name[80];

	snprintf(name, sizeof(name), "map_files/%llx-%llx", (unsigned long long)map->start,
		 (unsigned long long)map->vma_end);
	return open_if_right(process, openat(process->dir, name, O_PATH | O_CLOEXEC), map);
}

/* A name for the path, as one sees it whose root is @root. */
static int find_below(int root, const struct map *map)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	/* Root goes by what the kernel knows already, and nobody is asked on the way. */
	if (!geteuid())
		how.resolve |= RESOLVE_CACHED;
	return syscall(SYS_openat2, root, map->path, &how, sizeof(how));
}

static int our_root(void)
{
	static int root = -1;

	if (root < 0)
		root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root;
}

/* The names: the program's, the one in its file system, the one in ours (a chroot's). */
static int open_by_name(const struct process *process, const struct map *map)
{
	int fd;

	fd = open_if_right(process, openat(process->dir, "exe", O_PATH | O_CLOEXEC), map);
	if (fd < 0)
		fd = open_if_right(process, find_below(process->root, map), map);
	if (fd < 0)
		fd = open_if_right(process, find_below(our_root(), map), map);
	return fd;
}

/* Neither another name helps, nor the memory. */
static bool is_final(int error)
{
	switch (error) {
	case -ENOEXEC:
	case -EOPNOTSUPP:
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return true;
	default:
		return false;
	}
}

static int open_file(const struct process *process, const struct map *map)
{
	int fd = open_by_address(process, map);

	if (fd >= 0 || is_final(fd))
		return fd;
	/* No right to that directory, or to the file; or the mapping has changed. */
	return open_by_name(process, map);
}

int mapped_stat(const struct process *process, const struct map *map, struct stat *file)
{
	const int roots[] = { process->root, our_root() };
	int error = -ENOENT;

	if (map->kind != MAP_KIND_FILE || map->deleted)
		return -ENOENT;
	for (size_t i = 0; error && i < sizeof(roots) / sizeof(*roots); i++) {
		int fd = find_below(roots[i], map);

		if (fd < 0)
			continue;
		error = mapped_stat_fd(fd, file);
		if (!error && (file->st_ino != map->inode || file->st_dev != map->dev))
			error = -ENOENT;
		close(fd);
	}
	return error;
}

int mapped_open(const struct process *process, const struct map *map)
{
	int fd;

	if (map->kind == MAP_KIND_VDSO)
		return image_of_vdso(process, map);
	if (map->kind != MAP_KIND_FILE)
		return -ENOEXEC;
	fd = open_file(process, map);
	if (fd >= 0 || is_final(fd))
		return fd;
	return image_of_file(process, map);
}

bool mapped_is_elf(int fd)
{
	char magic[SELFMAG];

	return pread(fd, magic, SELFMAG, 0) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG);
}
