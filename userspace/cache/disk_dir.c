// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The cache's directories: which one, and whether it is safe to write to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "disk_dir.h"

/*
 * Names cannot be listed by others: who wants to look for a section has to know the bytes
 * that it was made of, else the cache would tell who ran what.
 */
static const struct {
	const char *name;
	mode_t mode;
} subdirs[] = {
	[DISK_KIND_RANGES] = { DISK_RANGES, 0711 },
	[DISK_KIND_SECTION] = { DISK_SECTIONS, 0711 },
};

static int check_trust(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & 022))
		return -EPERM;
	return 0;
}

/* @make: its mode if it is not there; 0: then it is an error */
static int open_dir(int at, const char *path, mode_t make)
{
	bool made = make && !mkdirat(at, path, make);
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = check_trust(fd);
	/* The umask may have taken rights away. */
	if (!error && made && fchmod(fd, make))
		error = -errno;
	if (!error)
		return fd;
	close(fd);
	return error;
}

int disk_dirs_open(struct disk_dirs *dirs, const char *path, bool make)
{
	int top = open_dir(AT_FDCWD, path, make ? 0755 : 0);
	int n, fd = top;

	if (top < 0)
		return top;
	for (n = 0; n < DISK_KIND_COUNT; n++) {
		fd = open_dir(top, subdirs[n].name, make ? subdirs[n].mode : 0);
		if (fd < 0)
			break;
		dirs->fds[n] = fd;
	}
	close(top);
	if (n == DISK_KIND_COUNT)
		return 0;
	while (n--)
		close(dirs->fds[n]);
	return fd;
}

void disk_dirs_close(struct disk_dirs *dirs)
{
	for (int i = 0; i < DISK_KIND_COUNT; i++)
		close(dirs->fds[i]);
}

int cache_prepare(const char *dir)
{
	struct disk_dirs dirs;
	int error = disk_dirs_open(&dirs, dir, true);

	if (error)
		return error;
	for (int i = 0; i < DISK_KIND_COUNT; i++)
		if (faccessat(dirs.fds[i], ".", W_OK | X_OK, AT_EACCESS))
			error = -errno;
	disk_dirs_close(&dirs);
	return error;
}

/* Made if it is not there, and ours to write? */
static bool is_ours(const char *path)
{
	int fd = open_dir(AT_FDCWD, path, 0755);

	if (fd < 0)
		return false;
	close(fd);
	return !faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS);
}

/* An absolute path from the environment; setuid programs see none. */
static const char *path_from(const char *variable)
{
	const char *path = secure_getenv(variable);

	return path && *path == '/' ? path : NULL;
}

/* ~/.cache is made as other programs make it. */
static char *user_dir(void)
{
	const char *cache = path_from("XDG_CACHE_HOME"), *home = path_from("HOME");
	char *path;

	if (!cache && !home)
		return NULL;
	if (asprintf(&path, "%s%s", cache ? cache : home, cache ? "" : "/.cache") < 0)
		return NULL;
	mkdir(path, 0700);
	free(path);
	if (asprintf(&path, "%s%s/sfreg", cache ? cache : home, cache ? "" : "/.cache") < 0)
		return NULL;
	return path;
}

bool cache_is_named(void)
{
	return path_from("SFREG_CACHE");
}

char *cache_dir(void)
{
	if (cache_is_named())
		return strdup(path_from("SFREG_CACHE"));
	if (is_ours(CACHE_SYSTEM))
		return strdup(CACHE_SYSTEM);
	return user_dir();
}
