/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The two doors to the module, for the library's own files.
 */
#ifndef SFREG_DOOR_H
#define SFREG_DOOR_H

#include <stdbool.h>

#include "sfreg.h"
#include "syscall.h"

/*
 * Opens the device. A node without a driver behind it is as good as none:
 * -ENOSYS. Everything else (no permission, no descriptor left) is told as it is.
 */
static __always_inline int door_open(void)
{
	int fd = sys_open(SFREG_DEVICE, O_RDONLY);

	switch (fd) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENODEV:
	case -ENXIO:
		return -ENOSYS;
	default:
		return fd;
	}
}

/* One call through an open device. -ENOTTY: that is not ours, or it is older. */
static __always_inline int door_ioctl(int fd, unsigned long request, const void *arg)
{
	int ret = sys_ioctl(fd, request, arg);

	return ret == -ENOTTY ? -ENOSYS : ret;
}

/* Inlined all the way, see sfreg_backtrace(). */
static __always_inline int door_call(unsigned long request, const void *arg)
{
	int fd = door_open();
	int ret;

	if (fd < 0)
		return fd;
	ret = door_ioctl(fd, request, arg);
	sys_close(fd);
	return ret;
}

#endif /* SFREG_DOOR_H */
