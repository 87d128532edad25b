/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module itself, loaded and unloaded. SFREG_MODULE names its file.
 */
#ifndef SFT_MODULE_H
#define SFT_MODULE_H

#include "sft.h"

/* 0 or -errno. */
static inline int sft_module_load(void)
{
	const char *path = getenv("SFREG_MODULE");
	int fd = open(path ?: "", O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : 0;

	if (!ret && syscall(SYS_finit_module, fd, "", 0))
		ret = -errno;
	close(fd);
	return ret;
}

/* 0 or -errno: -EAGAIN while anything uses it. Never waits. */
static inline int sft_module_unload(void)
{
	return syscall(SYS_delete_module, "sfreg", O_NONBLOCK) ? -errno : 0;
}

#endif /* SFT_MODULE_H */
