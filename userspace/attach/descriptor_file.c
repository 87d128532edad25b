// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The same variable, by the section headers of an open file. Whoever wrote the file may mean
 * harm: what is read is bounded, and an answer may be wrong.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"

/* More than anybody has. */
#define MAX_SECTIONS	4096
#define MAX_TABLES	2		/* .dynsym, .symtab */
#define MAX_SYMBOLS	(4u << 20)
#define MAX_STRINGS	(32u << 20)	/* of all tables */
#define PORTION		1024

/* --- the sections ------------------------------------------------------------------ */

static bool read_at(int fd, void *to, size_t len, uint64_t at)
{
	return pread(fd, to, len, at) == (ssize_t)len;
}

/* What is known of a file's symbol tables. */
struct tables {
	int fd;
	Elf64_Ehdr header;
	uint32_t next;
	Elf64_Shdr symbols, strings;	/* one of them, and its names */
};

static bool begin(struct tables *tables, int fd)
{
	*tables = (struct tables) { .fd = fd };
	return read_at(fd, &tables->header, sizeof(tables->header), 0) &&
	       !memcmp(tables->header.e_ident, ELFMAG, SELFMAG) && tables->header.e_shnum &&
	       tables->header.e_shentsize == sizeof(Elf64_Shdr) &&
	       tables->header.e_shnum <= MAX_SECTIONS;
}

static bool read_section(const struct tables *tables, uint32_t number, Elf64_Shdr *section)
{
	return number < tables->header.e_shnum &&
	       read_at(tables->fd, section, sizeof(*section),
		       tables->header.e_shoff + number * sizeof(*section));
}

enum answer { NO, YES, UNREADABLE };

static enum answer next(struct tables *tables)
{
	while (tables->next < tables->header.e_shnum) {
		if (!read_section(tables, tables->next++, &tables->symbols))
			return UNREADABLE;
		if (tables->symbols.sh_type == SHT_SYMTAB ||
		    tables->symbols.sh_type == SHT_DYNSYM)
			return read_section(tables, tables->symbols.sh_link, &tables->strings) ?
				YES : UNREADABLE;
	}
	return NO;
}

/* --- where is it? ------------------------------------------------------------------ */

static bool is_it(const struct tables *tables, const Elf64_Sym *symbol)
{
	char name[sizeof(DESCRIPTOR_NAME)];

	return descriptor_is_like(symbol) &&
	       read_at(tables->fd, name, sizeof(name),
		       tables->strings.sh_offset + symbol->st_name) &&
	       !memcmp(name, DESCRIPTOR_NAME, sizeof(name));
}

static uint64_t look_in_table(const struct tables *tables)
{
	Elf64_Sym symbols[PORTION];
	uint64_t left = tables->symbols.sh_size / sizeof(*symbols);
	uint64_t at = tables->symbols.sh_offset;

	if (left > MAX_SYMBOLS)
		left = MAX_SYMBOLS;
	while (left) {
		size_t n = left < PORTION ? left : PORTION;

		if (!read_at(tables->fd, symbols, n * sizeof(*symbols), at))
			return 0;
		for (size_t i = 0; i < n; i++)
			if (is_it(tables, &symbols[i]))
				return symbols[i].st_value;
		at += n * sizeof(*symbols);
		left -= n;
	}
	return 0;
}

uint64_t descriptor_in_file(int fd)
{
	struct tables tables;

	if (!begin(&tables, fd))
		return 0;
	while (next(&tables) == YES)
		if (tables.symbols.sh_type == SHT_SYMTAB)
			return look_in_table(&tables);
	return 0;
}

/* --- is it there at all? ----------------------------------------------------------- */

/* @budget: bytes that may be read yet. */
static bool may_be_among(int fd, const Elf64_Shdr *strings, uint64_t *budget)
{
	const size_t name = sizeof(DESCRIPTOR_NAME);
	char bytes[32 << 10];
	uint64_t done = 0;

	if (strings->sh_size > *budget)
		return true;
	*budget -= strings->sh_size;
	while (done + name <= strings->sh_size) {
		size_t n = strings->sh_size - done;

		if (n > sizeof(bytes))
			n = sizeof(bytes);
		if (!read_at(fd, bytes, n, strings->sh_offset + done) ||
		    memmem(bytes, n, DESCRIPTOR_NAME, name))
			return true;
		/* One that breaks here is whole in the next. */
		done += n - (name - 1);
	}
	return false;
}

bool descriptor_may_be_in(int fd)
{
	uint64_t budget = MAX_STRINGS;
	struct tables tables;
	enum answer answer;

	if (!begin(&tables, fd))
		return true;
	for (int n = 0; (answer = next(&tables)) == YES; n++)
		if (n == MAX_TABLES || may_be_among(fd, &tables.strings, &budget))
			return true;
	return answer == UNREADABLE;
}
