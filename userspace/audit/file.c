// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What only an object's file tells: the section headers, which are not mapped.
 * Linkers that make no PT_GNU_SFRAME segment are the reason to look at them.
 *
 * The path may by now name another file than the one that is mapped. It is taken
 * for the same if the ELF header, the program headers and the notes (the build ID
 * is one) are byte for byte those in memory.
 */
#include "memory.h"
#include "object.h"
#include "syscall.h"

/* Notes are compared up to here; the build ID's segment has some 40 bytes. */
#define NOTE_MAX	256
#define SHDRS_AT_ONCE	8

static const char no_section[] = "it has no .sframe";
static const char not_same[] = "its file is not the one that is mapped";

/* O_NONBLOCK: the path may name a FIFO by now. */
static int open_object(const char *path)
{
	return sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

static bool read_at(int fd, void *to, size_t len, unsigned long at)
{
	return sys_call(__NR_pread64, fd, (long)to, len, at, 0, 0) == (long)len;
}

/* Is the file's [@at, @at + @len) what lies in memory at @addr? len <= NOTE_MAX */
static bool is_mapped_at(int fd, unsigned long at, unsigned long addr, size_t len)
{
	unsigned char file[NOTE_MAX], memory[NOTE_MAX];

	return read_at(fd, file, len, at) && sfreg_audit_read(memory, addr, len) &&
	       sfreg_audit_equal(file, memory, len);
}

/* Where the file's first byte, the ELF header, is mapped; 0: nowhere. */
static unsigned long mapped_header(const struct object *object)
{
	for (unsigned int i = 0; i < object->n_phdrs; i++)
		if (object->phdrs[i].p_type == PT_LOAD && !object->phdrs[i].p_offset)
			return object->base + object->phdrs[i].p_vaddr;
	return 0;
}

static bool notes_are_equal(int fd, const struct object *object)
{
	for (unsigned int i = 0; i < object->n_phdrs; i++) {
		const Elf64_Phdr *phdr = &object->phdrs[i];
		size_t len = phdr->p_filesz < NOTE_MAX ? phdr->p_filesz : NOTE_MAX;

		if (phdr->p_type == PT_NOTE &&
		    !is_mapped_at(fd, phdr->p_offset, object->base + phdr->p_vaddr, len))
			return false;
	}
	return true;
}

static bool phdrs_are_equal(int fd, const struct object *object, const Elf64_Ehdr *ehdr)
{
	if (ehdr->e_phnum != object->n_phdrs)
		return false;
	for (unsigned int i = 0; i < object->n_phdrs; i++) {
		Elf64_Phdr phdr;

		if (!read_at(fd, &phdr, sizeof(phdr), ehdr->e_phoff + i * sizeof(phdr)) ||
		    !sfreg_audit_equal(&phdr, &object->phdrs[i], sizeof(phdr)))
			return false;
	}
	return true;
}

static bool is_same_file(int fd, const struct object *object, const Elf64_Ehdr *ehdr)
{
	unsigned long header = mapped_header(object);

	return header && is_mapped_at(fd, 0, header, sizeof(*ehdr)) &&
	       phdrs_are_equal(fd, object, ehdr) && notes_are_equal(fd, object);
}

int sfreg_file_open(const struct object *object, const struct object_hint *hint)
{
	int fd = open_object(hint->path);
	Elf64_Ehdr ehdr;

	if (fd < 0)
		return -1;
	if (read_at(fd, &ehdr, sizeof(ehdr), 0) && is_same_file(fd, object, &ehdr))
		return fd;
	sys_close(fd);
	return -1;
}

const char *sfreg_file_phdrs(struct object *object, const struct object_hint *hint)
{
	int fd = open_object(hint->path);
	const char *why = not_same;
	bool is_dynamic = false;
	Elf64_Ehdr ehdr;

	if (fd < 0)
		return "its program headers are not found";
	if (!read_at(fd, &ehdr, sizeof(ehdr), 0) || !ehdr.e_phnum ||
	    ehdr.e_phnum > OBJECT_PHDRS || ehdr.e_phentsize != sizeof(Elf64_Phdr) ||
	    !read_at(fd, object->phdrs, ehdr.e_phnum * sizeof(Elf64_Phdr), ehdr.e_phoff))
		goto close;
	object->n_phdrs = ehdr.e_phnum;
	for (unsigned int i = 0; i < object->n_phdrs; i++)
		if (object->phdrs[i].p_type == PT_DYNAMIC)
			is_dynamic = object->base + object->phdrs[i].p_vaddr ==
				     hint->dynamic;
	if (is_dynamic && is_same_file(fd, object, &ehdr))
		why = NULL;
close:
	sys_close(fd);
	return why;
}

/* Is the name at @at in the file ".sframe"? */
static bool is_named_sframe(int fd, unsigned long at)
{
	char name[sizeof(".sframe")];

	return read_at(fd, name, sizeof(name), at) &&
	       sfreg_audit_equal(name, ".sframe", sizeof(name));
}

/* Old linkers mark the section PROGBITS, then only the name tells. */
static bool is_sframe(int fd, const Elf64_Shdr *shdr, unsigned long names)
{
	if (!(shdr->sh_flags & SHF_ALLOC) || (shdr->sh_flags & (SHF_WRITE | SHF_EXECINSTR)))
		return false;
	if (shdr->sh_type == SHT_GNU_SFRAME)
		return true;
	return shdr->sh_type == SHT_PROGBITS && is_named_sframe(fd, names + shdr->sh_name);
}

static bool find_shdr(int fd, const Elf64_Ehdr *ehdr, Elf64_Shdr *found)
{
	Elf64_Shdr shdrs[SHDRS_AT_ONCE];
	unsigned long names;

	if (ehdr->e_shentsize != sizeof(*shdrs) || ehdr->e_shstrndx >= ehdr->e_shnum ||
	    !read_at(fd, shdrs, sizeof(*shdrs),
		     ehdr->e_shoff + ehdr->e_shstrndx * sizeof(*shdrs)))
		return false;
	names = shdrs[0].sh_offset;
	for (unsigned int i = 0; i < ehdr->e_shnum; i += SHDRS_AT_ONCE) {
		unsigned int n = ehdr->e_shnum - i;

		if (n > SHDRS_AT_ONCE)
			n = SHDRS_AT_ONCE;
		if (!read_at(fd, shdrs, n * sizeof(*shdrs),
			     ehdr->e_shoff + i * sizeof(*shdrs)))
			return false;
		for (unsigned int k = 0; k < n; k++) {
			if (!is_sframe(fd, &shdrs[k], names))
				continue;
			*found = shdrs[k];
			return true;
		}
	}
	return false;
}

const char *sfreg_file_section(const struct object *object,
			       const struct object_hint *hint, Elf64_Addr *addr,
			       Elf64_Xword *len)
{
	int fd = open_object(hint->path);
	const char *why = NULL;
	Elf64_Ehdr ehdr;
	Elf64_Shdr shdr;

	if (fd < 0)
		return "it has no .sframe segment, and its file cannot be opened";
	if (!read_at(fd, &ehdr, sizeof(ehdr), 0)) {
		why = not_same;
		goto close;
	}
	if (!find_shdr(fd, &ehdr, &shdr)) {
		why = no_section;
		goto close;
	}
	/* Only now: most objects have no .sframe, and this takes longer. */
	if (!is_same_file(fd, object, &ehdr)) {
		why = not_same;
		goto close;
	}
	*addr = shdr.sh_addr;
	*len = shdr.sh_size;
close:
	sys_close(fd);
	return why;
}
