// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "module.h"

int module_error, bind_error, next_unbound = -ENODATA;
uint32_t next_fs_type;
unsigned int module_room = 1000000, bind_room = 1000000;
uint64_t module_features = SFREG_FEAT_BIND;
unsigned int n_created, n_bound, n_binders;
struct sfreg_bind last_bind;
struct sfreg_bind_text last_texts[SFREG_BIND_TEXTS];
time_t time_passed;

/* As the module does: a new descriptor, or none. */
int sfreg_section_create(const void *sframe, size_t sframe_len)
{
	int fd;

	if (module_error)
		return module_error;
	if (!module_room)
		return -EMFILE;
	fd = memfd_create("section", MFD_CLOEXEC);
	if (fd < 0 || write(fd, sframe, sframe_len) != (ssize_t)sframe_len)
		return -ENOMEM;
	n_created++;
	return fd;
}

int sfreg_info(struct sfreg_info *info)
{
	if (info->size != sizeof(*info))
		return -EINVAL;
	info->features = module_features;
	return 0;
}

int sfreg_binder_open(void)
{
	n_binders++;
	n_bound = 0;
	return memfd_create("binder", MFD_CLOEXEC);
}

int sfreg_bind(int binder_fd, const struct sfreg_bind *bind)
{
	last_bind = *bind;
	memcpy(last_texts, (void *)(uintptr_t)bind->texts, bind->n_texts * sizeof(*last_texts));
	if (fcntl(binder_fd, F_GETFD) < 0)
		return -EBADF;
	if (bind_error)
		return bind_error;
	if (n_bound >= bind_room)
		return -ENOSPC;
	n_bound++;
	return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int error = syscall(SYS_clock_gettime, clock, now);

	now->tv_sec += time_passed;
	return error;
}

int sfreg_next_unbound(int binder_fd, __u32 *fs_type)
{
	*fs_type = next_fs_type;
	return fcntl(binder_fd, F_GETFD) < 0 ? -EBADF : next_unbound;
}
