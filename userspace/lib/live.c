// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Sections whose rows the caller writes itself.
 */
#include "door.h"
#include "live.h"

int sfreg_live_create(uint32_t n_rows)
{
	struct sfreg_live live = { .size = sizeof(live), .n_rows = n_rows };
	int fd = door_open();
	int ret;

	if (fd < 0)
		return fd;
	/* Not door_ioctl(): a module that is older is one all the same. */
	ret = sys_ioctl(fd, SFREG_IOC_LIVE, &live);
	sys_close(fd);
	return ret == -ENOTTY ? -EOPNOTSUPP : ret;
}
