// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function entries of .eh_frame: their text, for those that SFrame leaves out
 * as a whole, and what libdw does not tell: what only escapes say, and where
 * AArch64's return addresses are signed.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include "cursor.h"
#include "truth.h"

/* AArch64: signs the return address, or takes the signature off. */
#define NEGATE_RA_STATE	0x2d
#define MAX_STATES	32

static u64 uleb(struct sfr_cursor *c)
{
	unsigned int shift = 0;
	u64 value = 0;
	u8 byte;

	do {
		byte = sfr_get(c, 1);
		if (shift < 64)
			value |= (u64)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

/* DW_EH_PE_*: the format is in the low bits; 0x10: relative to its place. */
static int encoded_size(u8 encoding)
{
	switch (encoding & 0x07) {
	case DW_EH_PE_udata2:
		return 2;
	case DW_EH_PE_udata4:
		return 4;
	default:
		return 8;
	}
}

static u64 encoded(struct sfr_cursor *c, u8 encoding, u64 place)
{
	int n = encoded_size(encoding);
	u64 value = encoding & DW_EH_PE_signed ? (u64)sfr_get_signed(c, n) : sfr_get(c, n);

	return (encoding & 0x70) == DW_EH_PE_pcrel ? value + place : value;
}

/* How a CIE's FDEs encode their addresses. */
static u8 fde_encoding(const Dwarf_CIE *cie)
{
	const u8 *at = cie->augmentation_data;
	const char *letter = cie->augmentation;

	if (*letter++ != 'z')
		return DW_EH_PE_absptr;
	for (; *letter; letter++) {
		if (*letter == 'R')
			return *at;
		if (*letter == 'L')
			at++;
		if (*letter == 'P')
			at += 1 + encoded_size(*at);
	}
	return DW_EH_PE_absptr;
}

/* The run of a function's instructions, as far as the signing matters. */
struct run {
	u64 pc;
	bool is_signed;
	bool states[MAX_STATES];
	int n_states;
};

static void set_signed(struct fde *f, struct run *run, bool is_signed)
{
	if (run->is_signed == is_signed)
		return;
	run->is_signed = is_signed;
	f->signs = realloc(f->signs, (f->n_signs + 1) * sizeof(*f->signs));
	f->signs[f->n_signs++] = run->pc;
}

/* Operands of the opcodes without meaning here: u: LEB128, b: a block. */
static const char *operands(u8 op)
{
	static const char *const known[] = {
		[DW_CFA_offset_extended] = "uu", [DW_CFA_restore_extended] = "u",
		[DW_CFA_undefined] = "u", [DW_CFA_same_value] = "u", [DW_CFA_register] = "uu",
		[DW_CFA_def_cfa] = "uu", [DW_CFA_def_cfa_register] = "u",
		[DW_CFA_def_cfa_offset] = "u", [DW_CFA_def_cfa_expression] = "b",
		[DW_CFA_expression] = "ub", [DW_CFA_offset_extended_sf] = "uu",
		[DW_CFA_def_cfa_sf] = "uu", [DW_CFA_def_cfa_offset_sf] = "u",
		[DW_CFA_val_offset] = "uu", [DW_CFA_val_offset_sf] = "uu",
		[DW_CFA_val_expression] = "ub", [DW_CFA_GNU_args_size] = "u",
		[DW_CFA_GNU_negative_offset_extended] = "uu", [DW_CFA_nop] = "",
	};

	return op < ARRAY_SIZE(known) ? known[op] : NULL;
}

static bool skip_operands(struct fde *f, struct sfr_cursor *c, u8 op)
{
	const char *kind = operands(op);
	u64 len;

	if (!kind)
		return false;
	f->escapes |= !!strchr(kind, 'b');
	for (; *kind; kind++) {
		len = uleb(c);
		while (*kind == 'b' && len-- && !c->overrun)
			sfr_get(c, 1);
	}
	return true;
}

static bool run_one(struct fde *f, struct run *run, struct sfr_cursor *c, u64 align)
{
	u8 op = sfr_get(c, 1);

	switch (op) {
	case DW_CFA_advance_loc1:
		run->pc += align * sfr_get(c, 1);
		return true;
	case DW_CFA_advance_loc2:
		run->pc += align * sfr_get(c, 2);
		return true;
	case DW_CFA_advance_loc4:
		run->pc += align * sfr_get(c, 4);
		return true;
	case DW_CFA_remember_state:
		run->states[run->n_states++ % MAX_STATES] = run->is_signed;
		return run->n_states < MAX_STATES;
	case DW_CFA_restore_state:
		if (!run->n_states)
			return false;
		set_signed(f, run, run->states[--run->n_states]);
		return true;
	case NEGATE_RA_STATE:
		set_signed(f, run, !run->is_signed);
		return true;
	}
	if ((op & 0xc0) == DW_CFA_advance_loc)
		run->pc += align * (op & 0x3f);
	else if ((op & 0xc0) == DW_CFA_offset)
		uleb(c);
	else if ((op & 0xc0) != DW_CFA_restore)
		return skip_operands(f, c, op);
	return true;
}

static bool read_fde(struct object *o, const Dwarf_FDE *entry, const Dwarf_CIE *cie,
		     const u8 *section, u64 addr)
{
	struct sfr_cursor c = { entry->start, entry->end, o->arch->big, false };
	struct fde *f = &o->fdes[o->n_fdes];
	u8 encoding = fde_encoding(cie);
	struct run run = {};
	u64 skip;

	*f = (struct fde) { .signal = strchr(cie->augmentation, 'S') };
	f->start = encoded(&c, encoding, addr + (c.at - section));
	f->end = f->start + encoded(&c, encoding & 0x07, 0);
	if (cie->augmentation[0] == 'z')
		for (skip = uleb(&c); skip && !c.overrun; skip--)
			sfr_get(&c, 1);
	run.pc = f->start;
	while (c.at < c.end && !f->unknown)
		f->unknown = !run_one(f, &run, &c, cie->code_alignment_factor);
	o->n_unknown += f->unknown;
	if (f->start < f->end)
		o->n_fdes++;
	return !c.overrun;
}

static int by_start(const void *a, const void *b)
{
	const struct fde *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

bool fdes_read(struct object *o, const char **why)
{
	const unsigned char *ident = (void *)elf_getident(o->elf, NULL);
	Dwarf_Off at = 0, next, after_cie;
	Dwarf_CFI_Entry entry, cie;
	Elf_Data *data;
	size_t room = 0;
	u64 addr;

	data = object_section(o, ".eh_frame", &addr);
	if (!data || !data->d_size || !data->d_buf) {
		data = object_section(o, ".debug_frame", &addr);
		o->debug_frame = data;
	}
	if (!data || !data->d_buf)
		return true;
	*why = "an entry of the call frame information cannot be read";
	for (; !dwarf_next_cfi(ident, data, !o->debug_frame, at, &next, &entry); at = next) {
		if (dwarf_cfi_cie_p(&entry))
			continue;
		if (o->n_fdes == room) {
			room = room ? 2 * room : 256;
			o->fdes = realloc(o->fdes, room * sizeof(*o->fdes));
		}
		if (dwarf_next_cfi(ident, data, !o->debug_frame, entry.fde.CIE_pointer,
				   &after_cie, &cie) ||
		    !read_fde(o, &entry.fde, &cie.cie, data->d_buf, addr))
			return false;
	}
	qsort(o->fdes, o->n_fdes, sizeof(*o->fdes), by_start);
	return true;
}

const struct fde *fde_of(const struct object *o, u64 addr)
{
	u32 lo = 0, hi = o->n_fdes;

	while (lo < hi) {
		u32 middle = lo + (hi - lo) / 2;

		if (o->fdes[middle].start <= addr)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo && addr < o->fdes[lo - 1].end ? &o->fdes[lo - 1] : NULL;
}
