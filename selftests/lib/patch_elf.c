// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damages an ELF file in place, one thing at a time.
 *
 *	patch-elf FILE no-segment		PT_GNU_SFRAME becomes PT_NULL
 *	patch-elf FILE segment-vaddr VALUE	so does its address
 *	patch-elf FILE segment-memsz VALUE
 *	patch-elf FILE sframe OFFSET VALUE	a byte of the section
 *	patch-elf FILE u32 OFFSET VALUE		a word of the section
 *	patch-elf FILE shnum VALUE		number of section headers
 *	patch-elf FILE shoff VALUE		where they are
 *	patch-elf FILE shstrndx VALUE
 *	patch-elf FILE build-id			one bit of the build ID
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PT_SFRAME 0x6474e554

static unsigned char *file;

static Elf64_Phdr *phdr(Elf64_Word type)
{
	Elf64_Ehdr *ehdr = (void *)file;
	Elf64_Phdr *phdrs = (void *)(file + ehdr->e_phoff);

	for (int i = 0; i < ehdr->e_phnum; i++)
		if (phdrs[i].p_type == type)
			return &phdrs[i];
	fprintf(stderr, "patch-elf: no segment of type %#x\n", type);
	exit(1);
}

/* The build ID's note, not the property note that stands before it. */
static void change_build_id(void)
{
	Elf64_Ehdr *ehdr = (void *)file;
	Elf64_Phdr *phdrs = (void *)(file + ehdr->e_phoff);

	for (int i = 0; i < ehdr->e_phnum; i++) {
		Elf64_Nhdr *note = (void *)(file + phdrs[i].p_offset);

		if (phdrs[i].p_type != PT_NOTE || note->n_type != NT_GNU_BUILD_ID)
			continue;
		file[phdrs[i].p_offset + sizeof(*note) + note->n_namesz] ^= 1;
		return;
	}
	fprintf(stderr, "patch-elf: no build ID\n");
	exit(1);
}

static void patch(const char *what, unsigned long a, unsigned long b)
{
	Elf64_Ehdr *ehdr = (void *)file;

	if (!strcmp(what, "no-segment"))
		phdr(PT_SFRAME)->p_type = PT_NULL;
	else if (!strcmp(what, "segment-vaddr"))
		phdr(PT_SFRAME)->p_vaddr = a;
	else if (!strcmp(what, "segment-memsz"))
		phdr(PT_SFRAME)->p_memsz = a;
	else if (!strcmp(what, "sframe"))
		file[phdr(PT_SFRAME)->p_offset + a] = b;
	else if (!strcmp(what, "u32"))
		memcpy(file + phdr(PT_SFRAME)->p_offset + a, &(Elf64_Word){ b }, 4);
	else if (!strcmp(what, "shnum"))
		ehdr->e_shnum = a;
	else if (!strcmp(what, "shoff"))
		ehdr->e_shoff = a;
	else if (!strcmp(what, "shstrndx"))
		ehdr->e_shstrndx = a;
	else if (!strcmp(what, "build-id"))
		change_build_id();
	else
		exit(2);
}

int main(int argc, char **argv)
{
	struct stat st;
	int fd;

	if (argc < 3)
		return 2;
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || fstat(fd, &st))
		return 1;
	file = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED)
		return 1;
	patch(argv[2], argc > 3 ? strtoul(argv[3], NULL, 0) : 0,
	      argc > 4 ? strtoul(argv[4], NULL, 0) : 0);
	return 0;
}
