// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Gathers rows into pieces and writes their bytes (sframe-spec: "SFrame FRE"). Which
 * version the section will have is not known yet, and does not matter for them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "../sframe/write.h"

/* One more of @size bytes each. */
static bool grow(struct emit *emit, void **array, uint32_t n, uint32_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return true;
	more = realloc(*array, (2 * (uint64_t)*room + 64) * size);
	if (!more) {
		emit->error = -ENOMEM;
		return false;
	}
	*array = more;
	*room = 2 * *room + 64;
	return true;
}

/* --- bytes ---------------------------------------------------------------------- */

static bool make_room(struct emit *emit)
{
	uint8_t *more;

	if (emit->len + SFRAME_MAX_ROW + SFRAME_ROW_SLACK <= emit->room)
		return true;
	if (emit->len > EMIT_MAX_BYTES) {
		emit->error = -EFBIG;
		return false;
	}
	more = realloc(emit->bytes, 2 * emit->room + 4096);
	if (!more) {
		emit->error = -ENOMEM;
		return false;
	}
	emit->bytes = more;
	emit->room = 2 * emit->room + 4096;
	return true;
}

static void add_place(struct sframe_words *words, const struct place *place)
{
	uint32_t control = place->deref ? SFRAME_CONTROL_DEREF : 0;

	if (place->base != BASE_CFA)
		control |= sframe_register(place->base);
	sframe_add_place(words, control, place->off);
}

static bool is_unchanged(const struct place *fp)
{
	return fp->base == REG_FP && !fp->deref && !fp->off;
}

static bool is_usual_ra(const struct place *ra)
{
	return ra->base == BASE_CFA && ra->deref && ra->off == -8;
}

static void flexible_words(struct sframe_words *words, const struct rule *rule, uint8_t type)
{
	bool fp = !is_unchanged(&rule->fp);

	add_place(words, &rule->cfa);
	if (type >= SFRAME_TYPE_ADDEND)
		sframe_add(words, rule->addend);
	if (type == SFRAME_TYPE_INDEXED)
		sframe_add(words, sframe_register(rule->index));
	if (!is_usual_ra(&rule->ra))
		add_place(words, &rule->ra);
	else if (fp)
		sframe_add(words, 0);
	if (fp)
		add_place(words, &rule->fp);
}

static void default_words(struct sframe_words *words, const struct rule *rule)
{
	sframe_add(words, rule->cfa.off);
	if (!is_unchanged(&rule->fp))
		sframe_add(words, rule->fp.off);
}

static void put_row(struct emit *emit, const struct emit_row *row, uint8_t type,
		    unsigned int start_width)
{
	struct sframe_words words = { .n = 0 };
	uint8_t info = 0;

	if (row->rule.kind == SYNTH_KIND_OUTERMOST) {
		info = SFRAME_BASE_SP;
	} else if (type == SFRAME_TYPE_DEFAULT) {
		default_words(&words, &row->rule);
		info = row->rule.cfa.base == REG_SP ? SFRAME_BASE_SP : 0;
	} else {
		flexible_words(&words, &row->rule, type);
	}
	emit->len = sframe_put_row(emit->bytes + emit->len, row->start, start_width, info, &words) -
		    emit->bytes;
}

/* --- pieces --------------------------------------------------------------------- */

static uint8_t type_of(const struct rule *rule)
{
	if (rule->kind == SYNTH_KIND_EXTENDED)
		return rule->indexed ? SFRAME_TYPE_INDEXED : SFRAME_TYPE_ADDEND;
	return rule->kind == SYNTH_KIND_FLEXIBLE ? SFRAME_TYPE_FLEXIBLE : SFRAME_TYPE_DEFAULT;
}

/* Flexible rows can say what the default ones do. */
static uint8_t highest_type(const struct emit *emit)
{
	uint8_t type, highest = SFRAME_TYPE_DEFAULT;
	uint32_t i;

	for (i = 0; i < emit->n_rows; i++) {
		type = type_of(&emit->rows[i].rule);
		if (type > highest)
			highest = type;
	}
	return highest;
}

/* The piece is complete. */
static void flush(struct emit *emit)
{
	unsigned int width;
	struct emit_piece piece = { .start = emit->start, .at = emit->len };
	uint32_t i, last;

	if (emit->n_pieces * sizeof(struct sframe_fde_v2) > EMIT_MAX_BYTES)
		emit->error = -EFBIG;
	if (!emit->n_rows || emit->error ||
	    !grow(emit, (void **)&emit->pieces, emit->n_pieces, &emit->pieces_room,
		  sizeof(piece)))
		return;
	last = emit->rows[emit->n_rows - 1].start;
	width = sframe_start_width(last);
	piece.size = emit->end - emit->start;
	piece.info = width;
	piece.type = highest_type(emit);
	piece.rep_size = emit->rep_size;
	if (emit->rep_size)
		piece.info |= SFRAME_PC_TYPE;
	if (emit->rows[0].rule.kind == SYNTH_KIND_SIGNAL) {
		piece.info |= SFRAME_SIGNAL;
	} else {
		piece.n_rows = emit->n_rows;
		for (i = 0; i < emit->n_rows && make_room(emit); i++)
			put_row(emit, &emit->rows[i], piece.type, width);
	}
	piece.len = emit->len - piece.at;
	emit->needs_v3 |= piece.type != SFRAME_TYPE_DEFAULT || piece.info & SFRAME_SIGNAL;
	emit->pieces[emit->n_pieces++] = piece;
	emit->n_rows = 0;
	emit->rep_size = 0;
}

/* The extension's types stand by themselves; 0: all others. */
static uint8_t extended_type(const struct rule *rule)
{
	return rule->kind == SYNTH_KIND_EXTENDED ? type_of(rule) : 0;
}

/* May both rows stand in one function? */
static bool are_alike(const struct rule *a, const struct rule *b)
{
	return extended_type(a) == extended_type(b) && a->kind != SYNTH_KIND_SIGNAL &&
	       b->kind != SYNTH_KIND_SIGNAL;
}

void emit_rule(struct emit *emit, uint64_t start, uint64_t end, const struct rule *rule)
{
	const struct rule *last = emit->n_rows ? &emit->rows[emit->n_rows - 1].rule : NULL;

	if (last && (start != emit->end || emit->n_rows == SFRAME_MAX_ROWS ||
		     !are_alike(last, rule))) {
		flush(emit);
		last = NULL;
	}
	if (emit->error)
		return;
	if (!last)
		emit->start = start;
	emit->end = end;
	if (last && rule_equal(last, rule))
		return;
	if (grow(emit, (void **)&emit->rows, emit->n_rows, &emit->rows_room,
		 sizeof(*emit->rows)))
		emit->rows[emit->n_rows++] = (struct emit_row) { start - emit->start, *rule };
}

void emit_function_end(struct emit *emit)
{
	flush(emit);
}

void emit_block_begin(struct emit *emit, uint8_t rep_size)
{
	flush(emit);
	emit->rep_size = rep_size;
}

void emit_block_end(struct emit *emit, uint64_t end)
{
	emit->end = end;
	flush(emit);
}

void emit_free(struct emit *emit)
{
	free(emit->rows);
	free(emit->pieces);
	free(emit->bytes);
}
