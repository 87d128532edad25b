/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What holds at an address, found by reading the section anew from its first
 * byte: slow, for good sections only, and written without a look at the core.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stdint.h>

struct oracle {
	enum { ORACLE_NOTHING, ORACLE_ROW, ORACLE_OUTERMOST, ORACLE_SIGNAL } kind;
	bool cfa_from_sp;
	int32_t cfa_off;
	bool fp_saved;
	int32_t fp_off;
};

/* At @rel, relative to the section's first byte; little-endian AMD64. */
struct oracle oracle_at(const uint8_t *section, int64_t rel);
/* For a return address: at the call, unless it is a signal trampoline's. */
struct oracle oracle_at_return(const uint8_t *section, int64_t rel);

#endif /* ORACLE_H */
