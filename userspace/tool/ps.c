// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg ps: the windows of a process, with the name of what is mapped there.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sfreg.h>

#include "tool.h"

#define AT_ONCE	256

struct totals {
	unsigned long long windows, text, rows;
};

/*
 * Both the windows and /proc/PID/maps are sorted by address, so one pass over the
 * file names them all. It is NULL if it cannot be read: the names are missing then.
 */
struct names {
	FILE *maps;
	char *line;
	size_t room;
	unsigned long long start, end;
	const char *name;
};

static void parse_line(struct names *names)
{
	int at = 0;

	names->line[strcspn(names->line, "\n")] = '\0';
	if (sscanf(names->line, "%llx-%llx %*s %*s %*s %*s %n", &names->start,
		   &names->end, &at) != 2)
		names->end = 0;
	names->name = at ? names->line + at : "";
}

static const char *name_of(struct names *names, unsigned long long address)
{
	while (names->maps && names->end <= address) {
		if (getline(&names->line, &names->room, names->maps) < 0) {
			fclose(names->maps);
			names->maps = NULL;
			break;
		}
		parse_line(names);
	}
	if (address < names->start || address >= names->end)
		return "?";
	return *names->name ? names->name : "[anonymous]";
}

static void print_window(const struct sfreg_list_entry *entry, struct names *names)
{
	printf("%016llx %10llx %8u %10llu  %-8s  %s\n",
	       (unsigned long long)entry->text_start,
	       (unsigned long long)entry->text_len, entry->rows,
	       (unsigned long long)entry->table_bytes,
	       entry->flags & SFREG_LIST_OUTSIDER ? "outsider" : "self",
	       name_of(names, entry->text_start));
}

static int print_windows(int mem_fd, struct names *names, struct totals *totals)
{
	struct sfreg_list_entry entries[AT_ONCE];
	__u64 from = 0;
	int n;

	do {
		n = sfreg_list(mem_fd, from, entries, AT_ONCE, NULL);
		if (n < 0)
			return n;
		for (int i = 0; i < n; i++) {
			print_window(&entries[i], names);
			totals->windows++;
			totals->text += entries[i].text_len;
			totals->rows += entries[i].rows;
			from = entries[i].text_start + 1;
		}
	} while (n == AT_ONCE);
	return 0;
}

static int show(pid_t pid, int mem_fd)
{
	struct names names = { 0 };
	struct totals totals = { 0 };
	char path[64];
	int error;

	error = sfreg_list(mem_fd, 0, NULL, 0, NULL);
	if (error < 0)
		return error;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	names.maps = fopen(path, "re");
	printf("%-16s %10s %8s %10s  %-8s  %s\n", "TEXT", "LENGTH", "ROWS", "BYTES",
	       "OWNER", "OBJECT");
	error = print_windows(mem_fd, &names, &totals);
	if (names.maps)
		fclose(names.maps);
	free(names.line);
	if (!error)
		printf("%llu windows, %llu bytes of text, %llu rows\n", totals.windows,
		       totals.text, totals.rows);
	return error;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	pid_t *pid = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*pid)
			argp_usage(state);
		*pid = parse_pid(arg);
		if (*pid < 0)
			argp_error(state, "'%s' is no process id", arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_ps(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "PID",
		.doc = "Lists the text that process PID has registered. Needs the right "
		       "to trace it.",
	};
	pid_t pid = 0;
	int mem_fd, error;

	argp_parse(&argp, argc, argv, 0, NULL, &pid);
	mem_fd = sfreg_target_open(pid);
	if (mem_fd < 0)
		return complain("process %d: %s", pid, explain(mem_fd));
	error = show(pid, mem_fd);
	close(mem_fd);
	return error ? complain("process %d: %s", pid, explain(error)) : EXIT_OK;
}
