// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg synth: makes SFrame of what a file has, .eh_frame, and says how much of its text
 * that describes. The file may be anyone's: it is read in a sandbox.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../attach/sandbox.h"
#include "symbols.h"
#include "tool.h"

struct options {
	const char *file, *output, *embed;
	bool report;
};

static const struct argp_option options[] = {
	{ "output", 'o', "SECTION", 0, "Write the section's bytes to this file", 0 },
	{ "embed", 'e', "COPY", 0, "Write a copy of FILE that carries the section", 0 },
	{ "report", 'r', NULL, 0, "List what has no rule, or one that the file does not say", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case 'e':
		o->embed = arg;
		return 0;
	case 'r':
		o->report = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "more than one file");
		o->file = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which file?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- what is printed ------------------------------------------------------------ */

static void print_bytes(const char *what, uint64_t bytes, uint64_t of)
{
	printf("  %-24s %12llu", what, (unsigned long long)bytes);
	if (of)
		printf("  %6.2f %%", 100.0 * (double)bytes / (double)of);
	putchar('\n');
}

static void print_summary(const char *name, const struct synth_section *section,
			  const struct synth_report *report)
{
	uint64_t gaps[SYNTH_GAP_COUNT] = { 0 };
	uint32_t i;

	printf("%s: SFrame version %u, %zu bytes, base 0x%llx, %u functions, %u rows\n", name,
	       section->version, section->len, (unsigned long long)section->base,
	       report->n_functions, report->n_rows);
	print_bytes("bytes of text", report->text, 0);
	print_bytes("described by the file", report->described, report->text);
	for (i = 0; i < SYNTH_KIND_COUNT; i++)
		if (report->covered[i])
			print_bytes(synth_kind_name(i), report->covered[i],
				    i == SYNTH_KIND_STARTUP ? 0 : report->described);
	for (i = 0; i < report->n_holes; i++)
		gaps[report->holes[i].why] += report->holes[i].len;
	for (i = 0; i < SYNTH_GAP_COUNT; i++) {
		char what[64];

		snprintf(what, sizeof(what), "no rule: %s", synth_gap_name(i));
		if (gaps[i])
			print_bytes(what, gaps[i], report->described);
	}
}

/* A function's holes for one reason are one line. */
static void print_holes(int fd, const struct synth_report *report)
{
	struct symbols *symbols = symbols_open(fd);
	uint32_t i, next;

	for (i = 0; i < report->n_holes; i = next) {
		const struct synth_hole *hole = report->holes + i;
		const char *name = symbols_find(symbols, hole->start);
		uint64_t bytes = 0;

		for (next = i; next < report->n_holes; next++) {
			if (report->holes[next].why != hole->why ||
			    symbols_find(symbols, report->holes[next].start) != name)
				break;
			bytes += report->holes[next].len;
		}
		printf("  0x%-16llx %8llu  %s: %s\n", (unsigned long long)hole->start,
		       (unsigned long long)bytes, name ? name : "(no symbol)",
		       synth_gap_name(hole->why));
	}
	symbols_close(symbols);
}

static void print_corrections(const struct synth_report *report)
{
	uint32_t i;

	for (i = 0; i < report->n_corrected; i++) {
		const struct synth_correction *correction = &report->corrected[i];

		printf("  0x%-16llx %8llu  %s: corrected\n",
		       (unsigned long long)correction->start,
		       (unsigned long long)correction->len,
		       synth_erratum_name(correction->erratum));
	}
}

static void print_startup(const struct synth_report *report)
{
	uint32_t i;

	for (i = 0; i < report->n_startup; i++)
		printf("  0x%-16llx %8llu  of start files' functions: by the instructions\n",
		       (unsigned long long)report->startup[i].start,
		       (unsigned long long)report->startup[i].len);
}

/* --- what is written ------------------------------------------------------------ */

/* Opens @name for writing, with as many of @fd's rights as @mask leaves; not the file itself. */
static int open_output(const char *name, const char *of, int fd, mode_t mask)
{
	struct stat file, own;
	int to;

	if (fstat(fd, &file))
		return complain("%s: %s", of, strerror(errno)), -1;
	if (!stat(name, &own) && own.st_dev == file.st_dev && own.st_ino == file.st_ino)
		return complain("%s is %s itself", name, of), -1;
	to = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, (file.st_mode | 0666) & mask);
	if (to < 0)
		complain("%s: %s", name, strerror(errno));
	return to;
}

/* What is not whole is not left behind, unless it is no file of its own. */
static int close_output(const char *name, int to, int error)
{
	struct stat stat;
	bool remove = !fstat(to, &stat) && S_ISREG(stat.st_mode);

	if (close(to) && !error)
		error = -errno;
	if (error && remove)
		unlink(name);
	return error;
}

static int write_all(int to, const uint8_t *bytes, size_t len)
{
	ssize_t n;

	for (; len; bytes += n, len -= n) {
		n = write(to, bytes, len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			n = 0;
	}
	return 0;
}

static int write_section(const struct options *o, int fd, const struct synth_section *section)
{
	int error, to = open_output(o->output, o->file, fd, 0666);

	if (to < 0)
		return EXIT_FAILED;
	error = close_output(o->output, to, write_all(to, section->bytes, section->len));
	return error ? complain("%s: %s", o->output, strerror(-error)) : EXIT_OK;
}

static int write_copy(const struct options *o, int fd, const struct synth_section *section)
{
	int error, to = open_output(o->embed, o->file, fd, 0777);

	if (to < 0)
		return EXIT_FAILED;
	error = synth_embed(fd, section, to);
	error = close_output(o->embed, to, error);
	return error ? complain("%s: %s", o->file, explain_file(error)) : EXIT_OK;
}

static int synth(const struct options *o, int fd, const struct synth_section *section,
		 const struct synth_report *report)
{
	int status = EXIT_OK;

	if (!section->len)
		return complain("%s: %s", o->file, explain_file(-ENODATA));
	if (o->output)
		status = write_section(o, fd, section);
	if (o->embed && !status)
		status = write_copy(o, fd, section);
	if (status)
		return status;
	print_summary(o->file, section, report);
	if (o->report) {
		print_holes(fd, report);
		print_corrections(report);
		print_startup(report);
	}
	return EXIT_OK;
}

int cmd_synth(int argc, char **argv)
{
	const struct argp argp = {
		.options = options, .parser = parse, .args_doc = "FILE",
		.doc = "Makes an SFrame section from a program's or library's .eh_frame.",
	};
	struct options o = { 0 };
	struct synth_section section;
	struct synth_report report;
	struct cache_trace trace;
	struct synth_file file;
	int fd, error;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	fd = open(o.file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return complain("%s: %s", o.file, strerror(errno));
	error = synth_file_init(&file, fd);
	if (error == -EINVAL)
		return complain("%s: not a regular file", o.file);
	if (!error) {
		cache_trace_init(&trace, file.source.size);
		error = sandbox_synth(&file.source, &trace, &section, &report);
	}
	if (error)
		return complain("%s: %s", o.file, explain_file(error));
	error = synth(&o, fd, &section, &report);
	synth_free(&section);
	synth_report_free(&report);
	close(fd);
	return error;
}
