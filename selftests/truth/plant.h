/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors planted in a section, to see that the comparison reports them. */
#ifndef PLANT_H
#define PLANT_H

#include "truth.h"

enum plant {
	PLANT_LATER, PLANT_EARLIER, PLANT_OTHER_BASE, PLANT_CFA, PLANT_FP, PLANT_SIGNED, N_PLANTS
};

/* Has the ABI what is changed? */
bool plant_fits(const struct arch *arch, enum plant plant);

struct planted {
	u32 planted;		/* one at a time */
	u32 seen;		/* at exactly the addresses that it concerns */
};

struct planted plant_all(struct object *o, struct cfi *cfi, const char *toolchain,
			 enum plant plant, u32 wanted);

#endif /* PLANT_H */
