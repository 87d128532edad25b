/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sections with something wrong: a good one of each version, then one field
 * overwritten. Statuses that were seen are kept.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "build.h"
#include "tap.h"

/* The good section: two functions of two rows, one block, one outermost. */
extern const struct sfe_section hostile_base[4];	/* by version */

extern bool hostile_seen[SFR_STATUS_COUNT];

/* The base of @version with @n bytes at @at made @value must give @want. */
void hostile_put(u8 version, size_t at, unsigned int n, u64 value, enum sfr_status want,
		 const char *what);
/* A described section must give @want; the table, or NULL. */
struct sfr_table *hostile_build(const struct sfe_section *s, enum sfr_status want,
				const char *what);
/* The same for bytes. */
void hostile_bytes(const void *bytes, size_t len, enum sfr_status want, const char *what);

/* What was got, and what must be. */
void hostile_judge(enum sfr_status got, enum sfr_status want, const char *what);

void hostile_abi(void);
void hostile_header(void);
void hostile_index(void);
void hostile_rows(void);

#endif /* HOSTILE_H */
