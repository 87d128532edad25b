/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An SFrame encoder for tests: from a description of functions and rows to the
 * bytes of a section of version 1, 2 or 3, in either byte order.
 *
 *	struct sfe_row rows[] = {
 *		{ .start = 0, .base = SFE_SP, .cfa = 8 },
 *		{ .start = 1, .base = SFE_SP, .cfa = 16, .fp = -16 },
 *	};
 *	struct sfe_func func = { .start = -0x1000, .size = 32, SFE_ROWS(rows) };
 *	struct sfe_section s = { .version = 2, .sorted = true, SFE_FUNCS(func) };
 *	size_t len = sfe_emit(&s, buf, sizeof(buf));
 *
 * It writes what it is told, also nonsense. To corrupt a section afterwards,
 * sfe_fde_at(), sfe_attr_at() and sfe_row_at() say where a part of it lies, and
 * sfe_put() overwrites a field.
 */
#ifndef SFRAME_EMIT_H
#define SFRAME_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SFE_FP, SFE_SP };	/* the CFA's base, as on disk */

struct sfe_row {
	uint32_t start;		/* from the function's (or the block's) start */
	uint8_t base;		/* SFE_FP or SFE_SP */
	bool outermost;		/* N = 0: cfa and fp are not written */
	int32_t cfa;
	int32_t fp;		/* 0: not saved, not written */
	uint8_t width;		/* of its words: 1, 2, 4; 0: the least that holds */
};

struct sfe_func {
	int64_t start;		/* of its text, from the section's first byte */
	uint32_t size;
	uint8_t pc_type;	/* 0, or 1: a block of rep_size bytes repeats */
	uint8_t rep_size;	/* V2, V3 */
	bool signal;		/* V3 */
	bool flexible;		/* V3: only the type; rows are written as ever */
	uint8_t width;		/* of row starts: 1, 2, 4; 0: by its size */
	uint32_t n_rows;
	const struct sfe_row *rows;
};

struct sfe_section {
	uint8_t version;	/* 1, 2, 3 */
	uint8_t abi;		/* 0: AMD64 */
	bool big_endian;
	bool sorted;		/* the flag; the order is that of funcs */
	bool pcrel;		/* V2, V3: starts relative to their own field */
	uint8_t more_flags;	/* or-ed into the header's flags */
	uint8_t aux_len;	/* of the auxiliary header (bytes 0xaa) */
	int8_t fixed_fp;
	int8_t fixed_ra;	/* 0: -8 */
	uint32_t n_funcs;
	const struct sfe_func *funcs;
};

#define SFE_ROWS(array)		.n_rows = sizeof(array) / sizeof((array)[0]), .rows = (array)
#define SFE_FUNCS(func)		.n_funcs = 1, .funcs = &(func)
#define SFE_FUNC_ARRAY(array)	.n_funcs = sizeof(array) / sizeof((array)[0]), .funcs = (array)

/* Offsets of header fields, for sfe_put(). */
enum {
	SFE_H_MAGIC = 0, SFE_H_VERSION = 2, SFE_H_FLAGS = 3, SFE_H_ABI = 4,
	SFE_H_FIXED_FP = 5, SFE_H_FIXED_RA = 6, SFE_H_AUX_LEN = 7,
	SFE_H_N_FDES = 8, SFE_H_N_FRES = 12, SFE_H_FRE_LEN = 16,
	SFE_H_FDE_OFF = 20, SFE_H_FRE_OFF = 24, SFE_H_SIZE = 28,
};

/* Offsets of the fields of an FDE (V1, V2), an index entry and attributes (V3). */
enum {
	SFE_FDE_START = 0, SFE_FDE_SIZE = 4, SFE_FDE_FRE_OFF = 8,
	SFE_FDE_N_FRES = 12, SFE_FDE_INFO = 16, SFE_FDE_REP = 17, SFE_FDE_PAD = 18,
	SFE_V3_START = 0, SFE_V3_SIZE = 8, SFE_V3_FRE_OFF = 12,
	SFE_ATTR_N_FRES = 0, SFE_ATTR_INFO = 2, SFE_ATTR_INFO2 = 3, SFE_ATTR_REP = 4,
};

