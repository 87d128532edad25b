/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A window's rows, in lists: no function's need to stand together, so that room is
 * refused when there is none, and never because it lies scattered.
 */
#ifndef SFREG_JIT_ROWS_H
#define SFREG_JIT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <sfreg/jit.h>

/* ->pad of a row in a list is the number of the next one, + 1. */
struct jit_rows {
	struct sfreg_jit_row *rows;
	uint32_t free;		/* the first that is not used any more, + 1 */
	uint32_t n_touched;	/* that were ever used */
	uint32_t n, max;
};

static inline bool row_is_outermost(const struct sfreg_jit_row *row)
{
	return row->flags & SFREG_JIT_OUTERMOST;
}

/* Of an outermost row nothing else holds. */
static inline bool row_is_exact(const struct sfreg_jit_row *row)
{
	return (row->flags & (SFREG_JIT_EXACT | SFREG_JIT_OUTERMOST)) == SFREG_JIT_EXACT;
}

/* Do default functions have no words for it? */
static inline bool row_is_flexible(const struct sfreg_jit_row *row)
{
	return !row_is_outermost(row) &&
	       (row->ra_offset != -8 || row->flags & SFREG_JIT_CFA_SAVED);
}

/* Are these rows of a function of @size bytes? */
bool sfreg_jit_rows_valid(const struct sfreg_jit_row *rows, unsigned int n, size_t size);

/* There is room for @n. Returns the number of the first. */
uint32_t sfreg_jit_rows_put(struct jit_rows *to, const struct sfreg_jit_row *rows,
			    unsigned int n);
/* The @n from @first on. */
void sfreg_jit_rows_drop(struct jit_rows *from, uint32_t first, unsigned int n);
void sfreg_jit_rows_clear(struct jit_rows *rows);

#endif /* SFREG_JIT_ROWS_H */
