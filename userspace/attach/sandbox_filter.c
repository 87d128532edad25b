// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The system calls that the sandbox's child has left: those of malloc, and reading and
 * writing its one socket. Everything else kills it; so a new version of a library that
 * needs more is noticed at once, by every test, and is no hole.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "sandbox_inside.h"

#if !defined(__x86_64__) || defined(__ILP32__)
#error "A new architecture adds its AUDIT_ARCH and looks its system calls through"
#endif

#define LOAD(field)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The lower half of an argument: the kernel takes no more of those looked at here. */
#define LOAD_ARG(n)	LOAD(args[n])
#define ALLOW		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
/* Goes on behind the next @n instructions unless the condition holds. */
#define UNLESS_EQUAL(value, n)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, n)
#define UNLESS_SET(bits, n)	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, n)

/* The call's number is loaded before, and is what is left behind if it is another. */
#define ALLOW_CALL(nr)		UNLESS_EQUAL(nr, 1), ALLOW
#define ALLOW_IF_ARG(nr, n, value) \
	UNLESS_EQUAL(nr, 4), LOAD_ARG(n), UNLESS_EQUAL(value, 1), ALLOW, KILL
/* Memory may be had, but not be made executable; files cannot be mapped. */
#define ALLOW_MPROTECT \
	UNLESS_EQUAL(SYS_mprotect, 4), LOAD_ARG(2), UNLESS_SET(PROT_EXEC, 1), KILL, ALLOW
#define ALLOW_MMAP \
	UNLESS_EQUAL(SYS_mmap, 6), LOAD_ARG(2), UNLESS_SET(PROT_EXEC, 1), KILL, \
	LOAD_ARG(3), UNLESS_SET(MAP_ANONYMOUS, 1), ALLOW

static struct sock_filter program[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
	KILL,
	/* x32's numbers have a bit of their own and are none of these. */
	LOAD(nr),
	ALLOW_IF_ARG(SYS_read, 0, SANDBOX_SOCKET),
	ALLOW_IF_ARG(SYS_write, 0, SANDBOX_SOCKET),
	ALLOW_CALL(SYS_brk),
	ALLOW_MPROTECT,
	ALLOW_CALL(SYS_munmap),
	ALLOW_CALL(SYS_mremap),
	ALLOW_CALL(SYS_madvise),
	/* malloc's secret of each process. */
	ALLOW_CALL(SYS_getrandom),
	/* The end of pthread_once(): nobody waits. */
	ALLOW_IF_ARG(SYS_futex, 1, FUTEX_WAKE_PRIVATE),
	ALLOW_CALL(SYS_exit_group),
	ALLOW_MMAP,
	KILL,
};

int sandbox_filter(void)
{
	struct sock_fprog filter = {
		.len = sizeof(program) / sizeof(*program),
		.filter = program,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ? -errno : 0;
}
