/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The SFrame section of what is described. A function becomes a piece or more of it, each
 * an entry with its rows: those whose caller's pc is exact stand by themselves, as
 * functions of sfreg's extension.
 */
#ifndef SFREG_JIT_SECTION_H
#define SFREG_JIT_SECTION_H

#include "../sframe/write.h"
#include "rows.h"
#include "table.h"

/* What the section will need, kept up to date so that it is written in one go. */
struct jit_tally {
	struct sframe_counts plain, exact;
	uint32_t n_v3;		/* rows that version 2 cannot say */
};

/* A start, the info byte, and three places of two words. */
#define SECTION_MAX_ROW	(4 + 1 + 6 * 4)

/* Room for any section of @rows rows: each may be an entry of its own. */
static inline uint64_t section_room(uint32_t rows)
{
	return sizeof(struct sframe_header) + sizeof(struct sframe_extension) +
	       (uint64_t)rows * (SFRAME_MAX_FUNCTION + SECTION_MAX_ROW) + SFRAME_ROW_SLACK;
}

/* Of this function alone. */
struct jit_tally sfreg_jit_section_tally(const struct jit_rows *rows,
					 const struct jit_function *function);
void sfreg_jit_section_add(struct jit_tally *tally, const struct jit_tally *more);
void sfreg_jit_section_subtract(struct jit_tally *tally, const struct jit_tally *less);

/*
 * Writes it.
 * @at: where; the section is for bytes that lie there
 * @text: what the functions' starts count from
 *
 * Return: its length.
 */
size_t sfreg_jit_section_write(uint8_t *at, uintptr_t text, const struct jit_table *table,
			       const struct jit_rows *rows, const struct jit_tally *tally);

#endif /* SFREG_JIT_SECTION_H */
