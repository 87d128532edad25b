/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A section's bytes and address, from an ELF file that a test's own build made.
 */
#ifndef ELF_SECTION_H
#define ELF_SECTION_H

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct elf_section {
	unsigned char *bytes;	/* the caller frees them; NULL: not there */
	size_t len;
	unsigned long addr;
};

static inline void *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;

	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	*len = ftell(f);
	rewind(f);
	bytes = malloc(*len + 1);
	*len = fread(bytes, 1, *len, f);
	bytes[*len] = 0;
	fclose(f);
	return bytes;
}

static inline struct elf_section elf_section(const char *path, const char *name)
{
	struct elf_section found = {};
	Elf64_Ehdr *elf;
	Elf64_Shdr *sections;
	size_t len;
	char *file = read_file(path, &len);
	int i;

	if (!file || len < sizeof(*elf))
		return found;
	elf = (void *)file;
	sections = (void *)(file + elf->e_shoff);
	for (i = 0; i < elf->e_shnum; i++) {
		if (strcmp(file + sections[elf->e_shstrndx].sh_offset + sections[i].sh_name,
			   name))
			continue;
		found.len = sections[i].sh_size;
		found.addr = sections[i].sh_addr;
		found.bytes = malloc(found.len);
		memcpy(found.bytes, file + sections[i].sh_offset, found.len);
	}
	free(file);
	return found;
}

#endif /* ELF_SECTION_H */
