/* SPDX-License-Identifier: GPL-2.0-only */
/* Both rules side by side, address by address. */
#ifndef COMPARE_H
#define COMPARE_H

#include "causes.h"
#include "truth.h"

#define MAX_EXAMPLES	3

struct tally {
	u64 equal;
	u64 absent[N_ABSENCES];
	u64 exceptions[N_CAUSES];
	u64 unexplained;
	struct site examples[MAX_EXAMPLES];
};

/* Every executable byte in [from, to). */
void compare(struct object *o, struct cfi *cfi, const struct compiled *compiled,
	     const char *toolchain, u64 from, u64 to, struct tally *tally);

#endif /* COMPARE_H */
