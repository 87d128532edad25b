// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * capabilities(7), by the system calls themselves.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"

static const int needed[] = {
	CAP_PERFMON,		/* perf events of all processes */
	CAP_SYS_PTRACE,		/* others' /proc/PID/mem */
	CAP_CHECKPOINT_RESTORE,	/* /proc/PID/map_files */
	CAP_DAC_READ_SEARCH,	/* files that can be executed, but not read */
	CAP_SYS_CHROOT,		/* the sandbox: to lose the root directory, */
	CAP_SETUID,		/* the user, */
	CAP_SETGID,		/* and the groups; */
	CAP_KILL,		/* and to be killed then, if it takes too long */
};

static uint64_t needed_mask(void)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		mask |= 1ull << needed[i];
	return mask;
}

static int drop_bounding(uint64_t keep)
{
	for (int cap = 0; cap < 64; cap++) {
		if (keep >> cap & 1)
			continue;
		/* EINVAL: that was the last one. EPERM: we have no right to, nor to gain. */
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return errno == EINVAL || errno == EPERM ? 0 : -errno;
	}
	return 0;
}

int caps_keep_needed(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t keep = needed_mask();
	int error;

	if (syscall(SYS_capget, &header, data))
		return -errno;
	error = drop_bounding(keep);
	if (error)
		return error;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data))
		return -errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}
