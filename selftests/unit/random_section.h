/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random good sections, the same for the same seed.
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
};

static inline uint32_t random_below(struct random_section *r, uint32_t n)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (r->seed >> 33) % n;
}

/* Few offsets, so that neighbours often agree; a wide one now and then. */
static inline void random_row(struct random_section *r, struct sfe_row *row, uint32_t start)
{
	*row = (struct sfe_row) {
		.start = start,
		.base = random_below(r, 4) ? SFE_SP : SFE_FP,
		.outermost = !random_below(r, 30),
		.cfa = 8 + 8 * (random_below(r, 20) ? random_below(r, 3) : random_below(r, 70000)),
		.fp = random_below(r, 3) ? 0 : -16 - 8 * (int32_t)random_below(r, 3),
	};
}

/* Starts do not decrease, may repeat, and may lie at the end. */
static inline void random_func(struct random_section *r, struct sfe_func *f,
			       struct sfe_row *rows, int version)
{
	uint32_t start, limit, i;

	f->size = random_below(r, 10) ? 1 + random_below(r, 200) :
		  random_below(r, 10) ? 0 : 60000 + random_below(r, 20000);
	f->pc_type = !random_below(r, 8);
	f->rep_size = version == 1 ? 16 : 1 + random_below(r, 40);
	f->signal = version == 3 && !random_below(r, 10);
	f->width = random_below(r, 4) || f->size > 0x10000 ? 4 : 0;
	f->n_rows = random_below(r, 10) ? 1 + random_below(r, RANDOM_ROWS - 1) : 0;
	f->rows = rows;
	limit = f->pc_type ? f->rep_size : f->size;
	start = random_below(r, 3) ? 0 : random_below(r, limit + 1);
	for (i = 0; i < f->n_rows; i++) {
		random_row(r, &rows[i], start);
		start += random_below(r, 1 + 2 * limit / f->n_rows);
		start = start > limit ? limit : start;
	}
}

static inline void random_section(struct random_section *r, int version, uint64_t seed)
{
	int64_t at;
	uint32_t n, i;

	*r = (struct random_section) { .seed = seed };
	n = random_below(r, RANDOM_FUNCS + 1);
	at = (int64_t)random_below(r, 100000) - 50000;
	r->lowest = at;
	for (i = 0; i < n; i++) {
		at += random_below(r, 2) ? random_below(r, 100) : 0;
		r->funcs[i].start = at;
		random_func(r, &r->funcs[i], r->rows[i], version);
		at += r->funcs[i].size;
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
		.version = version, .sorted = random_below(r, 2),
		.pcrel = version > 1 && random_below(r, 2),
		.aux_len = random_below(r, 3) ? 0 : random_below(r, 256),
		.n_funcs = n, .funcs = r->funcs,
	};
}

#endif /* RANDOM_SECTION_H */
