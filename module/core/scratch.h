/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What compiling keeps in the caller's scratch memory: compile.c gathers rows
 * and rules here, layout.c makes a table of them.
 */
#ifndef SFR_SCRATCH_H
#define SFR_SCRATCH_H

#include <sfr_env.h>
#include "compile.h"
#include "numbering.h"
#include "sort.h"
#include "table.h"

/* Rows in the making. Offsets increase, neighbours have different rules. */
struct sfr_row_list {
	u32 *offsets;
	u16 *numbers;
	u32 n, room;
};

/* The head of the scratch memory; the arrays follow it. */
struct sfr_scratch {
	const void *bytes;
	const struct sfr_compile_plan *plan;
	struct sfr_func *funcs;		/* those of size > 0 */
	struct sfr_func *spare;		/* to sort them */
	u32 *counts;
	u32 n_funcs;
	u64 n_fres;			/* claimed so far */
	struct sfr_numbering numbering;
	struct sfr_row_list text;
	struct sfr_row_list block;	/* of the function at hand */
	u32 n_repeat_rows;		/* moved to the end of text's room, backwards */
	s64 lowest;
	u32 span;
	struct sfr_table table;		/* its head, once all rows are known */
};

static inline size_t sfr_align8(u64 bytes)
{
	return (bytes + 7) & ~(u64)7;
}

/* ->funcs, ->n_funcs, ->lowest and ->span. */
enum sfr_status sfr_find_functions(struct sfr_scratch *s);
/* The head of the table that the rows and rules need. */
void sfr_layout(struct sfr_scratch *s);

#endif /* SFR_SCRATCH_H */
