/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What holds at an address, found by reading the section anew from its first
 * byte: slow, for good sections only, of every version, ABI and byte order, and
 * written without a look at the core.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stdint.h>

enum oracle_base { ORACLE_SP, ORACLE_FP, ORACLE_CFA, ORACLE_REG };

/* base + off, or what is there. */
struct oracle_place {
	enum oracle_base base;
	int reg;		/* of ORACLE_REG, by its DWARF number */
	bool deref;
	int32_t off;
};

struct oracle {
	enum { ORACLE_NOTHING, ORACLE_ROW, ORACLE_OUTERMOST, ORACLE_SIGNAL } kind;
	struct oracle_place cfa, ra, fp;	/* fp + 0: unchanged */
	bool ra_signed;
	bool exact;		/* the caller was left by no call */
	bool extended;		/* sfreg's extension: cfa is the base of the real one; the
				 * other offsets count from the base, and sp is above ra */
};

/* At @rel, relative to the section's first byte. */
struct oracle oracle_at(const uint8_t *section, int64_t rel);
/* For a return address: at the call, unless a signal trampoline begins there. */
struct oracle oracle_at_return(const uint8_t *section, int64_t rel);

#endif /* ORACLE_H */
