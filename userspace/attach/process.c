// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The descriptors of a process are opened one after the other, and each is bound to the
 * memory that the process had at that moment. When it is known to run the same program
 * before the first and after the last, they are all of one memory. Without that, windows of a
 * new program could go to the memory of an old one: that of a vfork's parent, which lives
 * on when the child executes a program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sfreg.h>

#include "maps.h"
#include "process.h"

/*
 * Empty: a kernel thread, or a process that has ended. Zeroes: one whose new program is being
 * mapped. An error: of the right to trace it, or that it is gone.
 */
static int read_auxv(int dir, uint64_t auxv[PROCESS_AUXV_WORDS])
{
	int fd = openat(dir, "auxv", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	memset(auxv, 0, PROCESS_AUXV_WORDS * sizeof(*auxv));
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	len = read(fd, auxv, PROCESS_AUXV_WORDS * sizeof(*auxv));
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	if (!len)
		return -ESRCH;
	return auxv[0] ? 0 : -EAGAIN;
}

static int open_dir(pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return fd;
}

/* The right to trace is asked for by the first of these. */
static int open_all(struct process *process)
{
	int error;

	process->dir = open_dir(process->pid);
	if (process->dir < 0)
		return process->dir;
	error = read_auxv(process->dir, process->auxv);
	if (error)
		return error;
	process->mem = sfreg_target_open(process->pid);
	if (process->mem < 0)
		return process->mem;
	process->maps = maps_open(process->pid);
	if (process->maps < 0)
		return process->maps;
	process->root = openat(process->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return process_check(process);
}

int process_open(pid_t pid, struct process *process)
{
	int error;

	*process = (struct process) { .pid = pid, .dir = -1, .mem = -1, .maps = -1,
						     .root = -1 };
	error = open_all(process);
	if (error)
		process_close(process);
	return error;
}

void process_close(struct process *process)
{
	if (process->root >= 0)
		close(process->root);
	if (process->maps >= 0)
		close(process->maps);
	if (process->mem >= 0)
		close(process->mem);
	if (process->dir >= 0)
		close(process->dir);
	process->root = -1;
	process->maps = -1;
	process->mem = -1;
	process->dir = -1;
}

int process_check(const struct process *process)
{
	uint64_t now[PROCESS_AUXV_WORDS];
	int error = read_auxv(process->dir, now);

	if (error)
		return error;
	return memcmp(now, process->auxv, sizeof(now)) ? -EAGAIN : 0;
}

uint64_t process_files_size(pid_t pid)
{
	unsigned long long size = 0, data = 0;
	char path[32], text[128] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	/* Size, resident, shared, text, 0, data and stack. */
	if (read(fd, text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "%llu %*u %*u %*u %*u %llu", &size, &data) != 2 || data > size)
		size = data;
	close(fd);
	return size - data;
}
