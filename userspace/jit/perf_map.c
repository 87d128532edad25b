// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Anybody may write to /tmp: the file is only taken if it is the user's own and no link,
 * since addresses are told in it. Lines are appended with one system call each, so that
 * several windows, and others in the process, can share it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "../lib/digits.h"
#include "../lib/syscall.h"
#include "perf_map.h"

#define MAX_NAME	400

static int own_pid(void)
{
	return sys_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

static bool is_own_file(int fd)
{
	struct stat st;

	return !sys_call(__NR_fstat, fd, (long)&st, 0, 0, 0, 0) && S_ISREG(st.st_mode) &&
	       st.st_uid == (uid_t)sys_call(__NR_geteuid, 0, 0, 0, 0, 0, 0);
}

/* O_NONBLOCK: it may be a FIFO. */
void sfreg_jit_perf_map_open(struct jit_perf_map *map)
{
	char path[sizeof("/tmp/perf-2147483647.map")], *end = path;

	map->pid = own_pid();
	end = digits_put_text(end, "/tmp/perf-");
	end = digits_put(end, map->pid, 10);
	*digits_put_text(end, ".map") = 0;
	map->fd = sys_call(__NR_openat, AT_FDCWD, (long)path,
			   O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
			   O_NOCTTY, 0644, 0, 0);
	if (map->fd >= 0 && !is_own_file(map->fd)) {
		sys_close(map->fd);
		map->fd = -1;
	}
}

void sfreg_jit_perf_map_close(const struct jit_perf_map *map)
{
	if (map->fd >= 0)
		sys_close(map->fd);
}

/* A line is a line: what would end it, or is no text, becomes a question mark. */
static char *put_name(char *to, const char *name)
{
	char *end = to + MAX_NAME;

	for (; *name && to < end; name++)
		*to++ = (unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name;
	return to;
}

void sfreg_jit_perf_map_add(const struct jit_perf_map *map, uintptr_t start, uint32_t size,
			    const char *name)
{
	char line[MAX_NAME + 32], *end = line;

	if (map->fd < 0 || own_pid() != map->pid)
		return;
	end = digits_put(end, start, 16);
	*end++ = ' ';
	end = digits_put(end, size, 16);
	*end++ = ' ';
	end = put_name(end, name);
	*end++ = '\n';
	sys_call(__NR_write, map->fd, (long)line, end - line, 0, 0, 0);
}
