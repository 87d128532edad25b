// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From a link map to text and SFrame section.
 *
 * The loader does not say where an object's program headers are. They are
 * looked for where the hint says, then behind the ELF header at the base, then in
 * the file; and they are believed only if their PT_DYNAMIC lies where the loader
 * says that the dynamic section is.
 */
#include "memory.h"
#include "object.h"
#include "sframe_len.h"

/* Of this machine's kind? The loader has checked, but perhaps not what lies here. */
static bool is_our_elf(const Elf64_Ehdr *ehdr)
{
	return sfreg_audit_equal(ehdr->e_ident, ELFMAG, SELFMAG) &&
	       ehdr->e_ident[EI_CLASS] == ELFCLASS64 &&
	       ehdr->e_ident[EI_DATA] == ELFDATA2LSB &&
	       ehdr->e_machine == EM_X86_64;
}

static const Elf64_Phdr *find_phdr(const struct object *object, Elf64_Word type)
{
	for (unsigned int i = 0; i < object->n_phdrs; i++)
		if (object->phdrs[i].p_type == type)
			return &object->phdrs[i];
	return NULL;
}

static bool read_phdrs(struct object *object, unsigned long at, unsigned int n,
		       unsigned long dynamic)
{
	const Elf64_Phdr *phdr;

	object->n_phdrs = 0;
	if (!n || n > OBJECT_PHDRS ||
	    !sfreg_audit_read(object->phdrs, at, n * sizeof(*object->phdrs)))
		return false;
	object->n_phdrs = n;
	phdr = find_phdr(object, PT_DYNAMIC);
	return phdr && object->base + phdr->p_vaddr == dynamic;
}

static const char *find_phdrs(struct object *object, const struct object_hint *hint)
{
	Elf64_Ehdr ehdr;

	if (hint->phdrs &&
	    read_phdrs(object, hint->phdrs, hint->n_phdrs, hint->dynamic))
		return NULL;
	if (sfreg_audit_read(&ehdr, hint->base, sizeof(ehdr)) && is_our_elf(&ehdr) &&
	    ehdr.e_phentsize == sizeof(Elf64_Phdr) &&
	    read_phdrs(object, hint->base + ehdr.e_phoff, ehdr.e_phnum,
		       hint->dynamic))
		return NULL;
	return sfreg_file_phdrs(object, hint);
}

/*
 * How many bytes from @addr (unrelocated) on lie in one readable segment, and come
 * from the file.
 */
static Elf64_Xword room_at(const struct object *object, Elf64_Addr addr)
{
	for (unsigned int i = 0; i < object->n_phdrs; i++) {
		const Elf64_Phdr *phdr = &object->phdrs[i];

		if (phdr->p_type == PT_LOAD && (phdr->p_flags & PF_R) &&
		    addr >= phdr->p_vaddr && addr - phdr->p_vaddr < phdr->p_filesz)
			return phdr->p_filesz - (addr - phdr->p_vaddr);
	}
	return 0;
}

/*
 * The segment if there is one, even if it is broken: a linker that makes one
 * means it. The section else.
 */
static const char *find_section(const struct object *object,
				const struct object_hint *hint, Elf64_Addr *addr,
				Elf64_Xword *len)
{
	const Elf64_Phdr *phdr = find_phdr(object, PT_GNU_SFRAME);

	if (!phdr)
		return sfreg_file_section(object, hint, addr, len);
	*addr = phdr->p_vaddr;
	*len = phdr->p_memsz;
	return NULL;
}

const char *sfreg_object_find(struct object *object, const struct object_hint *hint)
{
	unsigned char header[SFRAME_HEADER_LEN];
	Elf64_Xword len, room;
	Elf64_Addr addr;
	const char *why;

	object->sframe_base = 0;
	object->base = hint->base;
	why = find_phdrs(object, hint);
	if (why)
		object->n_phdrs = 0;
	else
		why = find_section(object, hint, &addr, &len);
	if (why)
		return why;
	room = room_at(object, addr);
	if (!room)
		return "its .sframe lies in no readable segment";
	if (room > len)
		room = len;
	if (room < SFRAME_HEADER_LEN)
		return "its .sframe is shorter than a header";
	object->sframe = object->base + addr;
	if (!sfreg_audit_read(header, object->sframe, sizeof(header)))
		return "its .sframe cannot be read";
	return sfreg_sframe_len(header, room, &object->sframe_len);
}

bool sfreg_object_text(const struct object *object, unsigned int *at,
		       unsigned long *start, unsigned long *len)
{
	while (*at < object->n_phdrs) {
		const Elf64_Phdr *phdr = &object->phdrs[(*at)++];

		if (phdr->p_type != PT_LOAD || !(phdr->p_flags & PF_X) ||
		    !phdr->p_memsz)
			continue;
		*start = object->base + phdr->p_vaddr;
		*len = phdr->p_memsz;
		return true;
	}
	return false;
}
