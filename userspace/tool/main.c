// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The sfreg command: finds the subcommand and hands it the rest.
 */
#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "attach", cmd_attach },
	{ "cache", cmd_cache },
	{ "detach", cmd_detach },
	{ "doctor", cmd_doctor },
	{ "info", cmd_info },
	{ "off", cmd_off },
	{ "on", cmd_on },
	{ "ps", cmd_ps },
	{ "run", cmd_run },
	{ "stat", cmd_stat },
	{ "synth", cmd_synth },
};

static const char doc[] =
	"Whole user stacks for perf and bpftrace, from code built without frame pointers."
	"\v"
	"Commands:\n"
	"  run [--] CMD...  run a program and register everything that it loads\n"
	"  attach PID...    give processes that run already whole stacks; --all\n"
	"  detach PID...    take that away again; --all\n"
	"  ps PID           the text that a process has registered\n"
	"  cache [FILE...]  what was made for files without SFrame data, kept on disk\n"
	"  stat             counters, and who keeps the module busy\n"
	"  synth FILE       make an SFrame section from what a file has, .eh_frame\n"
	"  doctor PID       how complete a program's stacks will be, and why not\n"
	"  info             what the module is and allows\n"
	"  off, on          switch sfreg off and on, for everybody\n"
	"\n"
	"`sfreg COMMAND --help' tells more. See sfreg(1).";

const char *argp_program_version = "sfreg " SFREG_VERSION;

struct choice {
	const char *name;
	char **argv;
	int argc;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct choice *choice = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		choice->name = arg;
		choice->argv = state->argv + state->next - 1;
		choice->argc = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int complain(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("sfreg: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

const char *explain(int error)
{
	switch (-error) {
	case ENOSYS:
		return "the sfreg module is not loaded (try: modprobe sfreg)";
	case ESHUTDOWN:
		return "sfreg is switched off (sfreg on)";
	case ESRCH:
		return "no such process";
	default:
		return strerror(-error);
	}
}

const char *explain_file(int error)
{
	switch (-error) {
	case EINVAL:
		return "not a regular file";
	case ENOEXEC:
		return "no 64-bit x86 program or shared library";
	case EBADMSG:
		return "its headers contradict each other or the file's size";
	case EFBIG:
		return "larger than anything that is taken";
	case ENODATA:
		return "it has no call frame information";
	case ETIMEDOUT:
		return "reading it took too long";
	case EPROTO:
		return "reading it failed";
	case EEXIST:
		return "it has an .sframe section already";
	default:
		return strerror(-error);
	}
}

void parse_nothing(int argc, char **argv, const char *text)
{
	const struct argp argp = { .doc = text };

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
}

pid_t parse_pid(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || *end || end == text || pid <= 0 || pid != (pid_t)pid)
		return -1;
	return pid;
}

static int run_command(const struct command *command, struct choice *choice)
{
	char name[32];
	int status;

	snprintf(name, sizeof(name), "sfreg %s", command->name);
	choice->argv[0] = name;
	status = command->run(choice->argc, choice->argv);
	if (fflush(stdout) || ferror(stdout))
		return complain("cannot write the output");
	return status;
}

int main(int argc, char **argv)
{
	const struct argp argp = {
		.parser = parse,
		.args_doc = "COMMAND [ARGUMENT...]",
		.doc = doc,
	};
	struct choice choice = { 0 };

	if (!argc)
		return EXIT_USAGE;
	/* All messages begin alike, however the command was called. */
	argv[0] = "sfreg";
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(choice.name, commands[i].name))
			return run_command(&commands[i], &choice);
	complain("there is no command '%s'; see sfreg --help", choice.name);
	return EXIT_USAGE;
}
