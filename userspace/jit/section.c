// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Writes the section: version 2 if that can say it all, since more readers know it, else
 * version 3.
 */
#include "section.h"

/* DWARF numbers of x86-64. */
#define REG_FP	6
#define REG_SP	7

/* --- pieces --------------------------------------------------------------------- */

/* Rows of a function that are of one kind, and not too many. */
struct piece {
	uint32_t start, end;	/* from the function's start */
	uint32_t last;		/* where the last row begins */
	uint32_t row, n_rows;
	bool exact, flexible;
	uint32_t next, left;	/* rows behind the piece */
};

static struct piece before_first(const struct jit_function *function)
{
	return (struct piece) { .next = function->row, .left = function->n_rows };
}

/* From one piece of @function to the next; false: there was none. */
static bool next_piece(const struct jit_rows *rows, const struct jit_function *function,
		       struct piece *piece)
{
	const struct sfreg_jit_row *row;

	if (!piece->left)
		return false;
	row = &rows->rows[piece->next];
	*piece = (struct piece) {
		.start = row->offset, .row = piece->next, .left = piece->left,
		.exact = row_is_exact(row),
	};
	do {
		piece->last = row->offset;
		piece->flexible |= row_is_flexible(row);
		piece->n_rows++;
		piece->next = row->pad - 1;
		if (!--piece->left) {
			piece->end = function->size;
			return true;
		}
		row = &rows->rows[piece->next];
	} while (row_is_exact(row) == piece->exact && piece->n_rows < SFRAME_MAX_ROWS);
	piece->end = row->offset;
	return true;
}

static uint8_t type_of(const struct piece *piece)
{
	return piece->exact ? SFRAME_TYPE_EXACT :
	       piece->flexible ? SFRAME_TYPE_FLEXIBLE : SFRAME_TYPE_DEFAULT;
}

/* --- the tally ------------------------------------------------------------------ */

struct jit_tally sfreg_jit_section_tally(const struct jit_rows *rows,
					 const struct jit_function *function)
{
	struct jit_tally tally = { .n_v3 = 0 };
	struct sframe_counts *counts = NULL;
	uint32_t left = function->n_rows, number = function->row, n = 0;

	/* Each function comes by here: the same pieces as of next_piece(), counted at once. */
	for (; left; left--) {
		const struct sfreg_jit_row *row = &rows->rows[number];
		struct sframe_counts *of_row = row_is_exact(row) ? &tally.exact : &tally.plain;

		if (of_row != counts || n == SFRAME_MAX_ROWS) {
			counts = of_row;
			counts->n_fdes++;
			n = 0;
		}
		n++;
		counts->n_fres++;
		tally.n_v3 += row_is_flexible(row) || row_is_outermost(row);
		number = row->pad - 1;
	}
	return tally;
}

void sfreg_jit_section_add(struct jit_tally *tally, const struct jit_tally *more)
{
	tally->plain.n_fdes += more->plain.n_fdes;
	tally->plain.n_fres += more->plain.n_fres;
	tally->exact.n_fdes += more->exact.n_fdes;
	tally->exact.n_fres += more->exact.n_fres;
	tally->n_v3 += more->n_v3;
}

void sfreg_jit_section_subtract(struct jit_tally *tally, const struct jit_tally *less)
{
	tally->plain.n_fdes -= less->plain.n_fdes;
	tally->plain.n_fres -= less->plain.n_fres;
	tally->exact.n_fdes -= less->exact.n_fdes;
	tally->exact.n_fres -= less->exact.n_fres;
	tally->n_v3 -= less->n_v3;
}

/* --- writing -------------------------------------------------------------------- */

