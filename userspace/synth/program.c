// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Reads call frame instructions (DWARF 5, 6.4.2) only as far as to see what they would cost.
 * What libdw does not know ends the reading, for it ends there, too.
 */
#include "encoded.h"
#include "program.h"

/* x86-64 has 67 columns and vector masks up to 125. */
#define MAX_REGISTER	128
#define MAX_STATES	32
/* The longest that compilers write is a PLT's, of 11 bytes. */
#define MAX_EXPRESSION	256

/* What a row costs besides, and a state that is remembered: memory is allocated. */
#define ROW_COST	512
#define STATE_COST	64

/*
 * Operands: r: a register, n: a number, b: a block, 1, 2, 4, 8: a fixed number of bytes,
 * a: an encoded address. The ones that make a row are marked with a + at the front.
 */
static const char *operands(uint8_t op)
{
	static const char *const known[0x40] = {
		[DW_CFA_nop] = "",
		[DW_CFA_set_loc] = "+a",
		[DW_CFA_advance_loc1] = "+1",
		[DW_CFA_advance_loc2] = "+2",
		[DW_CFA_advance_loc4] = "+4",
		[DW_CFA_offset_extended] = "rn",
		[DW_CFA_restore_extended] = "r",
		[DW_CFA_undefined] = "r",
		[DW_CFA_same_value] = "r",
		[DW_CFA_register] = "rr",
		[DW_CFA_remember_state] = "",
		[DW_CFA_restore_state] = "",
		[DW_CFA_def_cfa] = "rn",
		[DW_CFA_def_cfa_register] = "r",
		[DW_CFA_def_cfa_offset] = "n",
		[DW_CFA_def_cfa_expression] = "b",
		[DW_CFA_expression] = "rb",
		[DW_CFA_offset_extended_sf] = "rn",
		[DW_CFA_def_cfa_sf] = "rn",
		[DW_CFA_def_cfa_offset_sf] = "n",
		[DW_CFA_val_offset] = "rn",
		[DW_CFA_val_offset_sf] = "rn",
		[DW_CFA_val_expression] = "rb",
		[DW_CFA_MIPS_advance_loc8] = "+8",
		[DW_CFA_GNU_window_save] = "",
		[DW_CFA_GNU_args_size] = "n",
		[DW_CFA_GNU_negative_offset_extended] = "rn",
	};

	switch (op & 0xc0) {
	case DW_CFA_advance_loc:
		return "+";
	case DW_CFA_offset:
		return "n";
	case DW_CFA_restore:
		return "";
	default:
		return known[op];
	}
}

struct reader {
	const uint8_t *bytes;
	uint64_t at, end;
	uint8_t encoding;
};

static bool skip(struct reader *r, uint64_t n)
{
	if (n > r->end - r->at)
		return false;
	r->at += n;
	return true;
}

static bool operand(struct reader *r, char kind)
{
	uint64_t value;

	switch (kind) {
	case 'r':
		return encoded_uleb(r->bytes, r->end, &r->at, &value) && value < MAX_REGISTER;
	case 'n':
		return encoded_uleb(r->bytes, r->end, &r->at, &value);
	case 'b':
		return encoded_uleb(r->bytes, r->end, &r->at, &value) &&
		       value <= MAX_EXPRESSION && skip(r, value);
	case 'a':
		return encoded_get(r->bytes, r->end, &r->at, r->encoding, 0, &value);
	default:
		return skip(r, kind - '0');
	}
}

bool program_is_good(const uint8_t *section, uint64_t begun, uint64_t end, uint8_t encoding,
		     uint64_t *budget)
{
	struct reader r = { section, begun, end, encoding };
	uint64_t rows = 1, states = 0, weight = end - begun, cost;

	while (r.at < end) {
		uint8_t op = section[r.at++];
		const char *kind = operands(op);

		if (!kind)
			break;
		if (*kind == '+') {
			rows++;
			kind++;
		}
		if (op == DW_CFA_remember_state) {
			weight += STATE_COST;
			if (++states > MAX_STATES)
				return false;
		}
		if (op == DW_CFA_restore_state && states)
			states--;
		for (; *kind; kind++)
			if (!operand(&r, *kind))
				return false;
	}
	/* For each row, half of the instructions on average. */
	cost = (rows + 1) / 2 * weight + rows * ROW_COST;
	if (cost > *budget)
		return false;
	*budget -= cost;
	return true;
}
