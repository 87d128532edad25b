// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Questions: what is registered, what is allowed, what the kernel sees.
 */
#include <limits.h>
#include <stdint.h>

#include "digits.h"
#include "door.h"

int sfreg_list(int mem_fd, __u64 from, struct sfreg_list_entry *entries,
	       unsigned int count, __u64 *total)
{
	struct sfreg_list list = {
		.size = sizeof(list),
		.from = from,
		.entries = (uintptr_t)entries,
		.count = count < INT_MAX ? count : INT_MAX,
		.mem_fd = mem_fd,
	};
	int ret = door_call(SFREG_IOC_LIST, &list);

	if (ret < 0)
		return ret;
	if (total)
		*total = list.total;
	return list.count;
}

int sfreg_info(struct sfreg_info *info)
{
	return door_call(SFREG_IOC_INFO, info);
}

/*
 * The system call is inlined here, and this file is compiled with frame
 * pointers: so the library is one frame, which the walk leaves towards the
 * caller whether or not the library's text is registered.
 */
int sfreg_backtrace(struct sfreg_frame *frames, unsigned int count,
		    unsigned int *stop)
{
	struct sfreg_backtrace backtrace = {
		.size = sizeof(backtrace),
		.frames = (uintptr_t)frames,
		.count = count,
	};
	int ret = door_call(SFREG_IOC_BACKTRACE, &backtrace);

	if (ret < 0)
		return ret;
	if (stop)
		*stop = backtrace.stop;
	return backtrace.count;
}

const char *sfreg_stop_name(unsigned int stop)
{
	switch ((enum sfreg_stop)stop) {
	case SFREG_STOP_NONE:
		return "none";
	case SFREG_STOP_OUTERMOST:
		return "outermost";
	case SFREG_STOP_NO_WINDOW:
		return "no_window";
	case SFREG_STOP_NO_RULE:
		return "no_rule";
	case SFREG_STOP_BAD_CFA:
		return "bad_cfa";
	case SFREG_STOP_NO_PROGRESS:
		return "no_progress";
	case SFREG_STOP_UNREADABLE:
		return "unreadable";
	case SFREG_STOP_BAD_RA:
		return "bad_ra";
	case SFREG_STOP_FRAME_LIMIT:
		return "frame_limit";
	case SFREG_STOP_SWITCH_LIMIT:
		return "switch_limit";
	case SFREG_STOP_UNSTEADY:
		return "unsteady";
	case SFREG_STOP_UNKNOWN_REG:
		return "unknown_reg";
	case SFREG_STOP_COUNT:
		break;
	}
	return "unknown";
}

int sfreg_target_open(pid_t pid)
{
	char path[sizeof("/proc/2147483647/mem")], *end = path;
	int fd;

	if (pid <= 0)
		return -ESRCH;
	end = digits_put_text(end, "/proc/");
	end = digits_put(end, pid, 10);
	*digits_put_text(end, "/mem") = 0;
	fd = sys_open(path, O_RDONLY);
	return fd == -ENOENT ? -ESRCH : fd;
}
