// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Objects that a JIT hands to a debugger. They are no files to be mapped: where their
 * sections lie the section headers say, in addresses of the process; program headers
 * count for nothing. LLVM's is the relocatable object that its compiler made, with addresses
 * filled in and relocations still to be applied. QEMU's is one of type ET_EXEC whose
 * .text has an address and a length, but no bytes.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

/* An object is not large: relocations of its call frame information, and symbols. */
#define MAX_TABLE	(16u << 20)

static int add_texts(struct image *image)
{
	const Elf64_Shdr *shdr = image->sections;
	const uint64_t wanted = SHF_ALLOC | SHF_EXECINSTR;
	uint64_t end;

	for (uint32_t i = 0; i < image->n_sections; i++, shdr++) {
		if ((shdr->sh_flags & wanted) != wanted || !shdr->sh_addr || !shdr->sh_size ||
		    (shdr->sh_type != SHT_PROGBITS && shdr->sh_type != SHT_NOBITS))
			continue;
		if (__builtin_add_overflow(shdr->sh_addr, shdr->sh_size, &end) || end > INT64_MAX)
			return -EBADMSG;
		if (image->n_text == SYNTH_MAX_SEGMENTS)
			return -EFBIG;
		image->text[image->n_text++] = (struct synth_segment) {
			.vaddr = shdr->sh_addr, .len = shdr->sh_size,
		};
	}
	return image_check_texts(image);
}

int image_open_object(struct image *image, const struct synth_source *source)
{
	uint64_t first = source->size < SYNTH_FIRST_READ ? source->size : SYNTH_FIRST_READ;
	const Elf64_Ehdr *ehdr;
	const uint8_t *bytes;
	int error;

	*image = (struct image) { .source = source, .in_memory = true };
	error = image_fetch(image, 0, first, &bytes);
	if (error)
		return error;
	ehdr = (const void *)bytes;
	if (source->size < sizeof(*ehdr) || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr->e_machine != EM_X86_64 || (ehdr->e_type != ET_REL &&
	    ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN))
		return -ENOEXEC;
	image->relocatable = ehdr->e_type == ET_REL;
	error = image_read_sections(image, ehdr);
	return error ? error : add_texts(image);
}

/* --- relocations ----------------------------------------------------------------- */

struct relocation {
	const struct image *image;
	const Elf64_Sym *symbols;
	uint64_t n_symbols;
	uint8_t *bytes;
	const struct image_section *section;
};

static bool symbol_address(const struct relocation *r, uint32_t number, uint64_t *address)
{
	const Elf64_Shdr *shdrs = r->image->sections;
	const Elf64_Sym *symbol = r->symbols + number;

	if (number >= r->n_symbols)
		return false;
	if (symbol->st_shndx == SHN_ABS)
		*address = symbol->st_value;
	else if (symbol->st_shndx && symbol->st_shndx < r->image->n_sections)
		*address = shdrs[symbol->st_shndx].sh_addr + symbol->st_value;
	else
		return false;
	return true;
}

static void apply(const struct relocation *r, const Elf64_Rela *rela)
{
	uint64_t value, place = r->section->addr + rela->r_offset;
	size_t size;

	if (!symbol_address(r, ELF64_R_SYM(rela->r_info), &value))
		return;
	value += rela->r_addend;
	switch (ELF64_R_TYPE(rela->r_info)) {
	case R_X86_64_64:
		size = 8;
		break;
	case R_X86_64_PC64:
		size = 8;
		value -= place;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
		size = 4;
		break;
	case R_X86_64_PC32:
		size = 4;
		value -= place;
		break;
	default:
		return;
	}
	if (r->section->len < size || rela->r_offset > r->section->len - size)
		return;
	memcpy(r->bytes + rela->r_offset, &value, size);
}

/* A table of @size bytes an element, aligned as it must be. */
static int fetch_table(struct image *image, const Elf64_Shdr *shdr, size_t size,
		       const void **table, uint64_t *n)
{
	const uint8_t *bytes;
	int error;

	if (shdr->sh_entsize != size || shdr->sh_size > MAX_TABLE)
		return -EBADMSG;
	error = image_fetch(image, shdr->sh_offset, shdr->sh_size, &bytes);
	*table = bytes;
	*n = shdr->sh_size / size;
	return error;
}

static int relocate_by(struct image *image, const Elf64_Shdr *shdr, struct relocation *r)
{
	const Elf64_Shdr *shdrs = image->sections;
	const void *table, *symbols;
	const Elf64_Rela *rela;
	uint64_t n;
	int error;

	if (shdr->sh_link >= image->n_sections || shdrs[shdr->sh_link].sh_type != SHT_SYMTAB)
		return -EBADMSG;
	error = fetch_table(image, shdr, sizeof(Elf64_Rela), &table, &n);
	if (!error)
		error = fetch_table(image, &shdrs[shdr->sh_link], sizeof(Elf64_Sym), &symbols,
				    &r->n_symbols);
	if (error)
		return error;
	r->symbols = symbols;
	for (rela = table; n; n--, rela++)
		apply(r, rela);
	return 0;
}

static int copy_section(struct image *image, struct image_section *section, uint8_t **copy)
{
	if (image->n_buffers == IMAGE_MAX_FETCHES)
		return -EFBIG;
	*copy = malloc(section->len);
	if (!*copy)
		return -ENOMEM;
	image->buffers[image->n_buffers++] = *copy;
	memcpy(*copy, section->bytes, section->len);
	section->bytes = *copy;
	return 0;
}

int object_relocate(struct image *image, uint32_t index, struct image_section *section)
{
	struct relocation r = { .image = image, .section = section };
	const Elf64_Shdr *shdr = image->sections;
	int error;

	error = copy_section(image, section, &r.bytes);
	for (uint32_t i = 0; !error && i < image->n_sections; i++, shdr++)
		if (shdr->sh_type == SHT_RELA && shdr->sh_info == index)
			error = relocate_by(image, shdr, &r);
	return error;
}
