/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Takes the rules of text in ascending order and makes an SFrame section of them. A
 * function of the section is a piece of text whose rows can stand together: it ends at a
 * hole, and where the extension begins or ends.
 */
#ifndef SYNTH_EMIT_H
#define SYNTH_EMIT_H

#include "rule.h"

/* What the kernel's module takes by default. */
#define EMIT_MAX_BYTES	(64u << 20)

struct emit_row {
	uint32_t start;
	struct rule rule;
};

struct emit_piece {
	uint64_t start;
	uint32_t size, n_rows;
	uint32_t at, len;	/* of the rows' bytes, which are the same in V2 and V3 */
	uint8_t info, type, rep_size;
};

struct emit {
	/* The piece that is being added to: from @start to @end. */
	uint64_t start, end;
	uint8_t rep_size;
	struct emit_row *rows;
	uint32_t n_rows, rows_room;
	/* Finished. */
	struct emit_piece *pieces;
	uint32_t n_pieces, pieces_room;
	uint8_t *bytes;
	uint64_t len, room;
	bool needs_v3;
	int error;		/* -ENOMEM or -EFBIG: nothing more is taken */
};

/* @rule, which is no gap, holds in [start, end); @start is not below the last end. */
void emit_rule(struct emit *emit, uint64_t start, uint64_t end, const struct rule *rule);

/* The function ends: what comes next stands by itself. */
void emit_function_end(struct emit *emit);

/* What comes next is a block of @rep_size bytes, repeated to @end: its rules follow. */
void emit_block_begin(struct emit *emit, uint8_t rep_size);
void emit_block_end(struct emit *emit, uint64_t end);

/* Finishes; offsets are relative to @base. As synth_make(). */
int emit_section(struct emit *emit, uint64_t base, struct synth_section *section);
void emit_free(struct emit *emit);

#endif /* SYNTH_EMIT_H */
