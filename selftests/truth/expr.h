/* SPDX-License-Identifier: GPL-2.0-only */
/* What DWARF's location expressions in .eh_frame come to. */
#ifndef EXPR_H
#define EXPR_H

#include <elfutils/libdw.h>
#include "truth.h"

struct expr {
	const Dwarf_Op *ops;
	size_t n;
};

/*
 * The value of @e, if it has the shape [*](reg + off + scale * index) + add. *@pc_matters is set if
 * it is so at @pc only. False: it is of no such shape.
 */
bool expr_value(const struct arch *arch, const struct expr *e, u64 pc,
		struct place *value, bool *pc_matters);

#endif /* EXPR_H */
