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
#include "sframe.h"

static bool is_extended(const struct emit_piece *piece)
{
	return piece->type >= SFRAME_TYPE_ADDEND;
}

struct counts {
	uint32_t n_fdes, n_fres;
};

static struct counts count(const struct emit *emit, bool extended)
{
	struct counts counts = { 0 };
	uint32_t i;

	for (i = 0; i < emit->n_pieces; i++) {
		if (is_extended(&emit->pieces[i]) != extended)
			continue;
		counts.n_fdes++;
		counts.n_fres += emit->pieces[i].n_rows;
	}
	return counts;
}

/* Where the next entry and the next rows go. */
struct places {
	uint8_t *index, *rows;
	const uint8_t *rows_begin;
};

static void put(uint8_t **at, const void *bytes, size_t len)
{
	memcpy(*at, bytes, len);
	*at += len;
}

static void put_v2(struct places *to, const struct emit *emit, const struct emit_piece *piece,
		   uint64_t base)
{
	const struct sframe_fde_v2 fde = {
		.start = piece->start - base, .size = piece->size,
		.fres = to->rows - to->rows_begin, .n_fres = piece->n_rows,
		.info = piece->info, .rep_size = piece->rep_size,
	};

	put(&to->index, &fde, sizeof(fde));
	if (piece->len)
		put(&to->rows, emit->bytes + piece->at, piece->len);
}

static void put_v3(struct places *to, const struct emit *emit, const struct emit_piece *piece,
		   uint64_t base)
{
	const struct sframe_index_v3 index = {
		.start = piece->start - base, .size = piece->size,
		.fres = to->rows - to->rows_begin,
	};
	const struct sframe_attributes_v3 attributes = {
		.n_fres = piece->n_rows, .info = piece->info, .info2 = piece->type,
		.rep_size = piece->rep_size,
	};

	put(&to->index, &index, sizeof(index));
	put(&to->rows, &attributes, sizeof(attributes));
	if (piece->len)
		put(&to->rows, emit->bytes + piece->at, piece->len);
}

static void put_pieces(struct places *to, const struct emit *emit, uint64_t base, bool extended)
{
	uint32_t i;

	for (i = 0; i < emit->n_pieces; i++) {
		const struct emit_piece *piece = &emit->pieces[i];

		if (is_extended(piece) == extended)
			(emit->needs_v3 ? put_v3 : put_v2)(to, emit, piece, base);
	}
}

int emit_section(struct emit *emit, uint64_t base, struct synth_section *section)
{
	struct counts plain, more;
	struct sframe_extension extension = {
		.magic = SFRAME_EXTENSION_MAGIC, .version = SFRAME_EXTENSION_VERSION,
	};
	struct sframe_header header = {
		.magic = SFRAME_MAGIC, .flags = SFRAME_SORTED, .abi = SFRAME_AMD64,
		.fixed_ra = SFRAME_FIXED_RA,
	};
	uint64_t index_len, rows_len, len;
	struct places to;
	uint8_t *at;

	emit_function_end(emit);
	if (emit->error || !emit->n_pieces)
		return emit->error;
	plain = count(emit, false);
	more = count(emit, true);
	index_len = (uint64_t)emit->n_pieces * (emit->needs_v3 ? sizeof(struct sframe_index_v3) :
								 sizeof(struct sframe_fde_v2));
	rows_len = emit->len + (emit->needs_v3 ? (uint64_t)emit->n_pieces *
						 sizeof(struct sframe_attributes_v3) : 0);
	header.version = emit->needs_v3 ? 3 : 2;
	header.aux_len = more.n_fdes ? sizeof(extension) : 0;
	header.n_fdes = plain.n_fdes;
	header.n_fres = plain.n_fres;
	header.fre_len = rows_len;
	header.fre_off = index_len;
	extension.n_fdes = more.n_fdes;
	extension.n_fres = more.n_fres;

	len = sizeof(header) + header.aux_len + index_len + rows_len;
	if (len > EMIT_MAX_BYTES)
		return -EFBIG;
	section->bytes = malloc(len);
	if (!section->bytes)
		return -ENOMEM;
	section->len = len;
	section->version = header.version;
	at = section->bytes;
	put(&at, &header, sizeof(header));
	put(&at, &extension, header.aux_len);
	to = (struct places) { at, at + index_len, at + index_len };
	put_pieces(&to, emit, base, false);
	put_pieces(&to, emit, base, true);
	return 0;
}
