// SPDX-License-Identifier: GPL-2.0-only
/*
 * /tmp/perf-PID.map: its lines, who writes them, and what is not taken for the file.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>

#include <sfreg/jit.h>

#include "tap.h"

#define TEXT	((char *)0x7e1234567000)

static char path[64], target[80];
static const struct sfreg_jit_row row = { .cfa_offset = 8, .ra_offset = -8 };

static struct sfreg_jit *open_window(uint32_t flags)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .flags = flags, .text = TEXT, .text_len = 0x100000,
		.max_functions = 10, .max_rows = 10,
	};
	struct sfreg_jit *jit = NULL;

	is(sfreg_jit_open(&options, &jit), 0, "a window");
	return jit;
}

/* The whole file as text; "-": there is none. */
static const char *content(void)
{
	static char text[4096];
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file)
		return "-";
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = 0;
	fclose(file);
	return text;
}

static void holds(const char *want, const char *what)
{
	if (!ok(!strcmp(content(), want), "%s", what))
		printf("# got:  %s\n# want: %s\n", content(), want);
}

static void check_lines(void)
{
	struct sfreg_jit *jit = open_window(SFREG_JIT_PERF_MAP), *other;
	char name[600], want[1000];

	holds("", "an empty file");
	is(sfreg_jit_stub(jit, TEXT + 0x10, 0x1a, &row, "first name"), 0, "described");
	is(sfreg_jit_stub(jit, TEXT + 0x10, 1, &row, "twice"), -EEXIST, "refused");
	is(sfreg_jit_stub(jit, TEXT + 0x30, 1, &row, NULL), 0, "described without a name");
	is(sfreg_jit_stub(jit, TEXT, 0x10, &row, "evil\n1 2 x\t\x7f"), 0, "a name of two lines");
	holds("7e1234567010 1a first name\n7e1234567000 10 evil?1 2 x??\n", "a line for a name");
	other = open_window(SFREG_JIT_PERF_MAP);
	is(sfreg_jit_stub(other, TEXT + 0x200, 1, &row, "other"), 0, "of another window");
	is(sfreg_jit_remove(jit, TEXT), 0, "removed");
	holds("7e1234567010 1a first name\n7e1234567000 10 evil?1 2 x??\n7e1234567200 1 other\n",
	      "one file for all, and nothing is taken back");
	sfreg_jit_close(other);
	unlink(path);

	other = open_window(SFREG_JIT_PERF_MAP);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	is(sfreg_jit_stub(other, TEXT, 0xfffff, &row, name), 0, "a long name");
	snprintf(want, sizeof(want), "7e1234567000 fffff %.400s\n", name);
	holds(want, "is cut");
	sfreg_jit_close(other);
	sfreg_jit_close(jit);
	unlink(path);
}

static void check_child(void)
{
	struct sfreg_jit *jit = open_window(SFREG_JIT_PERF_MAP);
	int status;

	if (!fork())
		_exit(!!sfreg_jit_stub(jit, TEXT, 16, &row, "child's"));
	wait(&status);
	is(status, 0, "a child describes a function");
	is(sfreg_jit_stub(jit, TEXT, 16, &row, "parent's"), 0, "and its parent, too");
	holds("7e1234567000 10 parent's\n", "the child has no names in its parent's file");
	sfreg_jit_close(jit);
	unlink(path);
}

/* No error of open, and no names. */
static void check_without(const char *what)
{
	struct sfreg_jit *jit = open_window(SFREG_JIT_PERF_MAP);

	is(sfreg_jit_stub(jit, TEXT, 16, &row, "name"), 0, "%s: described all the same", what);
	sfreg_jit_close(jit);
}

static void check_traps(void)
{
	struct sfreg_jit *jit = open_window(0);

	is(sfreg_jit_stub(jit, TEXT, 16, &row, "name"), 0, "without the flag");
	holds("-", "no file");
	sfreg_jit_close(jit);

	is(symlink(target, path), 0, "a link");
	check_without("a link");
	is(access(target, F_OK), -1, "which is not followed");
	unlink(path);
	is(mkfifo(path, 0600), 0, "a FIFO");
	check_without("a FIFO");
	unlink(path);
	is(mkdir(path, 0700), 0, "a directory");
	check_without("a directory");
	rmdir(path);
	if (geteuid()) {
		ok(true, "another user's file # SKIP not root");
		return;
	}
	close(open(path, O_CREAT | O_WRONLY, 0666));
	is(chown(path, 12345, 12345), 0, "another user's file");
	check_without("another user's file");
	holds("", "which is told nothing");
	unlink(path);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	snprintf(target, sizeof(target), "%s.target", path);
	unlink(path);
	check_lines();
	check_child();
	check_traps();
	return tap_done();
}
