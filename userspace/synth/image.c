// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Finds an ELF file's executable segments and its call frame information. The section
 * headers tell most exactly where that is; a file without them still has
 * PT_GNU_EH_FRAME, from which it is run.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "encoded.h"
#include "image.h"

/* Section names, of which only two matter. */
#define MAX_NAMES	(16u << 20)
/* Of a section whose length nobody tells, the first piece; each next is twice as long. */
#define FIRST_CHUNK	(64u << 10)

static int by_address(const void *a, const void *b)
{
	const struct synth_segment *x = a, *y = b;

	return x->vaddr < y->vaddr ? -1 : x->vaddr > y->vaddr;
}

static int add_text(struct image *image, const Elf64_Phdr *phdr)
{
	uint64_t end;

	if (!phdr->p_filesz)
		return 0;
	if (phdr->p_filesz > phdr->p_memsz || phdr->p_offset > image->source->size ||
	    phdr->p_filesz > image->source->size - phdr->p_offset ||
	    __builtin_add_overflow(phdr->p_vaddr, phdr->p_filesz, &end) || end > INT64_MAX)
		return -EBADMSG;
	if (image->n_text == SYNTH_MAX_SEGMENTS)
		return -EFBIG;
	image->text[image->n_text++] = (struct synth_segment) {
		phdr->p_vaddr, phdr->p_offset, phdr->p_filesz
	};
	return 0;
}

int image_check_texts(struct image *image)
{
	const struct synth_segment *text = image->text;
	uint32_t i;

	if (!image->n_text)
		return 0;
	qsort(image->text, image->n_text, sizeof(*text), by_address);
	for (i = 1; i < image->n_text; i++)
		if (text[i].vaddr < text[i - 1].vaddr + text[i - 1].len)
			return -EBADMSG;
	return text[i - 1].vaddr + text[i - 1].len - text[0].vaddr > INT32_MAX ? -EFBIG : 0;
}

static int read_segments(struct image *image, const Elf64_Ehdr *ehdr)
{
	const Elf64_Phdr *phdrs;
	const uint8_t *bytes;
	int error;
	uint32_t i;

	if (!ehdr->e_phnum)
		return 0;
	if (ehdr->e_phentsize != sizeof(Elf64_Phdr))
		return -EBADMSG;
	error = image_fetch(image, ehdr->e_phoff, ehdr->e_phnum * sizeof(Elf64_Phdr), &bytes);
	if (error)
		return error;
	phdrs = (const void *)bytes;
	image->segments = phdrs;
	image->n_segments = ehdr->e_phnum;
	for (i = 0; i < image->n_segments && !error; i++)
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_flags & PF_X)
			error = add_text(image, &phdrs[i]);
	return error ? error : image_check_texts(image);
}

int image_read_sections(struct image *image, const void *header)
{
	const Elf64_Ehdr *ehdr = header;
	uint64_t size = image->source->size, len = ehdr->e_shnum * sizeof(Elf64_Shdr);
	const Elf64_Shdr *shdrs, *names;
	const uint8_t *bytes;
	int error;

	if (!len || ehdr->e_shentsize != sizeof(Elf64_Shdr) || ehdr->e_shoff > size ||
	    len > size - ehdr->e_shoff || ehdr->e_shstrndx >= ehdr->e_shnum)
		return 0;
	error = image_fetch(image, ehdr->e_shoff, len, &bytes);
	if (error)
		return error;
	shdrs = (const void *)bytes;
	names = &shdrs[ehdr->e_shstrndx];
	if (names->sh_type != SHT_STRTAB || names->sh_offset > size || !names->sh_size ||
	    names->sh_size > size - names->sh_offset || names->sh_size > MAX_NAMES)
		return 0;
	error = image_fetch(image, names->sh_offset, names->sh_size, &bytes);
	if (error)
		return error;
	image->names = (const char *)bytes;
	image->names_len = names->sh_size;
	if (image->names[image->names_len - 1])
		return 0;
	image->sections = shdrs;
	image->n_sections = ehdr->e_shnum;
	return 0;
}

int image_open(struct image *image, const struct synth_source *source)
{
	const Elf64_Ehdr *ehdr;
	const uint8_t *bytes;
	int error;

	*image = (struct image) { .source = source };
	error = image_fetch(image, 0, source->size < SYNTH_FIRST_READ ? source->size :
			    SYNTH_FIRST_READ, &bytes);
	if (error)
		return error;
	ehdr = (const void *)bytes;
	if (source->size < sizeof(*ehdr) || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr->e_machine != EM_X86_64 ||
	    (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN))
		return -ENOEXEC;
	image->is_program = ehdr->e_type == ET_EXEC;
	error = read_segments(image, ehdr);
	/* Without text there is nothing to describe. */
	return error || !image->n_text ? error : image_read_sections(image, ehdr);
}

