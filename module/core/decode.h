/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * From bytes on disk to checked values, one record at a time: with abi.c the only
 * code that knows the format's versions and ABIs. It keeps nothing and relates no record
 * to another; that is compile.c's part.
 */
#ifndef SFR_DECODE_H
#define SFR_DECODE_H

#include <sfr_env.h>
#include "compile.h"
#include "cursor.h"
#include "format.h"
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
	u8 type;		/* SFR_FDE_TYPE_* */
	bool key_b;		/* AArch64: return addresses are signed with key B */
};

struct sfr_fre {
	u32 start;		/* from the function's (the block's) start */
	u8 info;
	u8 len;			/* of its words, in bytes */
	const u8 *words;
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

/* The FRE at the cursor, which then stands on the next; of its words only the size. */
static inline enum sfr_status sfr_decode_fre(struct sfr_cursor *c, const struct sfr_fde *fde,
					     struct sfr_fre *fre)
{
	fre->start = sfr_get(c, fde->start_width);
	fre->info = sfr_get(c, 1);
	fre->words = c->at;
	if (unlikely(SFR_FRE_WIDTH(fre->info) > SFR_FRE_WIDTH_MAX))
		return c->overrun ? SFR_ERR_FRE_BOUNDS : SFR_ERR_FRE_INFO;
	fre->len = SFR_FRE_COUNT(fre->info) << SFR_FRE_WIDTH(fre->info);
	sfr_skip(c, fre->len);
	return unlikely(c->overrun) ? SFR_ERR_FRE_BOUNDS : SFR_OK;
}

/* What the words say. */
enum sfr_status sfr_decode_rule(const struct sfr_compile_plan *plan, const struct sfr_fde *fde,
				const struct sfr_fre *fre, struct sfr_rule *rule);

#endif /* SFR_DECODE_H */
