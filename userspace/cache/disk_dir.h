/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The cache's directories, for those who write to them.
 */
#ifndef SFREG_CACHE_DISK_DIR_H
#define SFREG_CACHE_DISK_DIR_H

#include <stdbool.h>

/* What files are called until they are complete; followed by a random number. */
#define DISK_UNFINISHED	".new-"

enum disk_kind {
	DISK_KIND_RANGES,
	DISK_KIND_SECTION,
	DISK_KIND_COUNT
};

struct disk_dirs {
	int fds[DISK_KIND_COUNT];
};

/**
 * disk_dirs_open() - open the directories
 * @dirs: filled in; close with disk_dirs_close()
 * @path: the cache's directory
 * @make: make what is not there
 *
 * Return: 0; -EPERM: one of them belongs to somebody else than root or the caller, or
 * others may write to it; -ENOTDIR: it is a link, or no directory; or what
 * mkdir(2) and open(2) say.
 */
int disk_dirs_open(struct disk_dirs *dirs, const char *path, bool make);
void disk_dirs_close(struct disk_dirs *dirs);

#endif /* SFREG_CACHE_DISK_DIR_H */
