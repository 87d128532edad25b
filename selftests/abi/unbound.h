/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A binder, and the names of the files that it is handed, in their order.
 */
#ifndef UNBOUND_H
#define UNBOUND_H

#include "bind.h"
#include <libgen.h>
#include <limits.h>

/* As struct sfreg_unbound says: a descriptor, or -errno. */
static inline int unbound_next_on(int binder, uint32_t *fs_type)
{
	struct sfreg_unbound what = { .size = sizeof(what), .fs_type = -1 };
	int ret = sft_ioctl(binder, SFREG_IOC_UNBOUND, &what);

	*fs_type = what.fs_type;
	return ret;
}

static inline int unbound_next(int binder)
{
	uint32_t fs_type;

	return unbound_next_on(binder, &fs_type);
}

/* The next one of the same file system as this directory. Others are the guest's own. */
static inline int unbound_next_here(int binder)
{
	struct stat here, there;
	int fd;

	if (stat(".", &here))
		abort();
	for (;;) {
		fd = unbound_next(binder);
		if (fd < 0 || (!fstat(fd, &there) && there.st_dev == here.st_dev))
			return fd;
		close(fd);
	}
}

/* "a", or "a (deleted)". Static storage. */
static inline const char *name_of(int fd)
{
	static char target[PATH_MAX];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return "?";
	target[n] = '\0';
	return basename(target);
}

/* All that there is, by @next: "a b c". Whatever ends it but that there is no more: a number. */
static inline const char *unbound_names(int binder, int (*next)(int))
{
	static char names[8192];
	size_t n = 0;
	int fd;

	names[0] = '\0';
	while ((fd = next(binder)) >= 0 && n < sizeof(names) - 256) {
		n += snprintf(names + n, sizeof(names) - n, "%s%s", n ? " " : "", name_of(fd));
		close(fd);
	}
	if (fd != -ENODATA)
		snprintf(names + n, sizeof(names) - n, " %d", fd);
	return names;
}

/* Of this directory's files, the binder is handed these, and no others. */
#define EXPECT_HANDED(names, binder) \
	EXPECT_STREQ(names, unbound_names(binder, unbound_next_here))

/* For which files are kept from now on. */
static inline int unbound_open(void)
{
	int binder = sft_open();

	unbound_names(binder, unbound_next);
	return binder;
}

static inline void file_map_and_unmap(int fd)
{
	munmap(file_map_all(fd), FILE_BYTES);
}

#endif /* UNBOUND_H */
