/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors planted in a section, to see that the comparison reports them. */
#ifndef PLANT_H
#define PLANT_H

#include "truth.h"

enum plant {
	PLANT_LATER, PLANT_EARLIER, PLANT_OTHER_BASE, PLANT_CFA, PLANT_FP, N_PLANTS
};

struct planted {
	u32 planted;		/* one at a time */
	u32 seen;		/* at exactly the addresses that it concerns */
};

struct planted plant_all(struct object *o, struct cfi *cfi, const char *toolchain,
			 enum plant plant, u32 wanted);
const char *plant_name(enum plant plant);

#endif /* PLANT_H */
