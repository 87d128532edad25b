/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * From the bytes of an SFrame section, every one of them hostile, to a row
 * table. Neither function allocates; the caller provides what the first asks
 * for. Time and memory are linear in the section's length, whatever it says.
 * Between the environment's sfr_env_rest(), which may sleep, lie at most some
 * thousand records.
 *
 *	sfr_compile_plan(bytes, len, &opt, &plan)	reads only the header
 *	scratch = alloc(plan.scratch_bytes)
 *	sfr_compile(bytes, &plan, scratch, &table_bytes) reads all, checks all
 *	table = alloc(table_bytes)
 *	sfr_table_store(scratch, table)			can not fail
 */
#ifndef SFR_COMPILE_H
#define SFR_COMPILE_H

#include <sfr_env.h>
#include "rows.h"
#include "status.h"

/* The ABI/arch byte of the header. */
enum sfr_abi {
	SFR_ABI_AARCH64_BE = 1,
	SFR_ABI_AARCH64_LE = 2,
	SFR_ABI_AMD64_LE = 3,
	SFR_ABI_S390X_BE = 4,
};

struct sfr_compile_options {
	u8 abi;			/* enum sfr_abi: the one that is wanted */
	u32 max_rows;		/* SFR_ERR_ROWS above; 2^30 at most */
};

/* What the header says, checked, in the caller's byte order. */
struct sfr_compile_plan {
	u64 len;		/* of the section; bytes after it are ignored */
	u64 fde_off, fre_off;	/* of the sub-sections, from the section's start */
	u32 n_fdes, n_fres, fre_len;
	u32 n_plain_fdes;	/* the rest are of sfreg's extension */
	u32 max_rows;
	u8 version, flags, abi;
	bool big;		/* the byte order */
	s8 fixed_fp, fixed_ra;
	size_t scratch_bytes;
};

enum sfr_status sfr_compile_plan(const void *bytes, size_t len,
				 const struct sfr_compile_options *opt,
				 struct sfr_compile_plan *plan);
/* @scratch: plan->scratch_bytes, 8-byte aligned, contents indifferent. */
enum sfr_status sfr_compile(const void *bytes, const struct sfr_compile_plan *plan,
			    void *scratch, size_t *table_bytes);
/* @table: what sfr_compile() asked for, 8-byte aligned. */
struct sfr_table *sfr_table_store(const void *scratch, void *table);

/* The status's name, without the prefix, for reports and tests. */
const char *sfr_status_name(enum sfr_status status);

#endif /* SFR_COMPILE_H */
