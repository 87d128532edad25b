// SPDX-License-Identifier: GPL-2.0-only
/*
 * agree LIST|SAMPLE... - each object of the corpus' lists, each sample: does
 * objdump print, entry by entry and nothing else, what the core decodes?
 * agree --sample LIST - the listed objects as samples, without objdump's words
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "agree.h"
#include "tap.h"

/*
 * Of a row at its function's end, which older versions of gas write, their own
 * objdump fails an assertion. What it has printed until then must agree.
 */
static const char *const known_to_die[][2] = {
	{ "2.40", "edges.o" }, { "2.44", "edges.o" },
};

static bool dies(const struct object *o)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known_to_die); i++)
		if (!strcmp(o->toolchain, known_to_die[i][0]) &&
		    !strcmp(o->name, known_to_die[i][1]) && !strcmp(o->machine, "amd64"))
			return true;
	return false;
}

/* The next line with something on it, as expect() writes them; NULL: none is left. */
static char *next_line(char **text)
{
	char *from = *text, *line, *to;

	while (isspace((unsigned char)*from))
		from++;
	if (!*from)
		return NULL;
	for (line = to = from; *from && *from != '\n'; from++)
		if (!isspace((unsigned char)*from))
			*to++ = *from;
		else if (to > line && to[-1] != ' ')
			*to++ = ' ';
	*text = from + !!*from;
	if (to > line && to[-1] == ' ')
		to--;
	*to = 0;
	return line;
}

/* The words that are about the section; "exit N" is the last line. */
static char *next_word(char **text, int *exit_code)
{
	char *line;

	while ((line = next_line(text))) {
		if (sscanf(line, "exit %d", exit_code) == 1)
			return NULL;
		if (!strstr(line, "file format "))
			return line;
	}
	return NULL;
}

/* Lines that agree; *all: nothing is left on either side, or objdump has died. */
static unsigned int compare(const struct object *o, char *want, bool *all)
{
	char *words = o->words, *says, *line;
	int exit_code = -1;
	unsigned int n = 0;

	for (;;) {
		says = next_word(&words, &exit_code);
		line = next_line(&want);
		if (!says || !line || strcmp(says, line))
			break;
		n++;
	}
	*all = dies(o) ? !says && line && n > 8 && exit_code == 128 + 6 :
			 !says && !line && !exit_code;
	if (!*all)
		printf("# objdump (exit %d): %s\n# sfreg: %s\n", exit_code,
		       says ? says : "(no more)", line ? line : "(no more)");
	return n;
}

static void check_empty(const struct object *o)
{
	ok(strstr(o->words, "No .sframe section present") && !o->unwinds,
	   "%s-%s %s: no function, no section", o->toolchain, o->machine, o->name);
}

static void check(const struct object *o, struct counts *sum)
{
	struct counts counts = {};
	long looked_up = 0;
	unsigned int lines;
	bool good, all;
	char *want;
	size_t len;
	FILE *out;

	if (!o->bytes) {
		check_empty(o);
		return;
	}
	out = open_memstream(&want, &len);
	good = expect(o, out, &counts);
	fclose(out);
	lines = compare(o, want, &all);
	/* A relocatable object's functions may all start at 0. */
	if (strcmp(o->kind, "o") || counts.funcs == 1)
		looked_up = check_table(o);
	ok(good && all && looked_up >= 0,
	   "%s%s-%s %s: %lu functions, %lu rows%s, %ld lookups",
	   o->sample ? "sample " : "", o->toolchain, o->machine, o->name, counts.funcs, counts.rows,
	   dies(o) ? " (here objdump fails an assertion; what it prints)" : "", looked_up);
	if (dies(o))
		printf("# %u lines before\n", lines);
	sum->funcs += counts.funcs;
	sum->rows += counts.rows;
	free(want);
}

static void each_of(const char *path, bool print, struct counts *sum)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	struct object o;

	if (!f) {
		ok(false, "%s: cannot be read", path);
		return;
	}
	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (!object_read(line, &o)) {
			ok(false, "%s", line);
			continue;
		}
		if (print)
			object_print_sample(&o);
		else
			check(&o, sum);
		object_free(&o);
	}
	free(line);
	fclose(f);
}

int main(int argc, char **argv)
{
	bool print = argc > 1 && !strcmp(argv[1], "--sample");
	struct counts sum = {};
	struct object o;
	int i;

	for (i = 1 + print; i < argc; i++) {
		if (!strstr(argv[i], ".sample")) {
			each_of(argv[i], print, &sum);
		} else if (object_read(argv[i], &o)) {
			check(&o, &sum);
			object_free(&o);
		} else {
			ok(false, "%s", argv[i]);
		}
	}
	if (print)
		return 0;
	printf("# total %lu functions, %lu rows\n", sum.funcs, sum.rows);
	return tap_done();
}
