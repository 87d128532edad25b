// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Runs a command up to the point where it ends: everything that it has loaded on its way,
 * and not unloaded, is mapped then. It is traced for that; it sees its signals, stops and
 * goes on as it would.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

/* Waits to be traced; says on @failed why it cannot be executed. */
static void __attribute__((__noreturn__)) child(char **argv, int go, int failed)
{
	char byte;
	int error;

	if (read(go, &byte, 1) == 1) {
		execvp(argv[0], argv);
		error = errno;
		if (write(failed, &error, sizeof(error)) < 0)
			_exit(126);
	}
	_exit(127);
}

/* A stop that is neither the end nor an execution: what it would be without us. */
static void pass_on(pid_t pid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
	else
		ptrace(PTRACE_CONT, pid, NULL, (long)(event ? 0 : signal));
}

/* Until the end is near. Return: has it executed the command, or -errno. */
static int follow(pid_t pid)
{
	bool executed = false;
	int status;

	for (;;) {
		if (waitpid(pid, &status, __WALL) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!WIFSTOPPED(status))
			return -ECHILD;
		if (status >> 16 == PTRACE_EVENT_EXIT)
			return executed;
		if (status >> 16 == PTRACE_EVENT_EXEC)
			executed = true;
		pass_on(pid, status);
	}
}

/* Return: 0, or -errno; the child is gone then. */
static int trace(pid_t pid, int go, int failed)
{
	const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int executed, error = 0;

	if (ptrace(PTRACE_SEIZE, pid, NULL, options) || write(go, "", 1) != 1) {
		error = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
		return error;
	}
	/* What is typed is for the command. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	executed = follow(pid);
	if (executed > 0)
		return 0;
	doctor_let_go(pid);
	if (executed < 0)
		return executed;
	return read(failed, &error, sizeof(error)) == sizeof(error) ? -error : -ECHILD;
}

pid_t doctor_run(char **argv)
{
	int go[2], failed[2], error;
	pid_t pid;

	if (pipe(go) || pipe(failed))
		return -errno;
	fcntl(go[0], F_SETFD, FD_CLOEXEC);
	fcntl(go[1], F_SETFD, FD_CLOEXEC);
	fcntl(failed[0], F_SETFD, FD_CLOEXEC);
	fcntl(failed[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		child(argv, go[0], failed[1]);
	error = trace(pid, go[1], failed[0]);
	close(go[0]);
	close(go[1]);
	close(failed[0]);
	close(failed[1]);
	return error ? error : pid;
}

void doctor_let_go(pid_t pid)
{
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}
