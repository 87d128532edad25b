/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Live rows: one word each.
 */
#ifndef SFREG_JIT_LIVE_ROWS_H
#define SFREG_JIT_LIVE_ROWS_H

#include <sfreg/uapi.h>

#include "rows.h"

#define LIVE_KIND	3u	/* the bits of SFREG_LIVE_NOTHING, _SP, _FP, _OUTERMOST */

/* 8 .. @max, by eights, below the CFA? */
static inline bool live_is_place(int32_t offset, int32_t max)
{
	return offset >= -max && offset <= -8 && !(offset % 8);
}

/* Can a word say it? The row is valid. */
static inline bool live_row_fits(const struct sfreg_jit_row *row)
{
	if (row_is_outermost(row))
		return true;
	return !(row->flags & SFREG_JIT_CFA_SAVED) &&
	       row->cfa_offset >= 0 && row->cfa_offset <= 262136 && !(row->cfa_offset % 8) &&
	       live_is_place(row->ra_offset, 1024) &&
	       (!(row->flags & SFREG_JIT_FP_SAVED) || live_is_place(row->fp_offset, 504));
}

/* @offset: from the text's start */
static inline uint64_t live_row(uint32_t offset, const struct sfreg_jit_row *row)
{
	unsigned int kind = row->flags & SFREG_JIT_FP ? SFREG_LIVE_FP : SFREG_LIVE_SP;
	unsigned int fp = row->flags & SFREG_JIT_FP_SAVED ? -row->fp_offset : 0;

	if (row_is_outermost(row))
		return SFREG_LIVE_ROW(offset, SFREG_LIVE_OUTERMOST, 0, 8, 0);
	if (row->flags & SFREG_JIT_EXACT)
		kind |= SFREG_LIVE_EXACT;
	return SFREG_LIVE_ROW(offset, kind, row->cfa_offset, -row->ra_offset, fp);
}

static inline uint64_t live_nothing(uint32_t offset)
{
	return SFREG_LIVE_ROW(offset, SFREG_LIVE_NOTHING, 0, 8, 0);
}

static inline uint32_t live_offset(uint64_t row)
{
	return row >> 32;
}

static inline bool live_says(uint64_t row)
{
	return row & LIVE_KIND;
}

#endif /* SFREG_JIT_LIVE_ROWS_H */
