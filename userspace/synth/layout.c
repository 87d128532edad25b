// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Lays the pieces out as a section: version 2 if that can say them all, since more readers
 * know it, else version 3. The extension's functions stand behind the others, in
 * the index and among the rows.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "../sframe/write.h"

static bool is_extended(const struct emit_piece *piece)
{
	return piece->type >= SFRAME_TYPE_ADDEND;
}

static struct sframe_counts count(const struct emit *emit, bool extended)
{
	struct sframe_counts counts = { 0 };
	uint32_t i;

	for (i = 0; i < emit->n_pieces; i++) {
		if (is_extended(&emit->pieces[i]) != extended)
			continue;
		counts.n_fdes++;
		counts.n_fres += emit->pieces[i].n_rows;
	}
	return counts;
}

static void put_pieces(struct sframe_places *to, const struct emit *emit, uint64_t base,
		       unsigned int version, bool extended)
{
	uint32_t i;

	for (i = 0; i < emit->n_pieces; i++) {
		const struct emit_piece *piece = &emit->pieces[i];
		const struct sframe_function function = {
			.start = piece->start - base, .size = piece->size,
			.n_rows = piece->n_rows, .info = piece->info, .type = piece->type,
			.rep_size = piece->rep_size,
		};

		if (is_extended(piece) != extended)
			continue;
		sframe_put_function(to, version, &function);
		if (piece->len)
			memcpy(to->rows, emit->bytes + piece->at, piece->len);
		to->rows += piece->len;
	}
}

int emit_section(struct emit *emit, uint64_t base, struct synth_section *section)
{
	struct sframe_section what;
	struct sframe_places to;

	emit_function_end(emit);
	if (emit->error || !emit->n_pieces)
		return emit->error;
	what = (struct sframe_section) {
		.version = emit->needs_v3 ? 3 : 2, .plain = count(emit, false),
		.extended = count(emit, true), .rows_len = emit->len,
	};
	if (sframe_len(&what) > EMIT_MAX_BYTES)
		return -EFBIG;
	section->bytes = malloc(sframe_len(&what));
	if (!section->bytes)
		return -ENOMEM;
	section->len = sframe_len(&what);
	section->version = what.version;
	to = sframe_put_headers(section->bytes, &what);
	put_pieces(&to, emit, base, what.version, false);
	put_pieces(&to, emit, base, what.version, true);
	return 0;
}
