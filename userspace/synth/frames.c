// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Makes an ELF file, in memory, of which libdw reads rows:
 *
 *	header, section headers, their names
 *	.eh_frame_hdr	a search table of the entries that count
 *	.eh_frame	as it was, at the address where it was
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "encoded.h"
#include "frames.h"

static const char names[] = "\0.eh_frame_hdr\0.eh_frame\0.shstrtab";

enum { NAME_HDR = 1, NAME_EH = 15, NAME_NAMES = 25 };

enum { NONE, HDR, FRAMES, NAMES, N_SECTIONS };

struct head {
	Elf64_Ehdr ehdr;
	Elf64_Shdr shdrs[N_SECTIONS];
	char names[sizeof(names)];
};

/* .eh_frame_hdr, all in absolute addresses of 8 bytes. */
struct table {
	uint8_t version, ptr_encoding, count_encoding, table_encoding;
	uint64_t ptr, count;
	struct {
		uint64_t start, entry;
	} __attribute__((packed)) rows[];
} __attribute__((packed));

static void fill_head(struct head *head, const struct image_section *section,
		      uint64_t table_len)
{
	*head = (struct head) {
		.ehdr = {
			.e_ident = {
				ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
			},
			.e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_shoff = offsetof(struct head, shdrs),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = N_SECTIONS, .e_shstrndx = NAMES,
		},
		.shdrs = {
			[HDR] = {
				.sh_name = NAME_HDR,
				.sh_type = SHT_PROGBITS,
				.sh_flags = SHF_ALLOC,
				.sh_offset = sizeof(*head), .sh_size = table_len,
				.sh_addralign = 1,
			},
			[FRAMES] = {
				.sh_name = NAME_EH,
				.sh_type = SHT_PROGBITS,
				.sh_flags = SHF_ALLOC,
				.sh_addr = section->addr,
				.sh_offset = sizeof(*head) + table_len,
				.sh_size = section->len, .sh_addralign = 1,
			},
			[NAMES] = {
				.sh_name = NAME_NAMES, .sh_type = SHT_STRTAB,
				.sh_offset = offsetof(struct head, names),
				.sh_size = sizeof(names), .sh_addralign = 1,
			},
		},
	};
	memcpy(head->names, names, sizeof(names));
}

static void fill_table(struct table *table, uint64_t addr, const struct synth_entries *entries)
{
	size_t i;

	*table = (struct table) {
		.version = 1, .ptr_encoding = DW_EH_PE_absptr,
		.count_encoding = DW_EH_PE_udata8, .table_encoding = DW_EH_PE_absptr,
		.ptr = addr, .count = entries->n,
	};
	for (i = 0; i < entries->n; i++) {
		table->rows[i].start = entries->entry[i].start;
		table->rows[i].entry = addr + entries->entry[i].at;
	}
}

/*
 * libdw looks for an operation's operand before it looks whether there is one: behind the
 * section lies what is always the same.
 */
#define BEHIND	16

int frames_open(struct frames *frames, const struct image_section *section,
		const struct synth_entries *entries)
{
	size_t table_len = sizeof(struct table) + 16 * entries->n;
	size_t used = sizeof(struct head) + table_len + section->len, len = used + BEHIND;

	*frames = (struct frames) { .file = malloc(len) };
	if (!frames->file)
		return -ENOMEM;
	fill_head((void *)frames->file, section, table_len);
	fill_table((void *)(frames->file + sizeof(struct head)), section->addr, entries);
	memcpy(frames->file + sizeof(struct head) + table_len, section->bytes, section->len);
	memset(frames->file + used, 0, BEHIND);

	elf_version(EV_CURRENT);
	frames->elf = elf_memory((char *)frames->file, len);
	frames->cfi = dwarf_getcfi_elf(frames->elf);
	if (frames->cfi)
		return 0;
	frames_close(frames);
	return -EBADMSG;
}

uint64_t frames_row(struct frames *frames, uint64_t at, struct description *d)
{
	Dwarf_Addr start, end;
	int ra_column;
	bool signal;

	free(frames->row);
	frames->row = NULL;
	if (dwarf_cfi_addrframe(frames->cfi, at, &frames->row)) {
		frames->row = NULL;
		return 0;
	}
	ra_column = dwarf_frame_info(frames->row, &start, &end, &signal);
	if (ra_column < 0 || end <= at)
		return 0;
	rule_describe(d, frames->row, ra_column, signal);
	return end;
}

void frames_close(struct frames *frames)
{
	free(frames->row);
	if (frames->cfi)
		dwarf_cfi_end(frames->cfi);
	if (frames->elf)
		elf_end(frames->elf);
	free(frames->file);
	*frames = (struct frames) { 0 };
}
