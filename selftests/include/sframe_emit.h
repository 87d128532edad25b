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
 * For AArch64 and s390x a row has .ra too; abi, big_endian and, in V2's odd words,
 * SFE_IN_REG() are the caller's to set. A flexible function's rows say where cfa, ra
 * and fp are by .place[]:
 *
 *	{ .place = { { SFE_REG(6) | SFE_DEREF, -8 }, { SFE_CFA | SFE_DEREF, -8 } } }
 *
 * It writes what it is told, also nonsense: .words are written as they are. To corrupt
 * a section afterwards, sfe_fde_at(), sfe_attr_at() and sfe_row_at() say where a part of
 * it lies, and sfe_put() overwrites a field.
 */
#ifndef SFRAME_EMIT_H
#define SFRAME_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SFE_FP, SFE_SP };	/* the CFA's base, as on disk */

enum { SFE_AARCH64_BE = 1, SFE_AARCH64_LE, SFE_AMD64, SFE_S390X };

#define SFE_MAX_WORDS	15

/* A word of a V2 s390x row: ra or fp is in register @n. */
#define SFE_IN_REG(n)	(2 * (n) + 1)

/* Control words of flexible functions: DWARF register @n, or the CFA, is the base. */
#define SFE_REG(n)	((uint32_t)(n) << 3 | 1)
#define SFE_CFA		0
#define SFE_DEREF	2

/* What the control word says, and the offset; control 0: padding, no offset. */
struct sfe_place {
	uint32_t control;
	int32_t off;
};

struct sfe_row {
	uint32_t start;		/* from the function's (or the block's) start */
	uint8_t base;		/* SFE_FP or SFE_SP */
	bool outermost;		/* N = 0: cfa and fp are not written */
	bool mangled;		/* the return address is signed */
	int32_t cfa;
	int32_t ra;		/* not on AMD64; 0: not saved, written if fp follows */
	int32_t fp;		/* 0: not saved, not written */
	struct sfe_place place[3];	/* flexible: cfa, ra, fp instead */
	int32_t addend;		/* of an extended function: cfa is that much above */
	uint8_t index;		/* of an indexed one: the register that counts words */
	uint8_t n_words;	/* not 0: these words instead */
	const int32_t *words;
	uint8_t width;		/* of its words: 1, 2, 4; 0: the least that holds */
};

