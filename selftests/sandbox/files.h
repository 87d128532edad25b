/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files for the broker, in a directory of the test's own. Each is so old that its times are
 * taken at their word.
 */
#ifndef SELFTESTS_SANDBOX_FILES_H
#define SELFTESTS_SANDBOX_FILES_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"
#include "module.h"

#define WAIT_RACY	4

/* Open for reading. */
struct file {
	int fd;
	struct stat stat;
};

static char files_dir[32] = "/tmp/sfreg-binder-XXXXXX";

/* False: files there are not to be trusted. */
static inline bool files_begin(void)
{
	return mkdtemp(files_dir) && known_trusts(open(files_dir, O_RDONLY | O_CLOEXEC));
}

static inline int files_end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", files_dir);
	return !!system(command);
}

static inline int files_skip(void)
{
	files_end();
	puts("1..0 # SKIP the temporary directory's file system is not one to be trusted");
	return 4;
}

static inline struct file file_open(const char *path)
{
	struct file file = { .fd = open(path, O_RDONLY | O_CLOEXEC) };

	if (file.fd < 0 || fstat(file.fd, &file.stat)) {
		perror(path);
		exit(1);
	}
	time_passed += WAIT_RACY;
	return file;
}

static inline struct file file_copy(const char *name, const char *from)
{
	char path[256], command[1024];

	snprintf(path, sizeof(path), "%s/%s", files_dir, name);
	snprintf(command, sizeof(command), "cat '%s' > %s", from, path);
	if (system(command))
		exit(1);
	return file_open(path);
}

/* This program. */
static inline struct file file_copy_self(const char *name)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/%d/exe", getpid());
	return file_copy(name, self);
}

/* @size: with zeros behind that, if larger. */
static inline struct file file_write(const char *name, const void *bytes, size_t len, size_t size)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", files_dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len ||
	    (size > len && ftruncate(fd, size)) || close(fd)) {
		perror(path);
		exit(1);
	}
	return file_open(path);
}

#endif /* SELFTESTS_SANDBOX_FILES_H */