static void flexible_words(struct sframe_words *words, const struct sfreg_jit_row *row)
{
	bool fp_saved = row->flags & SFREG_JIT_FP_SAVED;

	sframe_add_place(words, sframe_register(row->flags & SFREG_JIT_FP ? REG_FP : REG_SP) |
			 (row->flags & SFREG_JIT_CFA_SAVED ? SFRAME_CONTROL_DEREF : 0),
			 row->cfa_offset);
	if (row->ra_offset != SFRAME_FIXED_RA)
		sframe_add_place(words, SFRAME_CONTROL_DEREF, row->ra_offset);
	else if (fp_saved)
		sframe_add(words, 0);
	if (fp_saved)
		sframe_add_place(words, SFRAME_CONTROL_DEREF, row->fp_offset);
}

static uint8_t *put_row(uint8_t *to, const struct sfreg_jit_row *row, const struct piece *piece,
			unsigned int start_width)
{
	struct sframe_words words;
	uint8_t info = 0;

	words.n = 0;
	if (row_is_outermost(row)) {
		info = SFRAME_BASE_SP;
	} else if (type_of(piece) == SFRAME_TYPE_DEFAULT) {
		sframe_add(&words, row->cfa_offset);
		if (row->flags & SFREG_JIT_FP_SAVED)
			sframe_add(&words, row->fp_offset);
		info = row->flags & SFREG_JIT_FP ? 0 : SFRAME_BASE_SP;
	} else {
		flexible_words(&words, row);
	}
	return sframe_put_row(to, row->offset - piece->start, start_width, info, &words);
}

/* @offset: of the function, from the section. */
static void put_piece(struct sframe_places *to, const struct jit_rows *rows,
		      unsigned int version, int64_t offset, const struct piece *piece)
{
	unsigned int start_width = sframe_start_width(piece->last - piece->start);
	const struct sframe_function function = {
		.start = offset + piece->start, .size = piece->end - piece->start,
		.n_rows = piece->n_rows, .info = start_width, .type = type_of(piece),
	};
	uint32_t i, number = piece->row;

	sframe_put_function(to, version, &function);
	for (i = 0; i < piece->n_rows; i++) {
		const struct sfreg_jit_row *row = &rows->rows[number];

		to->rows = put_row(to->rows, row, piece, start_width);
		number = row->pad - 1;
	}
}

/* All pieces of one kind, by address. */
static void put_pieces(struct sframe_places *to, int64_t offset, const struct jit_table *table,
		       const struct jit_rows *rows, unsigned int version, bool exact)
{
	uint32_t ref, i;

	for (ref = 0; ref < table->n_refs; ref++) {
		const struct jit_function *function = table_block(table, ref);

		for (i = 0; i < table->refs[ref].n; i++, function++) {
			struct piece piece = before_first(function);

			while (next_piece(rows, function, &piece))
				if (piece.exact == exact)
					put_piece(to, rows, version, offset + function->start,
						  &piece);
		}
	}
}

/* Version 2 counts starts in 32 bits. */
static bool is_near(int64_t offset, const struct jit_table *table)
{
	const struct jit_function *last;

	if (!table->n)
		return true;
	last = sfreg_jit_table_before(table, (struct jit_place) { table->n_refs, 0 });
	return offset + table_block(table, 0)->start >= INT32_MIN &&
	       offset + last->start <= INT32_MAX - (int64_t)last->size;
}

size_t sfreg_jit_section_write(uint8_t *at, uintptr_t text, const struct jit_table *table,
			       const struct jit_rows *rows, const struct jit_tally *tally)
{
	int64_t offset = (int64_t)(text - (uintptr_t)at);
	struct sframe_section section = {
		.plain = tally->plain, .extended = tally->exact,
		.version = tally->n_v3 || tally->exact.n_fdes || !is_near(offset, table) ? 3 : 2,
	};
	struct sframe_places to = sframe_put_headers(at, &section);

	put_pieces(&to, offset, table, rows, section.version, false);
	if (tally->exact.n_fdes)
		put_pieces(&to, offset, table, rows, section.version, true);
	section.rows_len = (uint64_t)(to.rows - to.rows_begin) - sframe_attributes_len(&section);
	sframe_put_headers(at, &section);
	return to.rows - at;
}
