/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Children for tests: one that does what it is told and ends, one that waits.
 * Both run on a copy of the test's memory, so they can register as it can.
 */
#ifndef SFT_CHILD_H
#define SFT_CHILD_H

#include "sft.h"

/* The value of an expression in a child, 0 to 254; negative ones as -errno. */
#define sft_in_child(expression) ({					\
	pid_t pid_ = fork();						\
	if (!pid_) {							\
		int value_ = (expression);				\
		_exit(value_ < 0 ? -value_ : value_);			\
	}								\
	sft_wait(pid_);							\
})

/* The exit code, or -signal. */
static inline int sft_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1000;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/*
 * A child that runs a function each time it is told to, and lives until it is
 * told to end or killed.
 */
struct sft_waiter {
	pid_t pid;
	int to, from;
};

static inline void sft_waiter_child(int to, int from, int (*f)(void *), void *arg)
{
	int value;
	char c;

	while (read(to, &c, 1) == 1 && c != 'q') {
		value = f(arg);
		if (write(from, &value, sizeof(value)) != sizeof(value))
			break;
	}
	_exit(0);
}

static inline struct sft_waiter sft_waiter(int (*f)(void *), void *arg)
{
	struct sft_waiter w;
	int to[2], from[2];

	/* A child that is lost is told by the pipe's errno. */
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		abort();
	w.pid = fork();
	if (!w.pid) {
		close(to[1]);
		close(from[0]);
		sft_waiter_child(to[0], from[1], f, arg);
	}
	close(to[0]);
	close(from[1]);
	w.to = to[1];
	w.from = from[0];
	return w;
}

/* Runs the function there; its value, or -1000 if the child is lost. */
static inline int sft_tell(struct sft_waiter *w)
{
	int value;

	if (write(w->to, "x", 1) != 1 ||
	    read(w->from, &value, sizeof(value)) != sizeof(value))
		return -1000;
	return value;
}

/* Its exit code. Told, not only closed: later children hold the pipe as well. */
static inline int sft_waiter_end(struct sft_waiter *w)
{
	if (write(w->to, "q", 1) != 1)
		return -1000;
	close(w->to);
	close(w->from);
	return sft_wait(w->pid);
}

/*
 * For a test that has the kernel's hooks come and go while others run through them: when
 * a function's first instruction is exchanged while another CPU translates it, emulated CPUs
 * (QEMU 7.2's TCG) may go on for ever with the breakpoint that stood there in between.
 */
static inline void sft_stay_on_one_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		abort();
}

#endif /* SFT_CHILD_H */
