/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random good sections whose text has a certain shape: what a table's layout may
 * stumble over. The same for the same seed.
 */
#ifndef RANDOM_SHAPE_H
#define RANDOM_SHAPE_H

#include "random_section.h"

#define SHAPE_FUNCS	4096
#define SHAPE_ROWS	150000

enum shape_kind {
	SHAPE_SMALL,		/* functions of all kinds, as random_section.h has them */
	SHAPE_DENSE,		/* a row for each byte or two */
	SHAPE_BORDERS,		/* rows about multiples of 64, 256 and 64 KiB */
	SHAPE_SPARSE,		/* functions megabytes apart, up to 4 GiB in all */
	SHAPE_ENDS,		/* at the lowest and the highest start there is */
	SHAPE_ONE,		/* one function of one row */
	SHAPE_TRAMPOLINES,	/* that touch each other and blocks and functions */
	SHAPE_CROWDS,		/* rows side by side, then none for long */
	SHAPE_MANY,		/* more than 65,536 rows */
	SHAPE_KINDS
};

struct shape {
	struct random_section random;	/* the seed, and SHAPE_SMALL's rows */
	struct sfe_section section;
	struct sfe_func funcs[SHAPE_FUNCS];
	struct sfe_row rows[SHAPE_ROWS];
	uint32_t n_funcs, n_rows;
};

void random_shape(struct shape *s, enum shape_kind kind, int version, int abi, uint64_t seed);
const char *shape_name(enum shape_kind kind);

#endif /* RANDOM_SHAPE_H */
