// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "rows.h"

#define KNOWN_FLAGS	(SFREG_JIT_FP | SFREG_JIT_CFA_SAVED | SFREG_JIT_FP_SAVED | \
			 SFREG_JIT_EXACT | SFREG_JIT_OUTERMOST)

/*
 * What can be no frame, the kernel refuses, and the whole window with it: a CFA below the
 * stack pointer, the frame pointer saved over the return address.
 */
static bool is_frame(const struct sfreg_jit_row *row)
{
	int64_t apart = (int64_t)row->fp_offset - row->ra_offset;

	if (row_is_outermost(row))
		return true;
	if (!(row->flags & (SFREG_JIT_FP | SFREG_JIT_CFA_SAVED)) && row->cfa_offset < 0)
		return false;
	return !(row->flags & SFREG_JIT_FP_SAVED) || apart <= -8 || apart >= 8;
}

bool sfreg_jit_rows_valid(const struct sfreg_jit_row *rows, unsigned int n, size_t size)
{
	unsigned int i;

	if (!n || !rows || rows[0].offset)
		return false;
	for (i = 0; i < n; i++) {
		if (rows[i].flags & ~KNOWN_FLAGS || rows[i].pad || rows[i].offset >= size ||
		    !is_frame(&rows[i]))
			return false;
		if (i && rows[i].offset <= rows[i - 1].offset)
			return false;
	}
	return true;
}

static uint32_t take(struct jit_rows *from)
{
	uint32_t row = from->free;

	if (!row)
		return from->n_touched++;
	from->free = from->rows[--row].pad;
	return row;
}

uint32_t sfreg_jit_rows_put(struct jit_rows *to, const struct sfreg_jit_row *rows,
			    unsigned int n)
{
	uint32_t first = 0, *next = &first;

	to->n += n;
	for (; n; n--, rows++) {
		uint32_t row = take(to);

		*next = row + 1;
		to->rows[row] = *rows;
		next = &to->rows[row].pad;
	}
	return first - 1;
}

void sfreg_jit_rows_drop(struct jit_rows *from, uint32_t first, unsigned int n)
{
	uint32_t *next = &from->rows[first].pad;

	from->n -= n;
	while (--n)
		next = &from->rows[*next - 1].pad;
	*next = from->free;
	from->free = first + 1;
}

void sfreg_jit_rows_clear(struct jit_rows *rows)
{
	rows->free = 0;
	rows->n_touched = 0;
	rows->n = 0;
}
