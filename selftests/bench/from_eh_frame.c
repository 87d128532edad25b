// SPDX-License-Identifier: GPL-2.0-only
/*
 * from_eh_frame OBJECT SECTION - makes an SFrame section, of version 2, from a stock
 * library's .eh_frame, so that there are tables of a real library's size. The
 * section's base is address 0 of the object.
 *
 * A function is left out, and counted, if one of its rows can not be said: a CFA
 * that is not sp or fp plus a constant, a return address elsewhere than at
 * cfa - 8, a frame pointer that is not unchanged or in a stack slot. The PLT is
 * such a case.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* DWARF numbers of AMD64. */
#define REG_FP	6
#define REG_SP	7
#define REG_RA	16

struct row {
	uint32_t start;
	bool by_sp;
	bool outermost;
	int32_t cfa, fp;		/* fp 0: unchanged */
};

struct func {
	uint64_t start, size;
	uint32_t first_fre, n_fres;	/* offset of the first; number */
	uint8_t width;			/* 0, 1, 2: of row starts 1, 2, 4 bytes */
};

static struct func *funcs;
static size_t n_funcs, n_left_out, n_fres;
static uint8_t *fres;
static size_t fre_len, fre_room;

static __attribute__((format(printf, 1, 2), noreturn)) void fail(const char *why, ...)
{
	va_list args;

	va_start(args, why);
	fputs("from_eh_frame: ", stderr);
	vfprintf(stderr, why, args);
	fputc('\n', stderr);
	exit(1);
}

/* --- functions: from .eh_frame_hdr, which lists them in order ------------------- */

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The one form that linkers write: pc-relative pointers, a table of s32 pairs. */
static void read_functions(const Elf_Data *hdr, uint64_t hdr_addr, const Elf_Data *frames,
			   uint64_t frames_addr)
{
	const uint8_t *p = hdr->d_buf;
	uint32_t n, i;

	if (hdr->d_size < 12 || p[0] != 1 || p[1] != 0x1b || p[2] != 0x03 || p[3] != 0x3b)
		fail(".eh_frame_hdr has another form");
	n = get32(p + 8);
	funcs = calloc(n, sizeof(*funcs));
	for (i = 0; i < n; i++) {
		uint64_t fde = hdr_addr + (int32_t)get32(p + 12 + 8 * i + 4) - frames_addr;

		if (fde + 16 > frames->d_size)
			fail("an FDE outside .eh_frame");
		funcs[n_funcs].start = hdr_addr + (int32_t)get32(p + 12 + 8 * i);
		funcs[n_funcs].size = get32((uint8_t *)frames->d_buf + fde + 12);
		/* Neither empty ones nor the second name of the same text. */
		if (funcs[n_funcs].size &&
		    (!n_funcs || funcs[n_funcs - 1].start + funcs[n_funcs - 1].size <=
					 funcs[n_funcs].start))
			n_funcs++;
	}
}

/* --- rows: from libdw ----------------------------------------------------------- */

/* reg + constant, as libdw says it: DW_OP_bregX constant. */
static bool cfa_row(Dwarf_Frame *frame, struct row *row)
{
	Dwarf_Op *ops;
	size_t n;

	if (dwarf_frame_cfa(frame, &ops, &n) || n != 1)
		return false;
	if (ops[0].atom == DW_OP_bregx) {
		row->by_sp = ops[0].number == REG_SP;
		row->cfa = ops[0].number2;
		return ops[0].number == REG_SP || ops[0].number == REG_FP;
	}
	row->by_sp = ops[0].atom == DW_OP_breg0 + REG_SP;
	row->cfa = ops[0].number;
	return row->by_sp || ops[0].atom == DW_OP_breg0 + REG_FP;
}

enum place { UNCHANGED, UNDEFINED, AT_CFA, OTHER };

static enum place place_of(Dwarf_Frame *frame, int reg, int64_t *off)
{
	Dwarf_Op mem[3], *ops;
	size_t n;

	if (dwarf_frame_register(frame, reg, mem, &ops, &n))
		return OTHER;
	if (!n)
		return ops == mem ? UNDEFINED : UNCHANGED;
	*off = 0;
	if (n > 2 || ops[0].atom != DW_OP_call_frame_cfa)
		return OTHER;
	if (n == 2 && ops[1].atom != DW_OP_plus_uconst)
		return OTHER;
	if (n == 2)
		*off = (int64_t)ops[1].number;
	return AT_CFA;
}

static bool read_row(Dwarf_Frame *frame, struct row *row)
{
	int64_t off;

	switch (place_of(frame, REG_RA, &off)) {
	case UNDEFINED:
		row->outermost = true;
		return true;
	case AT_CFA:
		if (off == -8)
			break;
		return false;
	default:
		return false;
	}
	if (!cfa_row(frame, row))
		return false;
	switch (place_of(frame, REG_FP, &off)) {
	case UNDEFINED:
	case UNCHANGED:
		return true;
	case AT_CFA:
		row->fp = off;
		return off;
	default:
		return false;
	}
}

/* --- SFrame --------------------------------------------------------------------- */

