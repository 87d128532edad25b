/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * From bytes on disk to checked values, one record at a time: the only code that
 * knows the format's versions and ABIs. It keeps nothing and relates no record
 * to another; that is compile.c's part.
 */
#ifndef SFR_DECODE_H
#define SFR_DECODE_H

#include <sfr_env.h>
#include "compile.h"
#include "cursor.h"
#include "rows.h"
#include "status.h"

/* Where a function's text lies, relative to the section's first byte. */
struct sfr_extent {
	s64 start;
	u32 size;
};

/* The rest of a function entry. */
struct sfr_fde {
	u64 fres_at;		/* its first FRE, from the section's start */
	u32 n_fres;
	u8 start_width;		/* of a row's start: 1, 2 or 4 bytes */
	u8 rep_size;		/* of the block that repeats; 0: none does */
	bool signal;		/* a signal trampoline */
};

struct sfr_fre {
	u32 start;		/* from the function's (the block's) start */
	struct sfr_rule rule;
};

/* All of @plan but scratch_bytes. */
enum sfr_status sfr_decode_header(const void *bytes, size_t len,
				  const struct sfr_compile_options *opt,
				  struct sfr_compile_plan *plan);
/* Number @i of the index. @extent may be of size 0: nothing is described. */
enum sfr_status sfr_decode_extent(const void *bytes, const struct sfr_compile_plan *plan,
				  u32 i, struct sfr_extent *extent);
enum sfr_status sfr_decode_fde(const void *bytes, const struct sfr_compile_plan *plan,
			       u32 i, struct sfr_fde *fde);
/* A cursor from @fde's first FRE to the end of the FRE sub-section. */
struct sfr_cursor sfr_decode_fres(const void *bytes, const struct sfr_compile_plan *plan,
				  const struct sfr_fde *fde);
/* The FRE at the cursor, which then stands on the next. */
enum sfr_status sfr_decode_fre(struct sfr_cursor *c, const struct sfr_compile_plan *plan,
			       const struct sfr_fde *fde, struct sfr_fre *fre);

#endif /* SFR_DECODE_H */
