// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See oracle.h. Follows the specification's text, field by field. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "oracle.h"

enum { AARCH64_BE = 1, AARCH64_LE, AMD64, S390X };

/* How the function at hand is written. */
struct reading {
	bool big;
	int type;	/* of the function: 0 default, 1 flexible, 2 extended, 3 indexed too,
			 * 4 flexible, and the caller is exact */
	int version, abi;
	int8_t fixed_ra;
};

static const struct { int sp, fp, ra; } registers[] = {
	[AARCH64_BE] = { 31, 29, 30 }, [AARCH64_LE] = { 31, 29, 30 },
	[AMD64] = { 7, 6, -1 }, [S390X] = { 15, 11, 14 },
};

static uint64_t number(const struct reading *how, const uint8_t *p, int n)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < n; i++)
		v |= (uint64_t)p[how->big ? n - 1 - i : i] << 8 * i;
	return v;
}

static int64_t signed_number(const struct reading *how, const uint8_t *p, int n)
{
	uint64_t v = number(how, p, n);

	if (n < 8 && v >> (8 * n - 1) & 1)
		v |= ~0ull << 8 * n;
	return (int64_t)v;
}

static struct oracle_place in_register(const struct reading *how, int reg, int32_t off)
{
	struct oracle_place p = { .base = ORACLE_REG, .reg = reg, .off = off };

	if (reg == registers[how->abi].sp)
		return (struct oracle_place) { .base = ORACLE_SP, .off = off };
	if (reg == registers[how->abi].fp)
		return (struct oracle_place) { .base = ORACLE_FP, .off = off };
	return p;
}

/* A default function's word for ra or fp. */
static struct oracle_place saved(const struct reading *how, int32_t word)
{
	if (how->abi == S390X && how->version == 2 && word & 1)
		return in_register(how, word >> 1, 0);
	return (struct oracle_place) { .base = ORACLE_CFA, .deref = true, .off = word };
}

/* On s390x in eights, less 160; gas and objdump do so in flexible functions too. */
static int64_t cfa_offset(const struct reading *how, const uint8_t *p, int bytes)
{
	int64_t word = signed_number(how, p, bytes);

	return how->abi == S390X ? word * 8 + 160 : word;
}

static void default_words(const struct reading *how, struct oracle *o, uint8_t info,
			  const uint8_t *p, int n, int bytes)
{
	int fp_at = how->abi == AMD64 ? 1 : 2;

	o->cfa.base = info & 1 ? ORACLE_SP : ORACLE_FP;
	o->cfa.off = cfa_offset(how, p, bytes);
	/* A return address at "cfa + 0" means: not saved. */
	if (how->abi != AMD64 && n > 1 && signed_number(how, p + bytes, bytes))
		o->ra = saved(how, signed_number(how, p + bytes, bytes));
	if (n > fp_at)
		o->fp = saved(how, signed_number(how, p + fp_at * bytes, bytes));
}

static void flexible_words(const struct reading *how, struct oracle *o, const uint8_t *p,
			   int n, int bytes)
{
	struct oracle_place *place[] = { &o->cfa, &o->ra, &o->fp };
	const uint8_t *end = p + n * bytes;
	struct oracle_place index = o->ra;
	int32_t addend = 0;
	uint32_t control;
	int i;

	for (i = 0; i < 3 && p < end; i++) {
		control = number(how, p, bytes);
		p += bytes;
		if (!control)
			continue;
		*place[i] = (struct oracle_place) { .base = ORACLE_CFA };
		if (control & 1)
			*place[i] = in_register(how, control >> 3, 0);
		place[i]->deref = control & 2;
		place[i]->off = i ? signed_number(how, p, bytes) : cfa_offset(how, p, bytes);
		p += bytes;
		if (i > 0 || how->type < 2 || how->type == 4)
			continue;
		addend = signed_number(how, p, bytes);
		p += bytes;
		if (how->type == 2)
			continue;
		index = in_register(how, number(how, p, bytes) >> 3, o->ra.off);
		p += bytes;
	}
	o->extended = how->type == 2 || how->type == 3;
	o->exact = how->type == 4;
	if (o->extended)
		o->ra = index;
	o->ra.off += addend;
	if (o->fp.base == ORACLE_CFA)
		o->fp.off += addend;
}

