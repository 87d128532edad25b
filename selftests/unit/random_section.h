/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random good sections of every version and ABI, the same for the same seed.
 */
#ifndef RANDOM_SECTION_H
#define RANDOM_SECTION_H

#include "sframe_emit.h"

#define RANDOM_FUNCS	40
#define RANDOM_ROWS	24

struct random_section {
	struct sfe_section section;
	struct sfe_func funcs[RANDOM_FUNCS];
	struct sfe_row rows[RANDOM_FUNCS][RANDOM_ROWS];
	int64_t lowest, highest;	/* of the text */
	uint64_t seed;
	uint8_t version, abi;
};

static inline uint32_t random_below(struct random_section *r, uint32_t n)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (r->seed >> 33) % n;
}

/* Few, so that neighbours often agree; a wide one now and then. */
static inline int32_t random_cfa(struct random_section *r)
{
	return 8 + 8 * (random_below(r, 20) ? random_below(r, 3) : random_below(r, 70000));
}

/* ra and fp of a machine that keeps both, often, in the frame; never one over the other. */
static inline void random_saved(struct random_section *r, struct sfe_row *row)
{
	bool in_regs = r->abi == SFE_S390X && r->version == 2;

	if (random_below(r, 3)) {
		row->ra = -8 * (1 + (int32_t)random_below(r, 3));
		if (in_regs && !random_below(r, 4))
			row->ra = SFE_IN_REG(random_below(r, 32));
	}
	if (random_below(r, 2)) {
		row->fp = (row->ra < 0 ? row->ra : 0) - 8 * (1 + (int32_t)random_below(r, 3));
		if (in_regs && !random_below(r, 4))
			row->fp = SFE_IN_REG(random_below(r, 32));
	}
}

static inline uint32_t random_reg(struct random_section *r)
{
	static const uint8_t usual[][2] = {
		[SFE_AARCH64_BE] = { 31, 29 }, [SFE_AARCH64_LE] = { 31, 29 },
		[SFE_AMD64] = { 7, 6 }, [SFE_S390X] = { 15, 11 },
	};

	if (random_below(r, 2))
		return usual[r->abi][random_below(r, 2)];
	return random_below(r, r->abi == SFE_AMD64 ? 16 : 32);
}

/* cfa from any register, ra and fp from the frame, a register, or not said. */
static inline void random_places(struct random_section *r, struct sfe_row *row)
{
	struct sfe_place *place = row->place;
	int i;

	place[0].control = SFE_REG(random_reg(r)) | (random_below(r, 3) ? 0 : SFE_DEREF);
	place[0].off = random_cfa(r);
	for (i = 1; i < 3; i++) {
		place[i].off = -8 * (2 * (int32_t)random_below(r, 3) + i);
		switch (random_below(r, 4)) {
		case 0:
			place[i].control = SFE_CFA | SFE_DEREF;
			break;
		case 1:
			place[i].control = SFE_REG(random_reg(r)) | SFE_DEREF;
			break;
		case 2:
			place[i].control = SFE_REG(random_reg(r));
			place[i].off = random_below(r, 2) ? 0 : place[i].off;
		}
	}
	/* A return address that is not mentioned is at cfa - 8, on AMD64. */
	if (r->abi == SFE_AMD64 && !place[1].control && place[2].off == -8)
		place[2].off = -16;
}

static inline void random_row(struct random_section *r, struct sfe_row *row, uint32_t start,
			      bool flexible)
{
	*row = (struct sfe_row) {
		.start = start,
		.base = random_below(r, 4) ? SFE_SP : SFE_FP,
		.outermost = !random_below(r, 30),
	};
	if (r->abi == SFE_AARCH64_LE || r->abi == SFE_AARCH64_BE)
		row->mangled = !random_below(r, 4);
	if (flexible) {
		random_places(r, row);
		return;
	}
	row->cfa = random_cfa(r);
	if (r->abi != SFE_AMD64)
		random_saved(r, row);
	else if (!random_below(r, 3))
		row->fp = -16 - 8 * (int32_t)random_below(r, 3);
}

/* Starts do not decrease, may repeat, and may lie at the end. */
static inline void random_rows(struct random_section *r, struct sfe_func *f,
			       struct sfe_row *rows, uint32_t max_rows)
{
	uint32_t limit = f->pc_type ? f->rep_size : f->size, start, i;

	f->n_rows = random_below(r, 10) ? 1 + random_below(r, max_rows) : 0;
	f->rows = rows;
	start = random_below(r, 3) ? 0 : random_below(r, limit + 1);
	for (i = 0; i < f->n_rows; i++) {
		random_row(r, &rows[i], start, f->flexible);
		start += random_below(r, 1 + 2 * limit / f->n_rows);
		start = start > limit ? limit : start;
	}
}

