// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Files that are described before anybody maps them.
 */
#include "door.h"

int sfreg_binder_open(void)
{
	return door_open();
}

int sfreg_bind(int binder_fd, const struct sfreg_bind *bind)
{
	int ret = sys_ioctl(binder_fd, SFREG_IOC_BIND, bind);

	/* Not door_ioctl(): a module that is older is one all the same. */
	return ret == -ENOTTY ? -EOPNOTSUPP : ret;
}

int sfreg_next_unbound(int binder_fd, __u32 *fs_type)
{
	struct sfreg_unbound unbound = { .size = sizeof(unbound) };
	int ret = sys_ioctl(binder_fd, SFREG_IOC_UNBOUND, &unbound);

	if (ret >= 0 && fs_type)
		*fs_type = unbound.fs_type;
	return ret == -ENOTTY ? -EOPNOTSUPP : ret;
}
