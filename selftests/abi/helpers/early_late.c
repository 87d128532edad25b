// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked with BIND_NOW: the resolver of an IFUNC runs while the loader relocates
 * the program, before main; destructors run at exit.
 */
#include "early_late.h"

SPIN(spin_early);
SPIN(spin_late);

static int chosen(void)
{
	return 0;
}

static int (*resolve(void))(void)
{
	SPIN_AND_TELL(EARLY, spin_early);
	return chosen;
}

static int choice(void) __attribute__((ifunc("resolve")));

static void __attribute__((destructor)) late(void)
{
	SPIN_AND_TELL(LATE_MAIN, spin_late);
}

int from_library(void);

int main(void)
{
	return choice() + from_library();
}
