// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls that a child must not have. One that survives its call says -EFBIG; so
 * -EPROTO means that the call was its death.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "works.h"

static char page[8192] __attribute__((__aligned__(4096)));

#define PAGE	((unsigned long)page)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

static int calls_system(const struct synth_source *source, struct synth_section *section,
			struct synth_report *report)
{
	const unsigned long *a = deed_now->args;

	(void)source;
	(void)section;
	(void)report;
	syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	return -EFBIG;
}

/* The 32-bit door: the same number is another call there. */
static long int80(long nr, long a, long b)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b) : "memory");
	return ret;
}

static int calls_32_bit(const struct synth_source *source, struct synth_section *section,
			struct synth_report *report)
{
	const unsigned long *a = deed_now->args;

	(void)source;
	(void)section;
	(void)report;
	int80(a[0], a[1], a[2]);
	return -EFBIG;
}

/* What is allowed is, or the deaths prove nothing. */
static int calls_the_rest(const struct synth_source *source, struct synth_section *section,
			  struct synth_report *report)
{
	(void)source;
	(void)section;
	(void)report;
	syscall(SYS_brk, 0);
	syscall(SYS_mprotect, page, 4096, PROT_READ);
	syscall(SYS_mmap, NULL, 4096, PROT_READ, ANON, -1, 0);
	syscall(SYS_mmap, NULL, 4096, PROT_READ, ANON | MAP_NORESERVE, -1, 0);
	syscall(SYS_mremap, NULL, 0, 0, 0);
	syscall(SYS_munmap, page, 4096);
	syscall(SYS_getrandom, page + 4096, 1, 0);
	syscall(SYS_futex, page + 4096, FUTEX_WAKE_PRIVATE, 1);
	return -EFBIG;
}

const struct misdeed calls[] = {
	{ "openat", calls_system, -EPROTO,
	  .args = { SYS_openat, AT_FDCWD, (unsigned long)"/", O_RDONLY } },
	{ "open", calls_system, -EPROTO,
	  .args = { SYS_open, (unsigned long)"/", O_RDONLY } },
	{ "socket", calls_system, -EPROTO,
	  .args = { SYS_socket, AF_UNIX, SOCK_STREAM, 0 } },
	{ "execve", calls_system, -EPROTO,
	  .args = { SYS_execve, (unsigned long)"/bin/true", 0, 0 } },
	{ "fork", calls_system, -EPROTO,
	  .args = { SYS_fork } },
	{ "clone", calls_system, -EPROTO,
	  .args = { SYS_clone, SIGCHLD, 0, 0, 0, 0 } },
	{ "kill", calls_system, -EPROTO,
	  .args = { SYS_kill, 1, 0 } },
	{ "getpid", calls_system, -EPROTO,
	  .args = { SYS_getpid } },
	{ "ptrace", calls_system, -EPROTO,
	  .args = { SYS_ptrace, PTRACE_TRACEME, 0, 0, 0 } },
	{ "prctl", calls_system, -EPROTO,
	  .args = { SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0 } },
	{ "read of another descriptor", calls_system, -EPROTO,
	  .args = { SYS_read, 1, PAGE, 1 } },
	{ "write to another descriptor", calls_system, -EPROTO,
	  .args = { SYS_write, 2, PAGE, 1 } },
	{ "sendmsg", calls_system, -EPROTO,
	  .args = { SYS_sendmsg, SANDBOX_SOCKET, 0, 0 } },
	{ "dup", calls_system, -EPROTO,
	  .args = { SYS_dup, SANDBOX_SOCKET } },
	{ "mmap of code", calls_system, -EPROTO,
	  .args = { SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, ANON, -1, 0 } },
	{ "mmap of a file", calls_system, -EPROTO,
	  .args = { SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, SANDBOX_SOCKET, 0 } },
	{ "mmap of shared memory", calls_system, -EPROTO,
	  .args = { SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0 } },
	{ "mmap of a stack", calls_system, -EPROTO,
	  .args = { SYS_mmap, 0, 4096, PROT_READ, ANON | MAP_GROWSDOWN, -1, 0 } },
	{ "mmap of huge pages", calls_system, -EPROTO,
	  .args = { SYS_mmap, 0, 2 << 20, PROT_READ, ANON | MAP_HUGETLB, -1, 0 } },
	{ "madvise", calls_system, -EPROTO,
	  .args = { SYS_madvise, PAGE, 4096, MADV_DONTNEED } },
	{ "mprotect to code", calls_system, -EPROTO,
	  .args = { SYS_mprotect, PAGE, 4096, PROT_READ | PROT_EXEC } },
	{ "pkey_mprotect to code", calls_system, -EPROTO,
	  .args = { SYS_pkey_mprotect, PAGE, 4096, PROT_READ | PROT_EXEC, -1 } },
	{ "futex that waits", calls_system, -EPROTO,
	  .args = { SYS_futex, PAGE, FUTEX_WAIT_PRIVATE, 1, 0 } },
	{ "rt_sigaction", calls_system, -EPROTO,
	  .args = { SYS_rt_sigaction, SIGSEGV, 0, PAGE, 8 } },
	{ "a call by int $0x80", calls_32_bit, -EPROTO,
	  .args = { 3, SANDBOX_SOCKET, 0 } },
	{ "a call by int $0x80 whose number is exit_group's", calls_32_bit, -EPROTO,
	  .args = { 231, 0, 0 } },
	{ "an x32 call", calls_system, -EPROTO,
	  .args = { 0x40000000 | SYS_brk, 0 } },
	{ "a call that there is not", calls_system, -EPROTO,
	  .args = { 100000 } },
	{ "the calls that it may do", calls_the_rest, .outcome = -EFBIG },
	{}
};
