// SPDX-License-Identifier: GPL-2.0-only
/* A library of early_late.c, with a destructor of its own. */
#include "early_late.h"

SPIN(spin_library);

static void __attribute__((destructor)) late(void)
{
	SPIN_AND_TELL(LATE_LIB, spin_library);
}

int from_library(void);

int from_library(void)
{
	return 0;
}