static struct oracle row_at(const struct reading *how, const uint8_t *row, int start_bytes)
{
	struct oracle o = { .kind = ORACLE_OUTERMOST };
	uint8_t info = row[start_bytes];
	int n = info >> 1 & 15, bytes = 1 << (info >> 5 & 3);
	const uint8_t *words = row + start_bytes + 1;

	if (!n)
		return o;
	o.kind = ORACLE_ROW;
	o.ra_signed = info & 0x80;
	o.fp = (struct oracle_place) { .base = ORACLE_FP };
	if (how->abi == AMD64)
		o.ra = (struct oracle_place) {
			.base = ORACLE_CFA, .deref = true, .off = how->fixed_ra,
		};
	else
		o.ra = in_register(how, registers[how->abi].ra, 0);
	if (how->type)
		flexible_words(how, &o, words, n, bytes);
	else
		default_words(how, &o, info, words, n, bytes);
	return o;
}

/* The last of @n rows that starts at or before @offset. */
static struct oracle find_row(const struct reading *how, const uint8_t *row, uint32_t n,
			      int start_bytes, uint64_t offset)
{
	const uint8_t *found = NULL;
	uint8_t info;

	while (n-- > 0) {
		if (number(how, row, start_bytes) <= offset)
			found = row;
		info = row[start_bytes];
		row += start_bytes + 1 + (info >> 1 & 15) * (1 << (info >> 5 & 3));
	}
	return found ? row_at(how, found, start_bytes) :
		       (struct oracle) { .kind = ORACLE_NOTHING };
}

/* What the function at @fde says of @offset, from its start. */
static struct oracle in_function(struct reading *how, const uint8_t *fde, const uint8_t *rows,
				 uint64_t offset)
{
	const uint8_t *attr = how->version == 3 ? rows + number(how, fde + 12, 4) : fde + 12;
	uint32_t n_rows = number(how, attr, how->version == 3 ? 2 : 4);
	uint8_t info = attr[how->version == 3 ? 2 : 4];
	uint8_t block = how->version == 1 ? 16 : how->version == 2 ? fde[17] : attr[4];

	if (how->version == 3 && info & 0x80)
		return (struct oracle) { .kind = ORACLE_SIGNAL };
	how->type = how->version == 3 ? attr[3] & 31 : 0;
	if (how->version == 3 && !n_rows && !how->type)
		return (struct oracle) { .kind = ORACLE_OUTERMOST };
	return find_row(how, how->version == 3 ? attr + 5 : rows + number(how, fde + 8, 4),
			n_rows, 1 << (info & 15), info & 16 ? offset % block : offset);
}

/* *@begins: is @rel the first byte of its function? */
static struct oracle look(const uint8_t *section, int64_t rel, bool *begins)
{
	struct reading how = {
		.big = section[0] == 0xde, .version = section[2], .abi = section[4],
		.fixed_ra = section[6],
	};
	const uint8_t *start = section + 28 + section[7];
	const uint8_t *index = start + number(&how, section + 20, 4);
	const uint8_t *rows = start + number(&how, section + 24, 4), *fde;
	uint32_t n = number(&how, section + 8, 4), i, size;
	int64_t at;

	if (how.version == 3 && how.abi == AMD64 && section[7] == 16 &&
	    !memcmp(section + 28, "SFRX\1\0\0", 8))
		n += number(&how, section + 36, 4);
	for (i = 0; i < n; i++) {
		fde = index + i * (how.version == 1 ? 17 : how.version == 2 ? 20 : 16);
		at = signed_number(&how, fde, how.version == 3 ? 8 : 4);
		if (section[3] & 4)
			at += fde - section;
		size = number(&how, fde + (how.version == 3 ? 8 : 4), 4);
		if (rel < at || (uint64_t)rel - (uint64_t)at >= size)
			continue;
		*begins = rel == at;
		return in_function(&how, fde, rows, (uint64_t)rel - (uint64_t)at);
	}
	*begins = false;
	return (struct oracle) { .kind = ORACLE_NOTHING };
}

struct oracle oracle_at(const uint8_t *section, int64_t rel)
{
	bool begins;

	return look(section, rel, &begins);
}

struct oracle oracle_at_return(const uint8_t *section, int64_t rel)
{
	bool begins;
	struct oracle o = look(section, rel, &begins);

	return o.kind == ORACLE_SIGNAL && begins ? o : oracle_at(section, (uint64_t)rel - 1);
}
