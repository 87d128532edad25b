// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg doctor: how complete a program's stacks will be, and what the reason is when they
 * will not.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "tool.h"

/* It may execute another program while it is looked at. */
#define TRIES	8
#define WAIT_US	1000

struct whom {
	pid_t pid;
	char **argv;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct whom *whom = state->input;
	bool command = state->quoted && state->next > state->quoted;

	switch (key) {
	case ARGP_KEY_ARG:
		if (command && !whom->pid) {
			whom->argv = state->argv + state->next - 1;
			state->next = state->argc;
			return 0;
		}
		if (whom->pid || command)
			argp_usage(state);
		whom->pid = parse_pid(arg);
		if (whom->pid < 0)
			argp_error(state, "'%s' is no process id; a command stands after --", arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char *why_not(int error)
{
	if (error == -EPERM || error == -EACCES)
		return "it may not be traced: it is another user's, or has gained privilege";
	return explain(error);
}

static int examine(pid_t pid, bool exits)
{
	struct patient patient;
	int error = -EAGAIN;
	bool complete;

	for (int i = 0; error == -EAGAIN && i < TRIES; i++) {
		if (i)
			usleep(WAIT_US << i);
		error = doctor_examine(pid, &patient);
	}
	if (error)
		return complain("process %d: %s", pid, why_not(error));
	complete = doctor_say(&patient, exits);
	doctor_release(&patient);
	return complete ? EXIT_OK : EXIT_FAILED;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "PID\n-- CMD [ARGUMENT...]",
		.doc = "Says how complete the stacks of process PID will be, or those of a "
		       "command, which is run to its end.",
	};
	struct whom whom = { 0 };
	int status;
	pid_t pid;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &whom);
	if (!whom.argv)
		return examine(whom.pid, false);
	pid = doctor_run(whom.argv);
	if (pid < 0)
		return complain("%s: %s", whom.argv[0], strerror(-pid));
	status = examine(pid, true);
	doctor_let_go(pid);
	return status;
}