/* Overwrite @n bytes at @at with @value, in the section's byte order. */
static inline void sfe_put(const struct sfe_section *s, void *buf, size_t at,
			   unsigned int n, uint64_t value)
{
	uint8_t *p = (uint8_t *)buf + at;

	for (unsigned int i = 0; i < n; i++)
		p[i] = (uint8_t)(value >> 8 * (s->big_endian ? n - 1 - i : i));
}

static inline unsigned int sfe_start_width(const struct sfe_func *f)
{
	if (f->width)
		return f->width;
	return f->size <= 0x100 ? 1 : f->size <= 0x10000 ? 2 : 4;
}

static inline unsigned int sfe_word_width(const struct sfe_row *r)
{
	if (r->width)
		return r->width;
	if (r->cfa == (int8_t)r->cfa && r->fp == (int8_t)r->fp)
		return 1;
	return r->cfa == (int16_t)r->cfa && r->fp == (int16_t)r->fp ? 2 : 4;
}

static inline unsigned int sfe_words(const struct sfe_row *r)
{
	return r->outermost ? 0 : r->fp ? 2 : 1;
}

static inline size_t sfe_fde_size(const struct sfe_section *s)
{
	return s->version == 1 ? 17 : s->version == 2 ? 20 : 16;
}

/* Where FDE (V1, V2) or index entry (V3) number @i lies. */
static inline size_t sfe_fde_at(const struct sfe_section *s, uint32_t i)
{
	return SFE_H_SIZE + s->aux_len + i * sfe_fde_size(s);
}

/* Where row @j of function @i lies; @j = n_rows: where the next part begins. */
static inline size_t sfe_row_at(const struct sfe_section *s, uint32_t i, uint32_t j)
{
	size_t at = sfe_fde_at(s, s->n_funcs);

	for (uint32_t f = 0; f < s->n_funcs && f <= i; f++) {
		const struct sfe_func *func = &s->funcs[f];

		at += s->version == 3 ? 5 : 0;
		for (uint32_t r = 0; r < (f == i ? j : func->n_rows); r++)
			at += sfe_start_width(func) + 1 +
			      sfe_words(&func->rows[r]) * sfe_word_width(&func->rows[r]);
	}
	return at;
}

/* V3: where the five bytes of attributes of function @i lie. */
static inline size_t sfe_attr_at(const struct sfe_section *s, uint32_t i)
{
	return sfe_row_at(s, i, 0) - 5;
}

static inline size_t sfe_len(const struct sfe_section *s)
{
	return s->n_funcs ? sfe_row_at(s, s->n_funcs - 1, s->funcs[s->n_funcs - 1].n_rows) :
			    sfe_fde_at(s, 0);
}

static inline unsigned int sfe_width_code(unsigned int width)
{
	return width == 4 ? 2 : width - 1;
}

static inline void sfe_emit_header(const struct sfe_section *s, uint8_t *buf)
{
	uint32_t n_fres = 0;

	for (uint32_t i = 0; i < s->n_funcs; i++)
		n_fres += s->funcs[i].n_rows;
	sfe_put(s, buf, SFE_H_MAGIC, 2, 0xdee2);
	buf[SFE_H_VERSION] = s->version;
	buf[SFE_H_FLAGS] = (s->sorted ? 1 : 0) | (s->pcrel ? 4 : 0) | s->more_flags;
	buf[SFE_H_ABI] = s->abi ? s->abi : 3;
	buf[SFE_H_FIXED_FP] = (uint8_t)s->fixed_fp;
	buf[SFE_H_FIXED_RA] = (uint8_t)(s->fixed_ra ? s->fixed_ra : -8);
	buf[SFE_H_AUX_LEN] = s->aux_len;
	sfe_put(s, buf, SFE_H_N_FDES, 4, s->n_funcs);
	sfe_put(s, buf, SFE_H_N_FRES, 4, n_fres);
	sfe_put(s, buf, SFE_H_FRE_LEN, 4, sfe_len(s) - sfe_fde_at(s, s->n_funcs));
	sfe_put(s, buf, SFE_H_FDE_OFF, 4, 0);
	sfe_put(s, buf, SFE_H_FRE_OFF, 4, s->n_funcs * sfe_fde_size(s));
	for (unsigned int i = 0; i < s->aux_len; i++)
		buf[SFE_H_SIZE + i] = 0xaa;
}

