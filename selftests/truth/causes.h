/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the two rules may differ, without a fault of the core's. */
#ifndef CAUSES_H
#define CAUSES_H

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

static inline bool site_is(const struct site *site, u16 machine, const char *toolchain)
{
	return site->object->arch->machine == machine && !strcmp(site->toolchain, toolchain);
}

static inline bool site_in(const struct site *site, const char *section)
{
	return !strcmp(site->section, section);
}

/* absences.c: .sframe has nothing where .eh_frame has something. */
enum absence {
	ABSENT_UNEXPLAINED,
	ABSENT_INEXPRESSIBLE,	/* this version or its assembler cannot say a rule of it */
	ABSENT_FOREIGN,		/* of an object that was built without SFrame */
	ABSENT_PLT,		/* of the linker, which left it out */
	N_ABSENCES
};

/* Of a function, at the first address that is absent; @said: how many are not. */
enum absence absence_of(const struct site *site, struct cfi *cfi, u64 said);
const char *absence_name(enum absence a);

/* causes.c: both say something, but not the same. */
#define N_CAUSES	7

/* -1: none that is known. */
int cause_of(const struct site *site);
const char *cause_name(int cause);
/* Has the object as many such addresses as it must? */
bool cause_count_is(int cause, const struct object *o, u64 count);

#endif /* CAUSES_H */
