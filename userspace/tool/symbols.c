// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A file's function symbols, by libelf, in order of their addresses.
 */
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "symbols.h"

struct symbol {
	uint64_t start, end;
	const char *name;
};

struct symbols {
	Elf *elf;
	struct symbol *symbol;
	size_t n;
};

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void read_table(struct symbols *symbols, Elf_Scn *section, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t i, n = data ? data->d_size / sizeof(Elf64_Sym) : 0;
	struct symbol *symbol;
	const char *name;
	GElf_Sym sym;

	symbols->symbol = calloc(n + 1, sizeof(*symbols->symbol));
	if (!symbols->symbol)
		return;
	for (i = 0; i < n && gelf_getsym(data, i, &sym); i++) {
		if (GELF_ST_TYPE(sym.st_info) != STT_FUNC &&
		    GELF_ST_TYPE(sym.st_info) != STT_GNU_IFUNC)
			continue;
		name = elf_strptr(symbols->elf, shdr->sh_link, sym.st_name);
		if (sym.st_shndx == SHN_UNDEF || !name || !*name)
			continue;
		symbol = &symbols->symbol[symbols->n++];
		*symbol = (struct symbol) { sym.st_value, sym.st_value + sym.st_size, name };
	}
	qsort(symbols->symbol, symbols->n, sizeof(*symbol), by_start);
}

/* The last of .dynsym and .symtab, which has more. */
static Elf_Scn *find_table(Elf *elf, GElf_Shdr *found)
{
	Elf_Scn *section = NULL, *table = NULL;
	GElf_Shdr shdr;

	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &shdr) ||
		    (shdr.sh_type != SHT_SYMTAB && shdr.sh_type != SHT_DYNSYM))
			continue;
		if (!table || shdr.sh_type == SHT_SYMTAB) {
			table = section;
			*found = shdr;
		}
	}
	return table;
}

struct symbols *symbols_open(int fd)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	Elf_Scn *table;
	GElf_Shdr shdr = { 0 };

	if (!symbols)
		return NULL;
	elf_version(EV_CURRENT);
	symbols->elf = elf_begin(fd, ELF_C_READ, NULL);
	table = symbols->elf ? find_table(symbols->elf, &shdr) : NULL;
	if (table)
		read_table(symbols, table, &shdr);
	return symbols;
}

void symbols_close(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbol);
	if (symbols->elf)
		elf_end(symbols->elf);
	free(symbols);
}

const char *symbols_find(const struct symbols *symbols, uint64_t addr)
{
	size_t lo = 0, hi = symbols ? symbols->n : 0;
	const struct symbol *symbol;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (symbols->symbol[middle].start <= addr)
			lo = middle + 1;
		else
			hi = middle;
	}
	if (!lo)
		return NULL;
	symbol = &symbols->symbol[lo - 1];
	/* Assembly's symbols may have no size. */
	return addr < symbol->end || symbol->end == symbol->start ? symbol->name : NULL;
}
