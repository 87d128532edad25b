// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfregd: keeps every process of the machine attached.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../attach/watch.h"
#include "background.h"
#include "caps.h"
#include "clock.h"
#include "log.h"
#include "serve.h"

const char *argp_program_version = "sfregd " SFREG_VERSION;

struct options {
	const char *log;
	char *cache_dir;
	bool foreground, no_cache;
	unsigned long ring_pages, delay_us, jit_ms;
};

static unsigned long parse_number(const char *text, unsigned long most, struct argp_state *state)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || number > most)
		argp_error(state, "'%s' is no number up to %lu", text, most);
	return number;
}

enum { KEY_RING = 256, KEY_DELAY, KEY_JIT, KEY_NO_CACHE };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'c':
		options->cache_dir = arg;
		return 0;
	case 'f':
		options->foreground = true;
		return 0;
	case 'l':
		options->log = arg;
		return 0;
	case KEY_NO_CACHE:
		options->no_cache = true;
		return 0;
	case KEY_DELAY:
		options->delay_us = parse_number(arg, 1000000, state);
		return 0;
	case KEY_JIT:
		options->jit_ms = parse_number(arg, 3600000, state);
		return 0;
	case KEY_RING:
		options->ring_pages = parse_number(arg, 4096, state);
		if (!options->ring_pages || options->ring_pages & (options->ring_pages - 1))
			argp_error(state, "'%s' is no power of two", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{ "cache", 'c', "DIR", 0, "Where made sections are kept (/var/cache/sfreg)", 0 },
	{ "no-cache", KEY_NO_CACHE, NULL, 0, "Keep them nowhere", 0 },
	{ "foreground", 'f', NULL, 0, "Stay in the foreground", 0 },
	{ "log", 'l', "FILE", 0,
	  "Append to FILE (default: standard error, in the background syslog)", 0 },
	{ "delay", KEY_DELAY, "MICROSECONDS", 0,
	  "How long a new mapping waits for others of its process (1000)", 0 },
	{ "jit", KEY_JIT, "MILLISECONDS", 0,
	  "Between looks for what programs have generated; 0: never again (1000)", 0 },
	{ "ring", KEY_RING, "PAGES", 0, "Of each CPU's ring of perf events (64)", 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.doc = "Gives every process whole user stacks: attaches all that run, and then each "
	       "new program and library as it is mapped.\v"
	       "SIGHUP: look at all processes again. SIGUSR1: write statistics to the log, as at "
	       "the end. See sfregd(8).",
};

static int start(const struct options *options)
{
	const struct follow_options how = {
		.cache_dir = options->no_cache ? NULL : options->cache_dir,
		.ring_pages = options->ring_pages,
		.delay = options->delay_us * CLOCK_US,
		.jit_interval = options->jit_ms * CLOCK_MS,
	};
	int error = caps_keep_needed();

	return error ? error : serve(&how);
}

/* What the options and the environment say, before we move away from here. */
static int settle(struct options *options)
{
	char *dir = options->cache_dir ? options->cache_dir : cache_dir();
	int error;

	if (dir && *dir != '/') {
		char *here = get_current_dir_name();

		if (!here || asprintf(&dir, "%s/%s", here, options->cache_dir) < 0)
			return -ENOMEM;
		free(here);
	}
	options->cache_dir = dir;
	if (!options->log)
		return 0;
	error = log_to_file(options->log);
	if (error)
		log_say("%s: %s", options->log, strerror(-error));
	return error;
}

int main(int argc, char **argv)
{
	struct options options = { .ring_pages = WATCH_PAGES, .delay_us = 1000, .jit_ms = 1000 };
	int error;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	error = settle(&options);
	if (error)
		return EXIT_FAILURE;
	if (!options.foreground) {
		error = background_start();
		if (!options.log)
			log_to_syslog();
	}
	if (!error)
		error = start(&options);
	if (error)
		log_say("%s", serve_why(error));
	if (error && !options.foreground)
		fprintf(stderr, "sfregd: %s\n", serve_why(error));
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
