// SPDX-License-Identifier: GPL-2.0-only
/* Which function an address is in, and what it was compiled from. */
#include "truth.h"

/* The @i-th symbol of all tables, with its address as placed; false: there are no more. */
static bool get_symbol(const struct object *o, size_t i, GElf_Sym *sym, const char **name)
{
	Elf_Scn *scn = NULL, *home;
	GElf_Shdr s, at;

	while ((scn = elf_nextscn(o->elf, scn))) {
		gelf_getshdr(scn, &s);
		if (s.sh_type != SHT_SYMTAB)
			continue;
		if (i >= s.sh_size / s.sh_entsize) {
			i -= s.sh_size / s.sh_entsize;
			continue;
		}
		gelf_getsym(elf_getdata(scn, NULL), i, sym);
		*name = elf_strptr(o->elf, s.sh_link, sym->st_name);
		home = o->relocatable && sym->st_shndx < SHN_LORESERVE ?
		       elf_getscn(o->elf, sym->st_shndx) : NULL;
		if (home && gelf_getshdr(home, &at))
			sym->st_value += at.sh_addr;
		return true;
	}
	return false;
}

static bool is_function(const GElf_Sym *sym)
{
	return GELF_ST_TYPE(sym->st_info) == STT_FUNC && sym->st_shndx != SHN_UNDEF;
}

/*
 * The function that @addr lies in. @file: what a local one was compiled from, "" for
 * a global one: local symbols stand behind their file's.
 */
static const char *function_at(const struct object *o, u64 addr, const char **file)
{
	const char *name, *last = "";
	GElf_Sym sym;
	size_t i;

	for (i = 0; get_symbol(o, i, &sym, &name); i++) {
		if (GELF_ST_TYPE(sym.st_info) == STT_FILE)
			last = name;
		if (!is_function(&sym) || sym.st_value > addr ||
		    addr - sym.st_value >= (sym.st_size ? sym.st_size : 1))
			continue;
		*file = GELF_ST_BIND(sym.st_info) == STB_LOCAL ? last : "";
		return name;
	}
	*file = "";
	return "";
}

const char *object_symbol(const struct object *o, u64 addr)
{
	const char *file;

	return function_at(o, addr, &file);
}

bool object_has_part(const struct object *o, const struct object *part, u64 addr)
{
	const char *name, *file, *function = function_at(o, addr, &file);
	GElf_Sym sym;
	size_t i;

	for (i = 0; get_symbol(part, i, &sym, &name); i++)
		if (*file ? GELF_ST_TYPE(sym.st_info) == STT_FILE && !strcmp(name, file) :
			    is_function(&sym) && !strcmp(name, function))
			return true;
	return false;
}
