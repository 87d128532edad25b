// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Takes away what outsiders placed; what a process registered itself is its own.
 */
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "process.h"
#include "windows.h"

/* Return: number of windows removed, or -errno. Keys that are gone meanwhile fall out. */
static int remove_keys(int mem_fd, __u64 *keys, uint32_t n)
{
	uint32_t failed;
	int error;

	while (n) {
		error = sfreg_remove(mem_fd, keys, n, &failed);
		if (!error)
			return n;
		if (failed >= n)
			return error;
		n--;
		memmove(&keys[failed], &keys[failed + 1], (n - failed) * sizeof(*keys));
	}
	return 0;
}

static int remove_all(int mem_fd, const struct windows *windows)
{
	__u64 keys[SFREG_PLACE_MAX];
	int removed = 0, got;
	uint32_t n = 0;

	for (size_t i = 0; i < windows->n; i++) {
		if (windows->entries[i].flags & SFREG_LIST_OUTSIDER)
			keys[n++] = windows->entries[i].text_start;
		if (n < SFREG_PLACE_MAX && i + 1 < windows->n)
			continue;
		got = remove_keys(mem_fd, keys, n);
		if (got < 0)
			return got;
		removed += got;
		n = 0;
	}
	return removed;
}

int attach_remove(pid_t pid)
{
	struct process process;
	struct windows windows;
	int ret;

	ret = process_open(pid, &process);
	if (ret)
		return ret;
	ret = windows_list(process.mem, &windows);
	if (!ret) {
		ret = remove_all(process.mem, &windows);
		windows_free(&windows);
	}
	process_close(&process);
	return ret == -ESRCH ? -EAGAIN : ret;
}