/* All of @f but where it lies, its size and rows. V1 has blocks on AMD64 only. */
static inline void random_kind(struct random_section *r, struct sfe_func *f)
{
	if (r->version > 1 || r->abi == SFE_AMD64)
		f->pc_type = !random_below(r, 8);
	f->rep_size = r->version == 1 ? 16 : 1 + random_below(r, 40);
	f->signal = r->version == 3 && !random_below(r, 10);
	f->flexible = r->version == 3 && !random_below(r, 3);
	f->key_b = r->abi < SFE_AMD64 && random_below(r, 2);
	f->width = random_below(r, 4) || f->size > 0x10000 ? 4 : 0;
}

/*
 * The last functions of the index become sfreg's extension's, now and then: in version 3,
 * of AMD64. A CFA that is a word plus a constant; the return address just below it.
 */
static inline void random_extend(struct random_section *r, struct sfe_section *s,
				 struct sfe_func *funcs)
{
	for (uint32_t i = 0; i < s->n_funcs; i++) {
		funcs[i].extended = false;
		funcs[i].exact = false;
	}
	if (r->version != 3 || r->abi != SFE_AMD64 || random_below(r, 3))
		return;
	s->aux_len = 16;
	s->n_extended = random_below(r, s->n_funcs + 1);
	for (uint32_t i = s->n_funcs - s->n_extended; i < s->n_funcs; i++) {
		struct sfe_func *f = &funcs[i];
		struct sfe_row *rows = (struct sfe_row *)f->rows;

		f->exact = !random_below(r, 3);
		f->extended = !f->exact;
		f->indexed = random_below(r, 2);
		f->signal = false;
		f->flexible = f->exact;
		f->pc_type = 0;
		for (uint32_t j = 0; j < f->n_rows; j++) {
			random_places(r, &rows[j]);
			/* It may have been a block, larger than the function. */
			if (rows[j].start > f->size)
				rows[j].start = f->size;
			rows[j].place[1] = (struct sfe_place) { 0, 0 };
			if (f->exact && random_below(r, 2))
				rows[j].place[1] = (struct sfe_place) { SFE_DEREF, -100008 };
			if (rows[j].place[2].off == -8)
				rows[j].place[2].off = -16;
			rows[j].index = random_below(r, 16);
			rows[j].addend = 8 * (int32_t)random_below(r, 4);
		}
	}
}

static inline void random_section_of(struct random_section *r, int version, int abi,
				     uint64_t seed)
{
	uint32_t n, i;
	int64_t at;

	*r = (struct random_section) { .seed = seed, .version = version, .abi = abi };
	n = random_below(r, RANDOM_FUNCS + 1);
	at = (int64_t)random_below(r, 100000) - 50000;
	r->lowest = at;
	for (i = 0; i < n; i++) {
		struct sfe_func *f = &r->funcs[i];

		at += random_below(r, 2) ? random_below(r, 100) : 0;
		f->start = at;
		f->size = random_below(r, 10) ? 1 + random_below(r, 200) :
			  random_below(r, 10) ? 0 : 60000 + random_below(r, 20000);
		random_kind(r, f);
		random_rows(r, f, r->rows[i], RANDOM_ROWS - 1);
		at += f->size;
	}
	r->highest = at;
	/* Shuffle; the flag says what it likes. */
	for (i = n; random_below(r, 2) && i-- > 1;) {
		uint32_t j = random_below(r, i + 1);
		struct sfe_func f = r->funcs[i];

		r->funcs[i] = r->funcs[j];
		r->funcs[j] = f;
	}
	r->section = (struct sfe_section) {
		.version = version, .abi = abi,
		.big_endian = abi == SFE_AARCH64_BE || abi == SFE_S390X,
		.sorted = random_below(r, 2),
		.pcrel = version > 1 && random_below(r, 2),
		.aux_len = random_below(r, 3) ? 0 : random_below(r, 256),
		.n_funcs = n, .funcs = r->funcs,
	};
	random_extend(r, &r->section, r->funcs);
}

static inline void random_section(struct random_section *r, int version, uint64_t seed)
{
	random_section_of(r, version, SFE_AMD64, seed);
}

/* Is there such a thing? No version 1 for s390x. */
static inline bool random_knows(int version, int abi)
{
	return version > 1 || abi != SFE_S390X;
}

#endif /* RANDOM_SECTION_H */
