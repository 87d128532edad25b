// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Looked up by device number in mountinfo, that of the process first and then ours; no
 * file is touched. A line is
 *
 *	36 35 0:42 / /mnt rw,relatime shared:1 - fuse.sshfs user@host rw
 *
 * With the type behind the " - ". Only devices of major number 0 have to be looked up.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mounts.h"

enum answer { NOT_FOUND, KERNEL, USER };

static enum answer ask_line(const char *line, dev_t dev)
{
	const char *type = strstr(line, " - ");
	unsigned int major, minor;

	if (sscanf(line, "%*u %*u %u:%u ", &major, &minor) != 2 || !type ||
	    makedev(major, minor) != dev)
		return NOT_FOUND;
	type += strlen(" - ");
	return !strncmp(type, "fuse", 4) ? USER : KERNEL;
}

static enum answer ask(int fd, dev_t dev)
{
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	enum answer answer = NOT_FOUND;
	char *line = NULL;
	size_t room = 0;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return NOT_FOUND;
	}
	while (answer == NOT_FOUND && getline(&line, &room, file) >= 0)
		answer = ask_line(line, dev);
	free(line);
	fclose(file);
	return answer;
}

/* memfds and shared anonymous memory are on a mount of the kernel's own. */
static bool is_memory(dev_t dev)
{
	static dev_t memory;
	struct stat st;
	int fd;

	if (!memory) {
		fd = memfd_create("sfreg", MFD_CLOEXEC);
		if (fd < 0)
			return false;
		if (!fstat(fd, &st))
			memory = st.st_dev;
		close(fd);
	}
	return dev == memory;
}

bool mounts_of_user(const struct process *process, dev_t dev)
{
	enum answer answer;

	if (major(dev) || is_memory(dev))
		return false;
	answer = ask(openat(process->dir, "mountinfo", O_RDONLY | O_CLOEXEC), dev);
	if (answer == NOT_FOUND)
		answer = ask(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), dev);
	return answer != KERNEL;
}
