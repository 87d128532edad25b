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

/* The lower half of an argument: the kernel takes no more of those looked at here. */
#define ARG(n)		offsetof(struct seccomp_data, args[n])
#define NUMBER		offsetof(struct seccomp_data, nr)
#define MAX_LENGTH	64

struct program {
	struct sock_filter code[MAX_LENGTH];
	unsigned short len;
};

static void add(struct program *program, struct sock_filter instruction)
{
	program->code[program->len++] = instruction;
}

static void load(struct program *program, unsigned int at)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at));
}

static void mask(struct program *program, unsigned int bits)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits));
}

static void end(struct program *program, unsigned int action)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* The next @n instructions are for the case that what is loaded equals @value, .. */
static void if_equal(struct program *program, unsigned int value, unsigned char n)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, n));
}

/* .. differs from it, .. */
static void unless_equal(struct program *program, unsigned int value, unsigned char n)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, n, 0));
}

/* .. or has one of @bits set. */
static void if_any_set(struct program *program, unsigned int bits, unsigned char n)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, n));
}

/* Each of these finds the call's number loaded, and leaves it so for other calls. */
static void allow(struct program *program, unsigned int call)
{
	if_equal(program, call, 1);
	end(program, SECCOMP_RET_ALLOW);
}

static void allow_with(struct program *program, unsigned int call, unsigned int arg,
		       unsigned int value)
{
	if_equal(program, call, 4);
	load(program, arg);
	if_equal(program, value, 1);
	end(program, SECCOMP_RET_ALLOW);
	end(program, SECCOMP_RET_KILL_PROCESS);
}

/* Memory may be had, but not be made executable. */
static void allow_mprotect(struct program *program)
{
	if_equal(program, SYS_mprotect, 4);
	load(program, ARG(2));
	if_any_set(program, PROT_EXEC, 1);
	end(program, SECCOMP_RET_KILL_PROCESS);
	end(program, SECCOMP_RET_ALLOW);
}

/*
 * No file, and of anonymous memory only the kind that RLIMIT_DATA counts: shared memory,
 * stacks that grow and huge pages are others.
 */
static void allow_mmap(struct program *program)
{
	if_equal(program, SYS_mmap, 8);
	load(program, ARG(2));
	if_any_set(program, PROT_EXEC, 1);
	end(program, SECCOMP_RET_KILL_PROCESS);
	load(program, ARG(3));
	mask(program, ~(unsigned int)MAP_NORESERVE);
	if_equal(program, MAP_PRIVATE | MAP_ANONYMOUS, 1);
	end(program, SECCOMP_RET_ALLOW);
	end(program, SECCOMP_RET_KILL_PROCESS);
}

int sandbox_filter(void)
{
	struct program program = { .len = 0 };
	struct sock_fprog filter = { .filter = program.code };

	load(&program, offsetof(struct seccomp_data, arch));
	unless_equal(&program, AUDIT_ARCH_X86_64, 1);
	end(&program, SECCOMP_RET_KILL_PROCESS);
	/* x32's numbers have a bit of their own and are none of these. */
	load(&program, NUMBER);
	allow_with(&program, SYS_read, ARG(0), SANDBOX_SOCKET);
	allow_with(&program, SYS_write, ARG(0), SANDBOX_SOCKET);
	allow(&program, SYS_brk);
	allow_mmap(&program);
	allow(&program, SYS_munmap);
	allow(&program, SYS_mremap);
	allow_mprotect(&program);
	/* malloc's secret of each process. */
	allow(&program, SYS_getrandom);
	/* The end of pthread_once(): nobody waits. */
	allow_with(&program, SYS_futex, ARG(1), FUTEX_WAKE_PRIVATE);
	allow(&program, SYS_exit_group);
	end(&program, SECCOMP_RET_KILL_PROCESS);
	filter.len = program.len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ? -errno : 0;
}