struct sfe_func {
	int64_t start;		/* of its text, from the section's first byte */
	uint32_t size;
	uint8_t pc_type;	/* 0, or 1: a block of rep_size bytes repeats */
	uint8_t rep_size;	/* V2, V3 */
	bool signal;		/* V3 */
	bool flexible;		/* V3: of flexible type; rows are written by .place */
	bool extended;		/* V3: of sfreg's extension, by .place and .addend */
	bool indexed;		/* the same, by .index too */
	bool exact;		/* V3, with .flexible: the extension's, of an injected call */
	bool key_b;		/* AArch64: of the return address's signature */
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
	int8_t fixed_ra;	/* 0: -8 on AMD64 */
	uint32_t n_funcs;
	uint32_t n_extended;	/* of these, the last ones: sfreg's extension. Then
				 * aux_len must be 16 */
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

/* A row's words, and how wide they must be. */
struct sfe_words {
	int64_t word[SFE_MAX_WORDS];
	unsigned int n, width;
};

static inline void sfe_add_signed(struct sfe_words *w, int64_t word)
{
	unsigned int width = word == (int8_t)word ? 1 : word == (int16_t)word ? 2 : 4;

	w->word[w->n++] = word;
	w->width = w->width > width ? w->width : width;
}

static inline void sfe_add_unsigned(struct sfe_words *w, uint32_t word)
{
	unsigned int width = word < 0x100 ? 1 : word < 0x10000 ? 2 : 4;

	w->word[w->n++] = word;
	w->width = w->width > width ? w->width : width;
}

/* s390x has its own way to say a CFA's offset. */
static inline int64_t sfe_cfa_word(unsigned int abi, int32_t off)
{
	return abi == SFE_S390X ? ((int64_t)off - 160) / 8 : off;
}

/* Pairs; a control of 0 stands alone, and not at the end. */
static inline void sfe_add_places(struct sfe_words *w, unsigned int abi,
				  const struct sfe_func *f, const struct sfe_row *r)
{
	const struct sfe_place *place = r->place;
	int last = place[2].control ? 2 : place[1].control ? 1 : 0;

	for (int i = 0; i <= last; i++) {
		sfe_add_unsigned(w, place[i].control);
		if (place[i].control)
			sfe_add_signed(w, i ? place[i].off : sfe_cfa_word(abi, place[i].off));
		if (!i && f->extended)
			sfe_add_signed(w, r->addend);
		if (!i && f->extended && f->indexed)
			sfe_add_unsigned(w, SFE_REG(r->index));
	}
}

static inline void sfe_add_default(struct sfe_words *w, unsigned int abi,
				   const struct sfe_row *r)
{
	bool ra = abi != SFE_AMD64 && (r->ra || r->fp);

	sfe_add_signed(w, sfe_cfa_word(abi, r->cfa));
	if (ra)
		sfe_add_signed(w, r->ra);
	if (r->fp)
		sfe_add_signed(w, r->fp);
}

static inline struct sfe_words sfe_words(const struct sfe_section *s, const struct sfe_func *f,
					 const struct sfe_row *r)
{
	struct sfe_words w = { .width = 1 };
	unsigned int abi = s->abi ? s->abi : SFE_AMD64;

	if (r->n_words)
		for (int i = 0; i < r->n_words; i++)
			sfe_add_signed(&w, r->words[i]);
	else if ((f->flexible || f->extended) && !r->outermost)
		sfe_add_places(&w, abi, f, r);
	else if (!r->outermost)
		sfe_add_default(&w, abi, r);
	if (r->width)
		w.width = r->width;
	return w;
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

static inline size_t sfe_row_len(const struct sfe_section *s, const struct sfe_func *f,
				 const struct sfe_row *r)
{
	struct sfe_words w = sfe_words(s, f, r);

	return sfe_start_width(f) + 1 + w.n * w.width;
}

/* Where row @j of function @i lies; @j = n_rows: where the next part begins. */
static inline size_t sfe_row_at(const struct sfe_section *s, uint32_t i, uint32_t j)
{
	size_t at = sfe_fde_at(s, s->n_funcs);

	for (uint32_t f = 0; f < s->n_funcs && f <= i; f++) {
		const struct sfe_func *func = &s->funcs[f];

		at += s->version == 3 ? 5 : 0;
		for (uint32_t r = 0; r < (f == i ? j : func->n_rows); r++)
			at += sfe_row_len(s, func, &func->rows[r]);
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
	uint32_t n_fres[2] = { 0, 0 };

	for (uint32_t i = 0; i < s->n_funcs; i++)
		n_fres[i >= s->n_funcs - s->n_extended] += s->funcs[i].n_rows;
	sfe_put(s, buf, SFE_H_MAGIC, 2, 0xdee2);
	buf[SFE_H_VERSION] = s->version;
	buf[SFE_H_FLAGS] = (s->sorted ? 1 : 0) | (s->pcrel ? 4 : 0) | s->more_flags;
	buf[SFE_H_ABI] = s->abi ? s->abi : SFE_AMD64;
	buf[SFE_H_FIXED_FP] = (uint8_t)s->fixed_fp;
	buf[SFE_H_FIXED_RA] = (uint8_t)(s->fixed_ra || buf[SFE_H_ABI] != SFE_AMD64 ?
					s->fixed_ra : -8);
	buf[SFE_H_AUX_LEN] = s->aux_len;
	sfe_put(s, buf, SFE_H_N_FDES, 4, s->n_funcs - s->n_extended);
	sfe_put(s, buf, SFE_H_N_FRES, 4, n_fres[0]);
	sfe_put(s, buf, SFE_H_FRE_LEN, 4, sfe_len(s) - sfe_fde_at(s, s->n_funcs));
	sfe_put(s, buf, SFE_H_FDE_OFF, 4, 0);
	sfe_put(s, buf, SFE_H_FRE_OFF, 4, s->n_funcs * sfe_fde_size(s));
	for (unsigned int i = 0; i < s->aux_len; i++)
		buf[SFE_H_SIZE + i] = 0xaa;
	if (s->n_extended) {
		memcpy(buf + SFE_H_SIZE, "SFRX\1\0\0", 8);
		sfe_put(s, buf, SFE_H_SIZE + 8, 4, s->n_extended);
		sfe_put(s, buf, SFE_H_SIZE + 12, 4, n_fres[1]);
	}
}

static inline void sfe_emit_func(const struct sfe_section *s, uint32_t i, uint8_t *buf,
				 size_t rows_at)
{
	const struct sfe_func *f = &s->funcs[i];
	size_t at = sfe_fde_at(s, i), fres = sfe_fde_at(s, s->n_funcs);
	uint8_t info = sfe_width_code(sfe_start_width(f)) | f->pc_type << 4 |
		       (f->key_b ? 0x20 : 0);
	uint64_t start = (uint64_t)f->start - (s->pcrel ? at : 0);

	if (s->version == 3) {
		sfe_put(s, buf, at + SFE_V3_START, 8, start);
		sfe_put(s, buf, at + SFE_V3_SIZE, 4, f->size);
		sfe_put(s, buf, at + SFE_V3_FRE_OFF, 4, rows_at - 5 - fres);
		sfe_put(s, buf, rows_at - 5 + SFE_ATTR_N_FRES, 2, f->n_rows);
		buf[rows_at - 5 + SFE_ATTR_INFO] = info | (f->signal ? 0x80 : 0);
		buf[rows_at - 5 + SFE_ATTR_INFO2] = f->extended ? 2 + f->indexed :
						     f->exact ? 4 : f->flexible;
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
	struct sfe_words w = sfe_words(s, f, r);

	sfe_put(s, buf, at, sfe_start_width(f), r->start);
	at += sfe_start_width(f);
	buf[at++] = r->base | w.n << 1 | sfe_width_code(w.width) << 5 | (r->mangled ? 0x80 : 0);
	for (unsigned int i = 0; i < w.n; i++, at += w.width)
		sfe_put(s, buf, at, w.width, (uint64_t)w.word[i]);
	return at;
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
