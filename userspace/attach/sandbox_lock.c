// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The sandbox's child gives up what it was born with, before it sees a foreign byte. The
 * order matters: what needs /proc, then what needs privilege, then the privilege, then the
 * system calls.
 *
 * A process that is not root, or is root of a container with little, cannot change its root
 * directory or its user: then it keeps these, and does without what the filter takes away.
 * What always holds in the end, or there is no child: no capability, no way to get one, one
 * descriptor, limits, the filter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox_inside.h"

#define NOBODY		65534
/* A stop for a child whose parent has gone, which has no deadline any more. */
#define CPU_SECONDS	600

/* First of all to be killed if memory runs out. No harm if that cannot be said. */
static void offer_to_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		errno = 0;
	close(fd);
}

/* What a process of the parent's size has already; 0 where there is no /proc. */
static void measure(rlim_t *address_space, rlim_t *data)
{
	unsigned long long all = 0, private = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (statm && fscanf(statm, "%llu %*u %*u %*u %*u %llu", &all, &private) != 2) {
		all = 0;
		private = 0;
	}
	if (statm)
		fclose(statm);
	*address_space = all * sysconf(_SC_PAGESIZE);
	*data = private * sysconf(_SC_PAGESIZE);
}

/* Shares its root directory with its parent, and dies: an empty directory remains. */
static int leave_for_nowhere(void *unused)
{
	(void)unused;
	_exit(chroot("/proc/self/fdinfo") || chdir("/"));
}

/*
 * The root directory becomes a directory of a process that is no more, in which nothing can
 * be found or made. This takes no place on a disk and no namespace.
 */
static int lose_root(void)
{
	static char stack[16384] __attribute__((__aligned__(16)));
	int status = 0;
	pid_t pid;

	pid = clone(leave_for_nowhere, stack + sizeof(stack), CLONE_FS | CLONE_VM | CLONE_VFORK,
		    NULL);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, __WALL) != pid)
		return -errno;
	return status ? -EPERM : 0;
}

/* Not allowed to (EPERM), or a user namespace that has no nobody (EINVAL): so be it. */
static int lose_user(void)
{
	/* Not by libc, which would have threads follow that the child does not have. */
	if (syscall(SYS_setgroups, 0, NULL) ||
	    syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) ||
	    syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY))
		return errno == EPERM || errno == EINVAL ? 0 : -errno;
	return 0;
}

/* Whatever came of the above, this is how it must end. */
static int lose_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capset, &header, data))
		return -errno;
	memset(data, 0xff, sizeof(data));
	if (syscall(SYS_capget, &header, data))
		return -errno;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (data[i].effective || data[i].permitted || data[i].inheritable)
			return -EPERM;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

/* Never above a limit that there is. */
static int limit(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit))
		return -errno;
	if (limit.rlim_max < most)
		most = limit.rlim_max;
	limit.rlim_cur = most;
	limit.rlim_max = most;
	return setrlimit(resource, &limit) ? -errno : 0;
}

static int set_limits(const struct sandbox_job *job, rlim_t address_space, rlim_t data)
{
	int error = limit(RLIMIT_AS, address_space + job->address_space);

	if (!error)
		error = limit(RLIMIT_DATA, data + job->memory);
	if (!error)
		error = limit(RLIMIT_CPU, CPU_SECONDS);
	if (!error)
		error = limit(RLIMIT_CORE, 0);
	if (!error)
		error = limit(RLIMIT_FSIZE, 0);
	if (!error)
		error = limit(RLIMIT_NOFILE, 0);
	return error;
}

static int by_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The C library's qsort() asks once how much memory there is; it must not ask later. */
static void warm_up(void)
{
	int numbers[1024] = { 0 };

	qsort(numbers, sizeof(numbers) / sizeof(*numbers), sizeof(*numbers), by_int);
}

int sandbox_lock(const struct sandbox_job *job)
{
	bool root = !geteuid();
	rlim_t address_space, data;
	int error = 0;

	offer_to_oom();
	measure(&address_space, &data);
	warm_up();
	if (syscall(SYS_close_range, SANDBOX_SOCKET + 1, ~0u, 0))
		return -errno;
	if (root) {
		error = lose_root();
		if (error && error != -EPERM)
			return error;
		error = lose_user();
	}
	if (!error)
		error = lose_capabilities();
	if (error)
		return error;
	/* A change of user resets both of these. */
	if (prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	error = set_limits(job, address_space, data);
	return error ? error : sandbox_filter();
}
