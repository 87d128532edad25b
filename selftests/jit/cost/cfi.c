// SPDX-License-Identifier: GPL-2.0-only
/*
 * DWARF 5, 6.4 and the LSB's 10.6, for x86-64.
 */
#include <stdbool.h>
#include <string.h>

#include "cfi.h"

#define REG_FP	6
#define REG_SP	7
#define REG_RA	16

#define DW_CFA_advance_loc	0x40
#define DW_CFA_offset		0x80
#define DW_CFA_restore		0xc0
#define DW_CFA_advance_loc1	0x02
#define DW_CFA_advance_loc2	0x03
#define DW_CFA_advance_loc4	0x04
#define DW_CFA_def_cfa		0x0c
#define DW_CFA_def_cfa_register	0x0d
#define DW_CFA_def_cfa_offset	0x0e

#define PCREL_SDATA4	0x1b
#define DATA_ALIGN	(-8)

static unsigned char *put(unsigned char *to, const void *value, size_t len)
{
	memcpy(to, value, len);
	return to + len;
}

static unsigned char *put_u32(unsigned char *to, uint32_t value)
{
	return put(to, &value, sizeof(value));
}

static unsigned char *put_uleb(unsigned char *to, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = value | 0x80;
	*to++ = value;
	return to;
}

/* Fills up with DW_CFA_nop, and writes the length before it. */
static unsigned char *finish(unsigned char *entry, unsigned char *end)
{
	while ((uintptr_t)end % sizeof(uint64_t))
		*end++ = 0;
	put_u32(entry, end - entry - sizeof(uint32_t));
	return end;
}

unsigned char *cfi_put_cie(unsigned char *to)
{
	static const unsigned char cie[] = {
		0, 0, 0, 0,			/* it is a common entry */
		1, 'z', 'R', 0,			/* version, augmentation */
		1, DATA_ALIGN & 0x7f, REG_RA,	/* units of pcs and offsets */
		1, PCREL_SDATA4,
		DW_CFA_def_cfa, REG_SP, 8,
		DW_CFA_offset | REG_RA, 1,
	};

	return finish(to, put(to + sizeof(uint32_t), cie, sizeof(cie)));
}

static unsigned char *put_advance(unsigned char *to, uint32_t delta)
{
	if (delta < 0x40) {
		*to++ = DW_CFA_advance_loc | delta;
		return to;
	}
	if (delta < 0x100) {
		*to++ = DW_CFA_advance_loc1;
		*to++ = delta;
		return to;
	}
	if (delta < 0x10000) {
		*to++ = DW_CFA_advance_loc2;
		return put(to, &(uint16_t){ delta }, sizeof(uint16_t));
	}
	*to++ = DW_CFA_advance_loc4;
	return put_u32(to, delta);
}

/* What of the CFA has changed. */
static unsigned char *put_cfa(unsigned char *to, const struct sfreg_jit_row *before,
			      const struct sfreg_jit_row *row)
{
	bool other_base = (before->flags ^ row->flags) & SFREG_JIT_FP;
	bool other_offset = before->cfa_offset != row->cfa_offset;

	if (other_base) {
		*to++ = other_offset ? DW_CFA_def_cfa : DW_CFA_def_cfa_register;
		*to++ = row->flags & SFREG_JIT_FP ? REG_FP : REG_SP;
	} else if (other_offset) {
		*to++ = DW_CFA_def_cfa_offset;
	}
	return other_offset ? put_uleb(to, row->cfa_offset) : to;
}

static unsigned char *put_fp(unsigned char *to, const struct sfreg_jit_row *before,
			     const struct sfreg_jit_row *row)
{
	if (!((before->flags ^ row->flags) & SFREG_JIT_FP_SAVED))
		return to;
	if (!(row->flags & SFREG_JIT_FP_SAVED)) {
		*to++ = DW_CFA_restore | REG_FP;
		return to;
	}
	*to++ = DW_CFA_offset | REG_FP;
	return put_uleb(to, row->fp_offset / DATA_ALIGN);
}

unsigned char *cfi_put_fde(unsigned char *to, const unsigned char *cie,
			   const struct function *function, long away)
{
	unsigned char *entry = to;
	unsigned int i;

	to += sizeof(uint32_t);
	to = put_u32(to, to - cie);
	to = put_u32(to, function->start - (to + away));
	to = put_u32(to, function->size);
	*to++ = 0;
	/* The first row is as the common entry says. */
	for (i = 1; i < function->n_rows; i++) {
		const struct sfreg_jit_row *row = &function->rows[i];

		to = put_advance(to, row->offset - row[-1].offset);
		to = put_cfa(to, row - 1, row);
		to = put_fp(to, row - 1, row);
	}
	return finish(entry, to);
}

unsigned char *cfi_put_end(unsigned char *to)
{
	return put_u32(to, 0);
}
