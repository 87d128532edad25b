// SPDX-License-Identifier: GPL-2.0-only
/*
 * The .sframe of an ELF file of any byte order, as its objdump sees it. In a
 * relocatable object function starts await relocation. Version 3's objdump applies
 * that, with every section at address 0; older ones print what lies there.
 */
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "agree.h"

#define VERSION_AT	2

/* Widths of the relocations that assemblers use for a function's start. */
static int width_of(int machine, int type)
{
	switch (machine) {
	case EM_X86_64:
		return type == R_X86_64_PC64 ? 8 : type == R_X86_64_PC32 ? 4 : 0;
	case EM_AARCH64:
		return type == R_AARCH64_PREL64 ? 8 : type == R_AARCH64_PREL32 ? 4 : 0;
	case EM_S390:
		return type == R_390_PC64 ? 8 : type == R_390_PC32 ? 4 : 0;
	default:
		return 0;
	}
}

static void put(u8 *at, int width, bool big, u64 value)
{
	int i;

	for (i = 0; i < width; i++)
		at[big ? width - 1 - i : i] = value >> 8 * i;
}

static bool relocate(Elf_Data *relas, Elf_Data *syms, const GElf_Ehdr *ehdr, struct object *o)
{
	bool big = ehdr->e_ident[EI_DATA] == ELFDATA2MSB;
	GElf_Rela rela;
	GElf_Sym sym;
	int i, width;

	for (i = 0; gelf_getrela(relas, i, &rela); i++) {
		width = width_of(ehdr->e_machine, GELF_R_TYPE(rela.r_info));
		if (!width || !gelf_getsym(syms, GELF_R_SYM(rela.r_info), &sym) ||
		    rela.r_offset > o->len || o->len - rela.r_offset < (u64)width) {
			printf("# relocation %d of .sframe: not understood\n", i);
			return false;
		}
		put(o->bytes + rela.r_offset, width, big,
		    sym.st_value + rela.r_addend - rela.r_offset);
	}
	return true;
}

static Elf_Scn *section(Elf *elf, const char *name, GElf_Shdr *shdr)
{
	Elf_Scn *scn = NULL;
	size_t names;

	elf_getshdrstrndx(elf, &names);
	while ((scn = elf_nextscn(elf, scn))) {
		gelf_getshdr(scn, shdr);
		if (!strcmp(elf_strptr(elf, names, shdr->sh_name) ?: "", name))
			return scn;
	}
	return NULL;
}

static bool read_section(Elf *elf, struct object *o)
{
	GElf_Shdr shdr, rela_shdr;
	GElf_Ehdr ehdr;
	Elf_Scn *scn, *relas;
	Elf_Data *data;

	if (!gelf_getehdr(elf, &ehdr))
		return false;
	o->unwinds = section(elf, ".eh_frame", &shdr);
	scn = section(elf, ".sframe", &shdr);
	data = scn ? elf_rawdata(scn, NULL) : NULL;
	if (!data || !data->d_size)
		return true;
	o->addr = shdr.sh_addr;
	o->len = data->d_size;
	o->bytes = malloc(o->len);
	memcpy(o->bytes, data->d_buf, o->len);
	if (ehdr.e_type != ET_REL || o->len <= VERSION_AT || o->bytes[VERSION_AT] < 3)
		return true;
	relas = section(elf, ".rela.sframe", &rela_shdr);
	return !relas || relocate(elf_getdata(relas, NULL),
				  elf_getdata(elf_getscn(elf, rela_shdr.sh_link), NULL), &ehdr, o);
}

bool elf_read(const char *path, struct object *o)
{
	int fd = open(path, O_RDONLY);
	bool good = false;
	Elf *elf;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		good = read_section(elf, o);
	elf_end(elf);
	close(fd);
	return good;
}
