// SPDX-License-Identifier: GPL-2.0-only
/*
 * With the library as it is: no call but open asks for memory, keeps a descriptor or touches
 * errno, shown in a child that may make no system call but those that are wanted; and all
 * work in a signal handler, on a small stack. Without the module; it is no matter if there
 * is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <sfreg/jit.h>

#include "tap.h"

#define PAGE	4096u
#define LEN	(64 * PAGE)

static char *text;
static struct sfreg_jit *jit;
static struct sfreg_jit_epochs *epochs;

static const struct sfreg_jit_row rows[] = {
	{ .cfa_offset = 8, .ra_offset = -8 },
	{ .offset = 4, .cfa_offset = 16, .ra_offset = -8, .flags = SFREG_JIT_EXACT },
	{ .offset = 8, .cfa_offset = 16, .ra_offset = -24, .flags = SFREG_JIT_CFA_SAVED },
};

static int is_published(int ret)
{
	return ret == 0 || ret == -ENOSYS || ret == -ESHUTDOWN;
}

/* Fills, removes, publishes, retires; a number that says what failed, or 0. */
static int use_window(void)
{
	unsigned int i, k;

	for (k = 0; k < 3; k++) {
		for (i = 0; i < LEN / 16; i++)
			if (sfreg_jit_function(jit, text + 16 * (i * 777 % (LEN / 16)), 16, rows,
					       3, "name"))
				return 1;
		if (sfreg_jit_stub(jit, text, 1, rows, NULL) != -EEXIST)
			return 2;
		for (i = 0; i < LEN / 16; i += 3)
			if (sfreg_jit_remove(jit, text + 16 * i))
				return 3;
		if (!is_published(sfreg_jit_publish(jit)) || sfreg_jit_retire(jit))
			return 4;
	}
	return 0;
}

static int use_epochs(void)
{
	unsigned int i;
	void *start;

	for (i = 0; i < 20; i++) {
		struct sfreg_jit *window = sfreg_jit_epochs_current(epochs, &start, NULL);

		if (sfreg_jit_stub(window, start, 16, rows, NULL) || sfreg_jit_epochs_turn(epochs))
			return 5;
		if (sfreg_jit_epochs_oldest(epochs, NULL, NULL) == window &&
		    sfreg_jit_epochs_wipe(epochs))
			return 6;
	}
	return 0;
}

static int use(void)
{
	int ret = use_window();

	return ret ? ret : use_epochs();
}

/*
 * What the kernel is told by; the device is opened if prctl is not enough; getpid and write
 * for the names. All else kills.
 */
static int forbid_all_else(void)
{
	static const int allowed[] = {
		__NR_prctl, __NR_openat, __NR_ioctl, __NR_close, __NR_getpid, __NR_write,
		__NR_exit_group, __NR_rt_sigreturn, __NR_tgkill, __NR_gettid,
	};
	struct sock_filter filter[2 + 2 * ARRAY_SIZE(allowed)] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };
	unsigned int i, n = 1;

	for (i = 0; i < ARRAY_SIZE(allowed); i++) {
		filter[n++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
		filter[n++] = (struct sock_filter)
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	filter[n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* The exit code of a child that runs @work, or -1 if it was killed. */
static int in_child(int (*work)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		errno = 0;
		_exit(forbid_all_else() ? 100 : work());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int allocate(void)
{
	return mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int errno_is_kept(void)
{
	int ret;

	errno = 4711;
	ret = use();
	return ret ? ret : errno != 4711;
}

static volatile int handled = -1;

static void handle(int signal)
{
	(void)signal;
	handled = use();
}

/* Beside a malloc() that never ends, so to say: the handler has a stack of 8 pages. */
static int in_handler(void)
{
	raise(SIGUSR1);
	return handled;
}

static void take_signals(void)
{
	static char stack[8 * PAGE];
	stack_t small = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_ONSTACK };

	sigaltstack(&small, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

static int open_descriptors(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int main(void)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = LEN, .max_functions = LEN / 16,
		.max_rows = 3 * LEN / 16,
	};
	int descriptors = open_descriptors();

	text = mmap(NULL, LEN, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	options.text = text;
	is(sfreg_jit_open(&options, &jit), 0, "a window");
	is(sfreg_jit_epochs_open(&options, 3, &epochs), 0, "epochs");
	take_signals();
	is(in_child(allocate), -1, "who asks for memory is killed");
	is(in_child(use), 0, "the builder is not");
	is(in_child(errno_is_kept), 0, "errno is left alone");
	is(in_child(in_handler), 0, "and all work in a signal handler");
	is(use(), 0, "and here");
	is(open_descriptors(), descriptors, "no descriptor is kept");
	sfreg_jit_close(jit);
	sfreg_jit_epochs_close(epochs);
	return tap_done();
}