int image_section(struct image *image, const char *name, struct image_section *section)
{
	const Elf64_Shdr *shdr = image->sections;
	uint32_t i;
	int error;

	*section = (struct image_section) { 0 };
	for (i = 0; i < image->n_sections; i++, shdr++) {
		if (shdr->sh_name >= image->names_len ||
		    strcmp(image->names + shdr->sh_name, name))
			continue;
		if ((shdr->sh_type != SHT_PROGBITS && shdr->sh_type != SHT_X86_64_UNWIND) ||
		    shdr->sh_flags & SHF_COMPRESSED || !shdr->sh_size)
			return 0;
		error = image_fetch(image, shdr->sh_offset, shdr->sh_size, &section->bytes);
		section->len = shdr->sh_size;
		section->addr = shdr->sh_addr;
		if (!error && image->relocatable)
			error = object_relocate(image, i, section);
		return error;
	}
	return 0;
}

static const Elf64_Phdr *segment_of_type(const struct image *image, uint32_t type)
{
	const Elf64_Phdr *phdr = image->segments;
	uint32_t i;

	for (i = 0; i < image->n_segments; i++)
		if (phdr[i].p_type == type)
			return &phdr[i];
	return NULL;
}

int image_loaded_from(const struct image *image, uint64_t addr, uint64_t *at,
		      uint64_t *len)
{
	const Elf64_Phdr *phdr = image->segments;
	uint32_t i;

	for (i = 0; i < image->n_segments; i++, phdr++) {
		if (phdr->p_type != PT_LOAD || addr < phdr->p_vaddr ||
		    addr - phdr->p_vaddr >= phdr->p_filesz)
			continue;
		if (phdr->p_offset > image->source->size ||
		    phdr->p_filesz > image->source->size - phdr->p_offset)
			return -EBADMSG;
		*at = phdr->p_offset + (addr - phdr->p_vaddr);
		*len = phdr->p_filesz - (addr - phdr->p_vaddr);
		return 0;
	}
	return -ENOENT;
}

/* Follows the entries' lengths to the terminator. Return: is it in [0, len)? */
static bool has_terminator(const uint8_t *bytes, uint64_t len, uint64_t *at)
{
	uint64_t size;
	uint32_t word;

	while (*at + 12 <= len) {
		memcpy(&word, bytes + *at, sizeof(word));
		size = word + 4ull;
		if (word == UINT32_MAX) {
			memcpy(&size, bytes + *at + 4, sizeof(size));
			if (size > SYNTH_MAX_CFI_BYTES)
				return true;
			size += 12;
		}
		*at += size;
		if (!word)
			return true;
	}
	return false;
}

/* To the terminator or the segment's end, in pieces that double in length. */
static int fetch_entries(struct image *image, uint64_t at, uint64_t len,
			 struct image_section *section)
{
	uint64_t have = 0, walked = 0, chunk = FIRST_CHUNK;
	const uint8_t *bytes;
	uint8_t *whole;
	int error;

	if (image->n_buffers == IMAGE_MAX_FETCHES)
		return -EFBIG;
	if (len > SYNTH_MAX_CFI_BYTES)
		len = SYNTH_MAX_CFI_BYTES;
	whole = malloc(len);
	if (!whole)
		return -ENOMEM;
	image->buffers[image->n_buffers++] = whole;
	while (have < len) {
		if (chunk > len - have)
			chunk = len - have;
		error = image_fetch(image, at + have, chunk, &bytes);
		if (error)
			return error;
		memcpy(whole + have, bytes, chunk);
		have += chunk;
		chunk = have;
		if (has_terminator(whole, have, &walked))
			break;
	}
	section->bytes = whole;
	section->len = have;
	return 0;
}

/* .eh_frame_hdr begins: version 1, three encodings, the address of .eh_frame. */
static int section_by_segment(struct image *image, struct image_section *section)
{
	const Elf64_Phdr *phdr = segment_of_type(image, PT_GNU_EH_FRAME);
	uint64_t at, len, addr;
	const uint8_t *hdr;
	int error;

	if (!phdr || phdr->p_filesz < 12)
		return 0;
	error = image_fetch(image, phdr->p_offset, 12, &hdr);
	if (error)
		return error;
	at = 4;
	if (hdr[0] != 1 || !encoded_get(hdr, 12, &at, hdr[1], phdr->p_vaddr, &addr))
		return 0;
	error = image_loaded_from(image, addr, &at, &len);
	if (error)
		return error == -ENOENT ? 0 : error;
	section->addr = addr;
	return fetch_entries(image, at, len, section);
}

int image_eh_frame(struct image *image, struct image_section *section)
{
	int error;

	*section = image->registered;
	if (section->bytes)
		return 0;
	error = image_section(image, ".eh_frame", section);
	return error || section->bytes ? error : section_by_segment(image, section);
}
