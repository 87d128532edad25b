// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg run: executes a program with the dynamic loader's hook. The program runs
 * whether or not there is a module.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sfreg.h>

#include "../cache/cache.h"
#include "fill.h"
#include "linked.h"
#include "tool.h"

#define HOOK	"libsfreg-audit.so"

/* As env(1) and the shells have it. */
enum { EXIT_CANNOT_INVOKE = 126, EXIT_NOT_FOUND = 127 };

/* Has no short form. */
enum { OPT_NO_SYNTH = 256 };

struct run {
	bool quiet, no_synth;
	char **command;
};

/* Relative to the directory of the command, for trees that are moved. */
static const char *const beside[] = {
	"../lib/" HOOK,
	"../lib/x86_64-linux-gnu/" HOOK,
	"../lib64/" HOOK,
};

static bool is_there(const char *path)
{
	return !access(path, R_OK);
}

/* Makes @path the hook's absolute path. False: there is none. */
static bool find_hook(char path[PATH_MAX])
{
	const char *wanted = getenv("SFREG_AUDIT");
	char exe[PATH_MAX];
	char *slash;
	ssize_t len;

	if (wanted)
		return realpath(wanted, path);
	len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (len > 0) {
		exe[len] = '\0';
		slash = strrchr(exe, '/');
		for (size_t i = 0; slash && i < sizeof(beside) / sizeof(*beside); i++) {
			char candidate[2 * PATH_MAX];

			snprintf(candidate, sizeof(candidate), "%.*s/%s",
				 (int)(slash - exe), exe, beside[i]);
			if (realpath(candidate, path))
				return true;
		}
	}
	snprintf(path, PATH_MAX, "%s", SFREG_LIBDIR "/" HOOK);
	return is_there(path);
}

/* Other hooks are kept, and called first. */
static int set_environment(const char *hook)
{
	const char *others = getenv("LD_AUDIT");
	char *value;
	int error;

	if (!others || !*others)
		return setenv("LD_AUDIT", hook, 1);
	if (asprintf(&value, "%s:%s", others, hook) < 0)
		return -1;
	error = setenv("LD_AUDIT", value, 1);
	free(value);
	return error;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run *run = state->input;

	(void)arg;

	switch (key) {
	case OPT_NO_SYNTH:
		run->no_synth = true;
		return 0;
	case 'q':
		run->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		run->command = state->argv + state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A file that cannot be read, or is no ELF file, is no reason not to run. */
static void fill_one(void *dir, const char *path)
{
	fill_file(dir, path);
}

/* What is not in the cache now is as it was without. */
static void fill_cache(const char *command)
{
	char *dir = cache_dir();

	if (dir)
		linked_objects(command, fill_one, dir);
	free(dir);
}

int cmd_run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "quiet", 'q', NULL, 0, "Say nothing if there is no module", 0 },
		{ "no-synth", OPT_NO_SYNTH, NULL, 0,
		  "Make nothing: what lies in the cache is used, and no more", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[--] CMD [ARGUMENT...]",
		.doc = "Runs CMD, and registers the SFrame data of the program and of "
		       "every library that it loads: their own, or what was made of their "
		       ".eh_frame and lies in the cache. Before that, makes it for CMD and the "
		       "libraries that it is linked with.",
	};
	struct run run = { 0 };
	char hook[PATH_MAX];
	int error;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &run);
	if (!find_hook(hook))
		return complain("cannot find " HOOK "; set SFREG_AUDIT to its path");
	if (strchr(hook, ':'))
		return complain("the loader takes no path with a colon: %s", hook);
	error = sfreg_probe();
	if (error && !run.quiet)
		complain("%s; running %s without", explain(error), run.command[0]);
	if (!error && !run.no_synth)
		fill_cache(run.command[0]);
	if (set_environment(hook))
		return complain("cannot set LD_AUDIT: %s", strerror(errno));
	execvp(run.command[0], run.command);
	error = errno;
	complain("cannot run %s: %s", run.command[0], strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE;
}
