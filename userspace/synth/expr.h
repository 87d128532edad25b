/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* What DWARF's location expressions come to, with registers as unknowns. */
#ifndef SYNTH_EXPR_H
#define SYNTH_EXPR_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPR_NUMBER	0xfe	/* a base that is no register (BASE_CFA is 0xff) */

/*
 * [*](base + off [+ 8 * index]) + addend; the addend is 0 unless *. A number: EXPR_NUMBER +
 * off.
 */
struct expr_value {
	uint8_t base, index;	/* registers */
	bool deref, indexed;
	int64_t off, addend;
};

/* False: it comes to nothing of this shape. *@pc_matters is set if the pc is used. */
bool expr_evaluate(const Dwarf_Op *ops, size_t n, uint64_t pc, struct expr_value *value,
		   bool *pc_matters);

#endif /* SYNTH_EXPR_H */
