// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A mount is looked up by its number in mountinfo: in ours first, then in the process's, then in
 * init's: in a chroot nobody sees the mount that the chroot is a directory of. The file system
 * itself is not asked. A line is
 *
 *	36 35 0:42 / /mnt rw,relatime shared:1 - fuse.sshfs user@host rw
 *
 * with the number first, the device third, the type behind the " - ". The open descriptor
 * holds the mount, so that its number cannot become another's meanwhile. What stands in our own
 * file is kept until poll(2) says that it has changed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mounts.h"

enum kind { NOT_FOUND, KERNEL, OVERLAY, USER };

struct mount {
	unsigned int id;
	dev_t dev;
	enum kind kind;
};

struct table {
	struct mount *mounts;
	size_t n, room;
};

static enum kind kind_of(const char *type)
{
	if (!strncmp(type, "fuse", 4))
		return USER;
	return strncmp(type, "overlay ", 8) ? KERNEL : OVERLAY;
}

static bool parse(const char *line, struct mount *mount)
{
	const char *type = strstr(line, " - ");
	unsigned int major, minor;

	if (!type || sscanf(line, "%u %*u %u:%u ", &mount->id, &major, &minor) != 3)
		return false;
	mount->dev = makedev(major, minor);
	mount->kind = kind_of(type + strlen(" - "));
	return true;
}

static void add(struct table *table, const struct mount *mount)
{
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct mount *grown = realloc(table->mounts, room * sizeof(*grown));

		if (!grown)
			return;
		table->mounts = grown;
		table->room = room;
	}
	table->mounts[table->n++] = *mount;
}

static void read_table(FILE *file, struct table *table)
{
	struct mount mount;
	char *line = NULL;
	size_t room = 0;

	table->n = 0;
	while (getline(&line, &room, file) >= 0)
		if (parse(line, &mount))
			add(table, &mount);
	free(line);
}

/* The file is polled for what has changed since it was polled last, or opened. */
static const struct table *own_table(void)
{
	static struct table own;
	static FILE *file;
	struct pollfd changed = { .events = POLLPRI };

	if (!file) {
		file = fopen("/proc/self/mountinfo", "re");
		if (!file)
			return &own;
		read_table(file, &own);
	}
	changed.fd = fileno(file);
	if (poll(&changed, 1, 0)) {
		rewind(file);
		read_table(file, &own);
	}
	return &own;
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

static enum kind ask_device(const struct table *table, dev_t dev)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->mounts[i].dev == dev)
			return table->mounts[i].kind;
	return major(dev) ? KERNEL : NOT_FOUND;
}

/* @dev is, of a file on an overlay, the device of the layer that has it. */
static enum kind ask(const struct table *table, unsigned int id, dev_t dev)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct mount *mount = &table->mounts[i];

		if (mount->id != id)
			continue;
		return mount->kind == OVERLAY ? ask_device(table, dev) : mount->kind;
	}
	return NOT_FOUND;
}

/* @fd, a mountinfo, is closed. */
static enum kind ask_others(int fd, unsigned int id, dev_t dev)
{
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct table others = { 0 };
	enum kind kind;

	if (file) {
		read_table(file, &others);
		fclose(file);
	} else if (fd >= 0) {
		close(fd);
	}
	kind = ask(&others, id, dev);
	free(others.mounts);
	return kind;
}

bool mounts_of_user(const struct process *process, int path_fd, dev_t dev)
{
	enum kind kind;
	struct statx st;

	if (statx(path_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) ||
	    !(st.stx_mask & STATX_MNT_ID))
		return true;
	if (is_memory(makedev(st.stx_dev_major, st.stx_dev_minor)))
		return false;
	kind = ask(own_table(), st.stx_mnt_id, dev);
	if (kind == NOT_FOUND)
		kind = ask_others(openat(process->dir, "mountinfo", O_RDONLY | O_CLOEXEC),
				  st.stx_mnt_id, dev);
	if (kind == NOT_FOUND)
		kind = ask_others(open("/proc/1/mountinfo", O_RDONLY | O_CLOEXEC),
				  st.stx_mnt_id, dev);
	return kind != KERNEL;
}