static inline void sfe_emit_func(const struct sfe_section *s, uint32_t i, uint8_t *buf,
				 size_t rows_at)
{
	const struct sfe_func *f = &s->funcs[i];
	size_t at = sfe_fde_at(s, i), fres = sfe_fde_at(s, s->n_funcs);
	uint8_t info = sfe_width_code(sfe_start_width(f)) | f->pc_type << 4;
	uint64_t start = (uint64_t)f->start - (s->pcrel ? at : 0);

	if (s->version == 3) {
		sfe_put(s, buf, at + SFE_V3_START, 8, start);
		sfe_put(s, buf, at + SFE_V3_SIZE, 4, f->size);
		sfe_put(s, buf, at + SFE_V3_FRE_OFF, 4, rows_at - 5 - fres);
		sfe_put(s, buf, rows_at - 5 + SFE_ATTR_N_FRES, 2, f->n_rows);
		buf[rows_at - 5 + SFE_ATTR_INFO] = info | (f->signal ? 0x80 : 0);
		buf[rows_at - 5 + SFE_ATTR_INFO2] = f->flexible ? 1 : 0;
		buf[rows_at - 5 + SFE_ATTR_REP] = f->rep_size;
		return;
	}
	sfe_put(s, buf, at + SFE_FDE_START, 4, start);
	sfe_put(s, buf, at + SFE_FDE_SIZE, 4, f->size);
	sfe_put(s, buf, at + SFE_FDE_FRE_OFF, 4, rows_at - fres);
	sfe_put(s, buf, at + SFE_FDE_N_FRES, 4, f->n_rows);
	buf[at + SFE_FDE_INFO] = info;
	if (s->version == 2) {
		buf[at + SFE_FDE_REP] = f->rep_size;
		sfe_put(s, buf, at + SFE_FDE_PAD, 2, 0);
	}
}

/* Returns where the next row goes. */
static inline size_t sfe_emit_row(const struct sfe_section *s, const struct sfe_func *f,
				  const struct sfe_row *r, uint8_t *buf, size_t at)
{
	unsigned int words = sfe_words(r), width = sfe_word_width(r);

	sfe_put(s, buf, at, sfe_start_width(f), r->start);
	at += sfe_start_width(f);
	buf[at++] = r->base | words << 1 | sfe_width_code(width) << 5;
	if (words > 0)
		sfe_put(s, buf, at, width, (uint64_t)(int64_t)r->cfa);
	if (words > 1)
		sfe_put(s, buf, at + width, width, (uint64_t)(int64_t)r->fp);
	return at + words * width;
}

/* Returns the section's length, or 0 if it does not fit into @cap bytes. */
static inline size_t sfe_emit(const struct sfe_section *s, void *buf, size_t cap)
{
	size_t at = sfe_fde_at(s, s->n_funcs);

	if (sfe_len(s) > cap)
		return 0;
	sfe_emit_header(s, buf);
	for (uint32_t i = 0; i < s->n_funcs; i++) {
		const struct sfe_func *f = &s->funcs[i];

		at += s->version == 3 ? 5 : 0;
		sfe_emit_func(s, i, buf, at);
		for (uint32_t j = 0; j < f->n_rows; j++)
			at = sfe_emit_row(s, f, &f->rows[j], buf, at);
	}
	return at;
}

#endif /* SFRAME_EMIT_H */
