// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg cache: fills, lists and empties the cache of made sections.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cache/cache.h"
#include "fill.h"
#include "linked.h"
#include "tool.h"

struct options {
	char **files;
	bool list, clean, linked;
};

/* While the cache is filled. */
struct filling {
	const char *dir;
	int status;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	(void)arg;

	switch (key) {
	case 'c':
		options->clean = true;
		return 0;
	case 'l':
		options->list = true;
		return 0;
	case 'L':
		options->linked = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->files = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (options->list + options->clean + !!options->files > 1)
			argp_error(state, "one of FILE, --list and --clean");
		if (options->linked && !options->files)
			argp_error(state, "--linked needs a FILE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void fill_one(void *ctx, const char *path)
{
	static const char *const words[] = {
		[FILL_THERE] = "there already",
		[FILL_MADE] = "made",
		[FILL_NONE] = "no call frame information",
	};
	struct filling *filling = ctx;
	int ret = fill_file(filling->dir, path);

	if (ret < 0)
		filling->status = complain("%s: %s", path, explain_file(ret));
	else
		printf("%s: %s\n", path, words[ret]);
}

static int fill_all(const char *dir, const struct options *options)
{
	struct filling filling = { dir, EXIT_OK };

	for (char **file = options->files; *file; file++) {
		if (!options->linked || !linked_objects(*file, fill_one, &filling))
			fill_one(&filling, *file);
	}
	return filling.status;
}

static int no_cache(const char *dir, int error)
{
	switch (-error) {
	case ENOENT:
		printf("%s: empty\n", dir);
		return EXIT_OK;
	case EPERM:
		return complain("%s: it belongs to another user, or others may write to it", dir);
	default:
		return complain("%s: %s", dir, strerror(-error));
	}
}

static void print_section(const char *dir, const struct cache_file *file)
{
	struct cache_entry entry;
	struct cache_key key;
	char when[32];

	for (size_t i = 0; i < CACHE_KEY_LEN; i++)
		if (sscanf(file->name + 2 * i, "%2hhx", &key.bytes[i]) != 1)
			return;
	strftime(when, sizeof(when), "%F %T", localtime(&file->written.tv_sec));
	if (cache_open(dir, &key, &entry)) {
		printf("%.16s  %s  not fit to be used\n", file->name, when);
		return;
	}
	printf("%.16s  %s  %10llu bytes\n", file->name, when, (unsigned long long)entry.len);
	close(entry.fd);
}

/* @list: each section, too */
static int show(const char *dir, bool list)
{
	size_t n, sections = 0, bytes = 0;
	struct cache_file *files;
	int error = cache_list(dir, &files, &n);

	if (error)
		return no_cache(dir, error);
	for (size_t i = 0; i < n; i++) {
		bytes += files[i].bytes;
		sections += files[i].is_section;
		if (list && files[i].is_section)
			print_section(dir, &files[i]);
	}
	printf("%s: %zu section%s, %.1f MB\n", dir, sections, sections == 1 ? "" : "s",
	       bytes / 1e6);
	free(files);
	return EXIT_OK;
}

static int clean(const char *dir)
{
	int removed = cache_trim(dir, 0);

	if (removed < 0)
		return no_cache(dir, removed);
	printf("%s: %d section%s removed\n", dir, removed, removed == 1 ? "" : "s");
	return EXIT_OK;
}

int cmd_cache(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "list", 'l', NULL, 0, "List the sections, oldest first", 0 },
		{ "clean", 'c', NULL, 0, "Remove all of them", 0 },
		{ "linked", 'L', NULL, 0,
		  "Of each FILE, a program, the libraries that it is linked with, too", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = known,
		.parser = parse,
		.args_doc = "[FILE...]",
		.doc = "Makes SFrame sections of what programs and libraries have, .eh_frame, "
		       "and keeps them where sfreg run, sfreg attach and sfregd find them. "
		       "Without arguments: where that is, and how much.",
	};
	struct options options = { 0 };
	char *dir;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	dir = cache_dir();
	if (!dir)
		return complain("there is no directory for the cache; set SFREG_CACHE");
	if (options.files)
		status = fill_all(dir, &options);
	else
		status = options.clean ? clean(dir) : show(dir, options.list);
	free(dir);
	return status;
}
