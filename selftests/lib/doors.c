// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the library makes of every combination of answers at its two doors. A
 * seccomp filter gives them: an errno each for prctl's register and unregister
 * options and for openat(2). So the cases "module with prctl but no device node",
 * "sandbox" and "no module" are real answers of the kernel to real system calls.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sfreg.h>

#include "tap.h"

struct answers {
	const char *what;
	int reg, unreg;		/* errnos of prctl, 0: succeeds */
	int open;		/* errno of openat */
	int expect_register, expect_unregister, expect_probe;
	int expect_list;	/* device only */
};

#define ERRNO(e)	(SECCOMP_RET_ERRNO | ((e) & SECCOMP_RET_DATA))
#define LOAD(field)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, no)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, no)
#define RETURN(value)	BPF_STMT(BPF_RET | BPF_K, value)

static int install(const struct answers *a)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		IF(SYS_openat, 1),
		RETURN(ERRNO(a->open)),
		IF(SYS_prctl, 7),
		LOAD(args[0]),
		IF(PR_SFREG_REGISTER, 1),
		RETURN(ERRNO(a->reg)),
		IF(PR_SFREG_REPLACE, 1),
		RETURN(ERRNO(a->reg)),
		IF(PR_SFREG_UNREGISTER, 1),
		RETURN(ERRNO(a->unreg)),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Runs in a child, because a filter cannot be taken back. */
static void ask(const struct answers *a, int *result)
{
	static const char bytes[28];

	if (install(a))
		_exit(2);
	result[0] = sfreg_register(bytes, 1, bytes, sizeof(bytes));
	result[1] = sfreg_unregister(bytes);
	result[2] = sfreg_probe();
	result[3] = sfreg_list(-1, 0, NULL, 0, NULL);
	result[4] = sfreg_replace(bytes, 1, bytes, sizeof(bytes));
}

static void check(const struct answers *a)
{
	int result[5], pipes[2], status;
	pid_t pid;

	pid = pipe(pipes) ? -1 : fork();
	if (pid < 0) {
		tap_ok(false, "%s: fork", a->what);
		return;
	}
	if (!pid) {
		ask(a, result);
		_exit(write(pipes[1], result, sizeof(result)) != sizeof(result));
	}
	close(pipes[1]);
	if (read(pipes[0], result, sizeof(result)) != sizeof(result))
		memset(result, 0x7f, sizeof(result));
	close(pipes[0]);
	waitpid(pid, &status, 0);
	tap_ok(result[0] == a->expect_register && result[1] == a->expect_unregister &&
	       result[2] == a->expect_probe && result[3] == a->expect_list &&
	       result[4] == a->expect_register,
	       "%s: register %d, unregister %d, probe %d, list %d, replace %d", a->what,
	       result[0], result[1], result[2], result[3], result[4]);
}

static const struct answers cases[] = {
	{ "no module, no node", EINVAL, EINVAL, ENOENT,
	  -ENOSYS, -ENOSYS, -ENOSYS, -ENOSYS },
	{ "no module, a node without a driver", EINVAL, EINVAL, ENXIO,
	  -ENOSYS, -ENOSYS, -ENOSYS, -ENOSYS },
	{ "no module, the node's driver is gone", EINVAL, EINVAL, ENODEV,
	  -ENOSYS, -ENOSYS, -ENOSYS, -ENOSYS },
	{ "no module, no /dev", EINVAL, EINVAL, ENOTDIR,
	  -ENOSYS, -ENOSYS, -ENOSYS, -ENOSYS },
	{ "prctl works, no node", 0, ENOENT, ENOENT,
	  0, -ENOENT, 0, -ENOSYS },
	{ "prctl finds fault, no node", EINVAL, ENOENT, ENOENT,
	  -EINVAL, -ENOENT, 0, -ENOSYS },
	{ "prctl finds fault, node not permitted", EINVAL, ENOENT, EACCES,
	  -EINVAL, -ENOENT, 0, -EACCES },
	{ "prctl says malformed", EBADMSG, ENOENT, ENOENT,
	  -EBADMSG, -ENOENT, 0, -ENOSYS },
	{ "prctl says switched off", ESHUTDOWN, ESHUTDOWN, ENOENT,
	  -ESHUTDOWN, -ESHUTDOWN, -ESHUTDOWN, -ENOSYS },
	{ "prctl says not for this program", EOPNOTSUPP, EOPNOTSUPP, ENOENT,
	  -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -ENOSYS },
	{ "prctl unknown, node not permitted", EINVAL, EINVAL, EACCES,
	  -EACCES, -EACCES, -EACCES, -EACCES },
	{ "prctl unknown, no descriptor left", EINVAL, EINVAL, EMFILE,
	  -EMFILE, -EMFILE, -EMFILE, -EMFILE },
	{ "a sandbox forbids prctl, no node", EPERM, EPERM, ENOENT,
	  -EPERM, -EPERM, -EPERM, -ENOSYS },
	{ "a sandbox forbids both", EPERM, EPERM, EACCES,
	  -EACCES, -EACCES, -EACCES, -EACCES },
	{ "a sandbox denies that there is prctl, no node", ENOSYS, ENOSYS, ENOENT,
	  -ENOSYS, -ENOSYS, -ENOSYS, -ENOSYS },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&cases[i]);
	return tap_end();
}
