/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * System calls without libc: they return -errno and leave errno alone, are no
 * cancellation points, and work where there is no libc, as in the ld.so hook.
 * They are inlined, so that the kernel sees the caller's own frame as the
 * innermost one.
 */
#ifndef SFREG_SYSCALL_H
#define SFREG_SYSCALL_H

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/cdefs.h>

#if !defined(__x86_64__) || defined(__ILP32__)
#error "A new architecture adds its system call instruction here"
#endif

static __always_inline long sys_call(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static __always_inline int sys_open(const char *path, int flags)
{
	return sys_call(__NR_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

static __always_inline void sys_close(int fd)
{
	sys_call(__NR_close, fd, 0, 0, 0, 0, 0);
}

static __always_inline int sys_ioctl(int fd, unsigned long request, const void *arg)
{
	return sys_call(__NR_ioctl, fd, request, (long)arg, 0, 0, 0);
}

static __always_inline int sys_prctl(int option, unsigned long a, unsigned long b,
				     unsigned long c, unsigned long d)
{
	return sys_call(__NR_prctl, option, a, b, c, d, 0);
}

#endif /* SFREG_SYSCALL_H */
