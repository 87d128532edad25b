// SPDX-License-Identifier: GPL-2.0-only
/*
 * An object of the corpus, or a sample of one: a text that holds the section's
 * bytes and objdump's words.
 */
#include <stdlib.h>
#include <string.h>
#include "agree.h"
#include "compile.h"
#include "tap.h"

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &room, 0, f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static u8 abi_of(const char *machine)
{
	static const char *const names[] = {
		[SFR_ABI_AARCH64_BE] = "aarch64_be",
		[SFR_ABI_AARCH64_LE] = "aarch64",
		[SFR_ABI_AMD64_LE] = "amd64",
		[SFR_ABI_S390X_BE] = "s390x",
	};
	u8 i;

	for (i = 1; i < ARRAY_SIZE(names); i++)
		if (!strcmp(machine, names[i]))
			return i;
	return 0;
}

/* A sample's file is TOOLCHAIN-MACHINE-NAME.sample. */
static bool set_name(struct object *o, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t before = strlen(o->toolchain) + strlen(o->machine) + 2;

	if (o->sample && strlen(name) > before)
		name += before;
	snprintf(o->name, sizeof(o->name), "%.*s", (int)(strlen(name) - 7 * o->sample), name);
	o->abi = abi_of(o->machine);
	return o->abi;
}

/* "sample TOOLCHAIN MACHINE KIND ADDRESS LENGTH" */
static bool read_sample_head(const char *line, struct object *o)
{
	unsigned long long addr;

	if (o->bytes || sscanf(line, "sample %15s %15s %7s %llx %zu", o->toolchain, o->machine,
			       o->kind, &addr, &o->len) != 5 || o->len > 1 << 20)
		return false;
	o->addr = addr;
	o->bytes = calloc(1, o->len + 1);
	return true;
}

/* "= 0011223344..." */
static bool read_sample_bytes(const char *line, struct object *o, size_t *at)
{
	unsigned int byte;

	for (line += 2; sscanf(line, "%2x", &byte) == 1; line += 2) {
		if (*at == o->len)
			return false;
		o->bytes[(*at)++] = byte;
	}
	return true;
}

/* Comments, the head, the bytes, and everything else are objdump's words. */
static bool sample_read(const char *path, struct object *o)
{
	FILE *f = fopen(path, "r"), *words;
	size_t room = 0, at = 0, words_len;
	char *line = NULL;
	bool good = f;

	words = open_memstream(&o->words, &words_len);
	while (good && getline(&line, &room, f) > 0) {
		if (!strncmp(line, "sample ", 7))
			good = read_sample_head(line, o);
		else if (!strncmp(line, "= ", 2))
			good = o->bytes && read_sample_bytes(line, o, &at);
		else if (*line != '#')
			fputs(line, words);
	}
	fclose(words);
	free(line);
	if (f)
		fclose(f);
	o->sample = true;
	o->unwinds = true;
	return good && o->bytes && at == o->len && set_name(o, path);
}

void object_print_sample(const struct object *o)
{
	size_t i;

	printf("sample %s %s %s 0x%llx %zu", o->toolchain, o->machine, o->kind,
	       (unsigned long long)o->addr, o->len);
	for (i = 0; i < o->len; i++)
		printf("%s%02x", i % 32 ? "" : "\n= ", o->bytes[i]);
	printf("\n");
}

/* "path toolchain machine kind", by tabs; objdump's words are in path.words. */
static bool listed_read(const char *line, struct object *o)
{
	char path[4096], words[4200];

	if (sscanf(line, "%4095[^\t]\t%15s\t%15s\t%7s", path, o->toolchain, o->machine,
		   o->kind) != 4 || !set_name(o, path) || !elf_read(path, o))
		return false;
	snprintf(words, sizeof(words), "%s.words", path);
	o->words = read_text(words);
	return o->words;
}

bool object_read(const char *line, struct object *o)
{
	size_t len = strlen(line);
	bool sample = len > 7 && !strcmp(line + len - 7, ".sample");

	*o = (struct object) {};
	if (sample ? sample_read(line, o) : listed_read(line, o))
		return true;
	printf("# cannot be read: %s\n", line);
	object_free(o);
	return false;
}

void object_free(struct object *o)
{
	free(o->bytes);
	free(o->words);
}