static void put(uint64_t value, unsigned int bytes)
{
	if (fre_len + 8 > fre_room) {
		fre_room = 2 * fre_room + 4096;
		fres = realloc(fres, fre_room);
	}
	memcpy(fres + fre_len, &value, bytes);
	fre_len += bytes;
}

static unsigned int width_of(int32_t value)
{
	return value == (int8_t)value ? 0 : value == (int16_t)value ? 1 : 2;
}

static void put_row(const struct func *func, const struct row *row)
{
	unsigned int width = width_of(row->cfa), fp_width = width_of(row->fp);
	unsigned int words = row->outermost ? 0 : row->fp ? 2 : 1;

	if (row->fp && fp_width > width)
		width = fp_width;
	put(row->start, 1 << func->width);
	put(row->by_sp | words << 1 | width << 5, 1);
	if (words > 0)
		put(row->cfa, 1 << width);
	if (words > 1)
		put(row->fp, 1 << width);
	n_fres++;
}

/* False: a row can not be said. */
static bool put_function(Dwarf_CFI *cfi, struct func *func)
{
	struct row row, last = { .cfa = -1 };
	Dwarf_Addr at = func->start, start, end;
	Dwarf_Frame *frame;
	bool said;

	func->first_fre = fre_len;
	func->width = func->size <= 0x100 ? 0 : func->size <= 0x10000 ? 1 : 2;
	for (; at < func->start + func->size; at = end) {
		if (dwarf_cfi_addrframe(cfi, at, &frame))
			return false;
		row = (struct row){ .start = at - func->start };
		said = dwarf_frame_info(frame, &start, &end, NULL) >= 0 && read_row(frame, &row);
		free(frame);
		if (!said || end <= at)
			return false;
		if (func->n_fres && row.by_sp == last.by_sp && row.cfa == last.cfa &&
		    row.fp == last.fp && row.outermost == last.outermost)
			continue;
		put_row(func, &row);
		func->n_fres++;
		last = row;
	}
	return true;
}

static void put_functions(Dwarf_CFI *cfi)
{
	size_t i, kept = 0, fres_before;

	for (i = 0; i < n_funcs; i++) {
		struct func func = funcs[i];

		fres_before = n_fres;
		if (put_function(cfi, &func)) {
			funcs[kept++] = func;
		} else {
			fre_len = func.first_fre;
			n_fres = fres_before;
			n_left_out++;
		}
	}
	n_funcs = kept;
}

static void write_section(const char *name)
{
	struct __attribute__((packed)) {
		uint16_t magic;
		uint8_t version, flags, abi;
		int8_t fixed_fp, fixed_ra;
		uint8_t aux_len;
		uint32_t n_fdes, n_fres, fre_len, fde_off, fre_off;
	} header = {
		.magic = 0xdee2, .version = 2, .flags = 1, .abi = 3, .fixed_ra = -8,
		.n_fdes = n_funcs, .n_fres = n_fres, .fre_len = fre_len, .fre_off = 20 * n_funcs,
	};
	FILE *file = fopen(name, "w");
	size_t i;

	if (!file)
		fail("%s: cannot be written", name);
	fwrite(&header, sizeof(header), 1, file);
	for (i = 0; i < n_funcs; i++) {
		const struct func *f = &funcs[i];
		const uint32_t words[] = { f->start, f->size, f->first_fre, f->n_fres };
		const uint8_t bytes[4] = { f->width };

		fwrite(words, sizeof(words), 1, file);
		fwrite(bytes, sizeof(bytes), 1, file);
	}
	fwrite(fres, 1, fre_len, file);
	if (fclose(file))
		fail("%s: cannot be written", name);
}

static Elf_Scn *find_section(Elf *elf, const char *name, GElf_Shdr *shdr)
{
	Elf_Scn *section = NULL;
	size_t names;

	elf_getshdrstrndx(elf, &names);
	while ((section = elf_nextscn(elf, section))) {
		gelf_getshdr(section, shdr);
		if (!strcmp(elf_strptr(elf, names, shdr->sh_name), name))
			return section;
	}
	fail("no %s", name);
}

int main(int argc, char **argv)
{
	GElf_Shdr hdr, frames;
	Elf_Scn *hdr_section, *frames_section;
	Dwarf_CFI *cfi;
	Elf *elf;
	int fd;

	if (argc != 3)
		fail("usage: from_eh_frame OBJECT SECTION");
	elf_version(EV_CURRENT);
	fd = open(argv[1], O_RDONLY);
	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf)
		fail("%s: cannot be read", argv[1]);
	cfi = dwarf_getcfi_elf(elf);
	if (!cfi)
		fail("%s: %s", argv[1], dwarf_errmsg(-1));
	hdr_section = find_section(elf, ".eh_frame_hdr", &hdr);
	frames_section = find_section(elf, ".eh_frame", &frames);
	read_functions(elf_rawdata(hdr_section, NULL), hdr.sh_addr,
		       elf_rawdata(frames_section, NULL), frames.sh_addr);
	put_functions(cfi);
	write_section(argv[2]);
	printf("%s: %zu functions, %zu rows; %zu functions left out\n", argv[1], n_funcs, n_fres,
	       n_left_out);
	return 0;
}
