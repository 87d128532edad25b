// SPDX-License-Identifier: GPL-2.0-only
/*
 * The comparison must be seen to fail: rows of a copy of the section are
 * changed, one at a time, and exactly the addresses that the change concerns
 * have to be reported.
 */
#include "compare.h"
#include "decode.h"
#include "plant.h"

struct spot {
	struct sfr_extent extent;
	struct sfr_fde fde;
	u64 at;			/* the row, from the section's start */
	u64 end;		/* of its addresses, from the function's start */
	struct sfr_fre before, row;
};

/* Row number @j, not the first, of function @i: one that can be changed. */
static bool find_spot(const struct object *o, const struct compiled *c, u32 i, u32 j,
		      struct spot *s)
{
	struct sfr_fre next;
	struct sfr_cursor at;
	u32 k;

	if (sfr_decode_extent(o->sframe, &c->plan, i, &s->extent) ||
	    sfr_decode_fde(o->sframe, &c->plan, i, &s->fde))
		return false;
	if (s->fde.n_fres < 2 || s->fde.rep_size || s->fde.signal || s->fde.type)
		return false;
	at = sfr_decode_fres(o->sframe, &c->plan, &s->fde);
	j = 1 + j % (s->fde.n_fres - 1);
	for (k = 0; k <= j; k++) {
		s->before = s->row;
		s->at = at.at - o->sframe;
		if (sfr_decode_fre(&at, &s->fde, &s->row))
			return false;
	}
	s->end = s->extent.size;
	if (j + 1 < s->fde.n_fres) {
		if (sfr_decode_fre(&at, &s->fde, &next))
			return false;
		s->end = next.start;
	}
	return s->before.start < s->row.start && s->row.start + 1 < s->end;
}

/* The byte that holds an integer's lowest bits. */
static u8 *low_byte(const struct object *o, u64 at, unsigned int width)
{
	return o->sframe + at + (o->arch->big ? width - 1 : 0);
}

/*
 * Changes the row; returns how many addresses are wrong then, 0: this change
 * is none here.
 */
static u64 change(const struct object *o, const struct spot *s, enum plant plant)
{
	unsigned int width = 1 << SFR_FRE_WIDTH(s->row.info);
	u64 words = s->at + s->fde.start_width + 1, whole = s->end - s->row.start;
	u8 *start = low_byte(o, s->at, s->fde.start_width);
	u8 *info = o->sframe + s->at + s->fde.start_width;

	switch (plant) {
	case PLANT_LATER:
		return (*start)++ == 0xff ? 0 : 1;
	case PLANT_EARLIER:
		return (*start)-- == 0 ? 0 : 1;
	case PLANT_OTHER_BASE:
		*info ^= SFR_FRE_BASE_SP;
		return SFR_FRE_COUNT(*info) ? whole : 0;
	case PLANT_CFA:
		*low_byte(o, words, width) ^= 0x20;
		return SFR_FRE_COUNT(*info) ? whole : 0;
	case PLANT_FP:
		words += (SFR_FRE_COUNT(*info) - 1) * width;
		*low_byte(o, words, width) ^= 0x20;
		return SFR_FRE_COUNT(*info) > 1 ? whole : 0;
	case PLANT_SIGNED:
		*info ^= SFR_FRE_MANGLED_RA;
		return whole;
	default:
		return 0;
	}
}

bool plant_fits(const struct arch *arch, enum plant plant)
{
	return plant != PLANT_SIGNED || arch->machine == EM_AARCH64;
}

static u64 unexplained(struct object *o, struct cfi *cfi, const char *toolchain,
		       const struct spot *s)
{
	u64 from = o->sframe_addr + s->extent.start;
	struct compiled compiled;
	struct tally t = {};

	compiled_make(&compiled, o);
	if (compiled.table)
		compare(o, cfi, &compiled, toolchain, from, from + s->extent.size, &t);
	compiled_free(&compiled);
	return compiled.status ? UINT64_MAX : t.unexplained;
}

/* Does the row say another thing than the one before? */
static bool differs(const struct object *o, const struct compiled *c, const struct spot *s)
{
	u64 at = o->sframe_addr + s->extent.start + s->row.start;
	struct rule before = compiled_rule(c, o, at - 1), row = compiled_rule(c, o, at);

	return !same_rule(&before, &row);
}

struct planted plant_all(struct object *o, struct cfi *cfi, const char *toolchain,
			 enum plant plant, u32 wanted)
{
	u8 *good = o->sframe, *bad = malloc(o->sframe_len);
	struct planted p = {};
	struct compiled c;
	struct spot spot;
	u64 expected, seen;
	u32 i, n;

	compiled_make(&c, o);
	n = c.status ? 0 : c.plan.n_fdes;
	for (i = 0; i < n && p.planted < wanted; i++) {
		/* Rows of every place in a function, functions from all over. */
		u32 number = (u64)i * 7919 % n;

		if (!find_spot(o, &c, number, i, &spot) || !differs(o, &c, &spot) ||
		    unexplained(o, cfi, toolchain, &spot))
			continue;
		memcpy(bad, good, o->sframe_len);
		o->sframe = bad;
		expected = change(o, &spot, plant);
		seen = unexplained(o, cfi, toolchain, &spot);
		/* The core refuses some changes, such as fp over the return address. */
		if (expected && seen != UINT64_MAX) {
			p.planted++;
			p.seen += seen == expected;
		}
		o->sframe = good;
	}
	compiled_free(&c);
	free(bad);
	return p;
}
