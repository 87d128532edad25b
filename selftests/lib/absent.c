// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library on a machine without the module: -ENOSYS from every call, errno
 * left alone, no descriptor left behind, outputs untouched. Exit 4 if there is a
 * module: then nothing of this can be shown.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sfreg.h>

#include "tap.h"

#define MARK	0x5a5a

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void every_call(void)
{
	static const char bytes[28];
	struct sfreg_window window = { .size = sizeof(window), .mem_fd = -1 };
	struct sfreg_place_entry entry = { .section_fd = -1 };
	struct sfreg_bind bind = { .size = sizeof(bind), .file_fd = 1, .section_fd = -1 };
	struct sfreg_info info = { .size = sizeof(info) };
	struct sfreg_frame frame;
	unsigned int failed = MARK, stop = MARK, fs_type = MARK;
	__u64 key = 1, total = MARK;

	tap_equal(sfreg_probe(), -ENOSYS, "probe");
	tap_equal(sfreg_register(bytes, 1, bytes, 28), -ENOSYS, "register");
	tap_equal(sfreg_replace(bytes, 1, bytes, 28), -ENOSYS, "replace");
	tap_equal(sfreg_unregister(bytes), -ENOSYS, "unregister");
	tap_equal(sfreg_register_window(&window), -ENOSYS, "register_window");
	tap_equal(sfreg_section_create(bytes, 28), -ENOSYS, "section_create");
	tap_equal(sfreg_place(-1, &entry, 1, &failed), -ENOSYS, "place");
	tap_equal(failed, 1, "place's failed is the count: no entry is to blame");
	tap_equal(sfreg_place(-1, &entry, 1, NULL), -ENOSYS, "place, failed is NULL");
	tap_equal(sfreg_remove(-1, &key, 1, &failed), -ENOSYS, "remove");
	tap_equal(sfreg_remove(-1, &key, 1, NULL), -ENOSYS, "remove, failed is NULL");
	tap_equal(sfreg_list(-1, 0, NULL, 0, &total), -ENOSYS, "list");
	tap_equal(total, MARK, "list's total is untouched");
	tap_equal(sfreg_info(&info), -ENOSYS, "info");
	tap_equal(sfreg_binder_open(), -ENOSYS, "binder_open");
	tap_equal(sfreg_bind(-1, &bind), -EBADF, "bind, on nothing");
	tap_equal(sfreg_bind(1, &bind), -EOPNOTSUPP, "bind, on no binder");
	tap_equal(sfreg_next_unbound(-1, &fs_type), -EBADF, "next_unbound, of nothing");
	tap_equal(sfreg_next_unbound(1, NULL), -EOPNOTSUPP, "next_unbound, of no binder");
	tap_equal(fs_type, MARK, "next_unbound's type is untouched");
	tap_equal(sfreg_backtrace(&frame, 1, &stop), -ENOSYS, "backtrace");
	tap_equal(stop, MARK, "backtrace's stop is untouched");
}

/* The names are those of the counters, which the issue fixes. */
static void stop_names(void)
{
	static const char *const names[SFREG_STOP_COUNT] = {
		"none", "outermost", "no_window", "no_rule", "bad_cfa", "no_progress",
		"unreadable", "bad_ra", "frame_limit", "switch_limit", "unknown_reg",
		"unsteady",
	};

	for (unsigned int i = 0; i < SFREG_STOP_COUNT; i++)
		tap_ok(!strcmp(sfreg_stop_name(i), names[i]), "stop name %s", names[i]);
	tap_ok(!strcmp(sfreg_stop_name(SFREG_STOP_COUNT), "unknown"), "unknown stop");
	tap_ok(!strcmp(sfreg_stop_name(~0U), "unknown"), "unknown stop, all ones");
}

/* The descriptor must be of that very process: its memory tells. */
static void target(void)
{
	volatile uint64_t mine = 0x1122334455667788, seen = 0;
	int fd = sfreg_target_open(getpid());

	tap_ok(fd >= 0, "target_open: own process");
	tap_ok(fcntl(fd, F_GETFD) == FD_CLOEXEC, "target_open: close-on-exec");
	tap_ok(pread(fd, (void *)&seen, sizeof(seen), (uintptr_t)&mine) == sizeof(seen) &&
	       seen == mine, "target_open: it is this process's memory");
	close(fd);
	tap_equal(sfreg_target_open(0), -ESRCH, "target_open: 0");
	tap_equal(sfreg_target_open(-1), -ESRCH, "target_open: -1");
	tap_equal(sfreg_target_open(0x7fffffff), -ESRCH, "target_open: no such process");
}

int main(void)
{
	int before;

	if (!access(SFREG_DEVICE, F_OK) || sfreg_probe() != -ENOSYS) {
		puts("1..0 # SKIP the module is loaded");
		return 4;
	}
	before = open_descriptors();
	errno = MARK;
	every_call();
	tap_equal(errno, MARK, "errno is left alone");
	tap_equal(open_descriptors(), before, "descriptors before and after");
	stop_names();
	target();
	tap_equal(open_descriptors(), before, "descriptors at the end");
	return tap_end();
}
