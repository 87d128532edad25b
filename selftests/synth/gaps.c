// SPDX-License-Identifier: GPL-2.0-only
/*
 * May a rule that elfutils has stay unsaid for this reason? Each part of a rule is looked
 * at by what rows can say: cfa = [*](reg + off [+ 8 * reg]) [+ add], ra and fp =
 * [*](cfa or reg + off).
 */
#include <limits.h>
#include "equal.h"

/* Registers that x86-64 has and rows can name. */
#define N_REGS	16

#define SP	7

static bool off_fits(s64 off)
{
	return off == (s32)off;
}

/* Of the return address or the frame pointer: anywhere but at the CFA's own value. */
static bool place_fits(const struct place *p)
{
	return off_fits(p->off) && (p->reg == CFA_REG ? p->deref : p->reg < N_REGS);
}

/* Below the stack pointer is no frame. */
static bool cfa_fits(const struct rule *r)
{
	if (r->strange & STRANGE_CFA)
		return false;
	if (r->cfa.scale && (r->cfa.scale != 8 || !r->cfa.deref || r->cfa.index >= N_REGS))
		return false;
	return r->cfa.reg < N_REGS && off_fits(r->cfa.off) && off_fits(r->cfa.add) &&
	       (r->cfa.reg != SP || r->cfa.deref || r->cfa.off >= 0);
}

/* What the module knows to step over. */
static bool is_kernels(const struct rule *r)
{
	static const struct place cfa = { .deref = true, .reg = SP, .off = 160 };
	static const struct place ra = { .deref = true, .reg = SP, .off = 168 };

	return same_place(&r->cfa, &cfa) && same_place(&r->ra, &ra);
}

/* The ABI's fixed place, or another: but not in the extension, and not the CFA itself. */
static bool ra_fits(const struct rule *r)
{
	static const struct place fixed = { .deref = true, .reg = CFA_REG, .off = -8 };

	if (r->strange & STRANGE_RA)
		return false;
	if (r->kind == SIGNAL)
		return is_kernels(r);
	if (same_place(&r->ra, &fixed))
		return true;
	return !r->cfa.add && place_fits(&r->ra);
}

/* In a word of its own. */
static bool fp_fits(const struct rule *r)
{
	s64 apart = r->fp.off - r->ra.off;

	if (r->strange & STRANGE_FP || !place_fits(&r->fp))
		return false;
	return !r->fp.deref || r->fp.reg != CFA_REG || !r->ra.deref || r->ra.reg != CFA_REG ||
	       apart <= -8 || apart >= 8;
}

/* Do two function entries claim the byte, as they stand in the file? */
static bool claimed_twice(const struct object *o, u64 addr)
{
	u32 i, n = 0;

	for (i = 0; i < o->n_fdes && o->fdes[i].start <= addr; i++)
		n += addr < o->fdes[i].end;
	return n > 1;
}

bool gap_fits(const struct made *m, u64 addr, const struct rule *truth, enum synth_gap why)
{
	switch (why) {
	case SYNTH_GAP_CFA:
		return truth->kind != NOTHING && !cfa_fits(truth);
	case SYNTH_GAP_RA:
		return truth->kind != NOTHING && !ra_fits(truth);
	case SYNTH_GAP_FP:
		return truth->kind != NOTHING && !fp_fits(truth);
	case SYNTH_GAP_SP:
		return truth->strange & STRANGE_SP;
	case SYNTH_GAP_CFI:
		return truth->kind == NOTHING;
	case SYNTH_GAP_OVERLAP:
		return claimed_twice(&m->object, addr);
	default:
		return false;
	}
}
