/* SPDX-License-Identifier: GPL-2.0-only */
/* Both rules side by side, address by address. */
#ifndef COMPARE_H
#define COMPARE_H

#include "truth.h"

/* What is known about where a difference is. */
struct site {
	struct object *object;
	const char *toolchain;	/* "2.40", .. */
	u8 version;		/* of the SFrame section */
	u64 addr;
	const char *section;
	u64 start;		/* of the section */
	const struct fde *fde;	/* NULL: .eh_frame has none here */
	struct rule truth, table;
};

/* causes.c: why .sframe has nothing where .eh_frame has something. */
enum absence {
	ABSENT_UNEXPLAINED,
	ABSENT_INEXPRESSIBLE,	/* this version or assembler cannot say a rule of it */
	ABSENT_START,		/* of a start file, which has no SFrame */
	ABSENT_PLT,		/* of the linker, which left it out */
	N_ABSENCES
};

/* Why a whole function is not there; @said: how many of its addresses are. */
enum absence absence_of(const struct site *site, struct cfi *cfi, u64 said);
const char *absence_name(enum absence a);

/* causes.c: differences that are the toolchain's. -1: none of the known. */
int cause_of(const struct site *site);
const char *cause_name(int cause);
/* At how many addresses, if it is there at all. */
u64 cause_count(int cause, const struct object *o);
#define N_CAUSES	3

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
