// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decode as you go, the way without tables: at each frame the section's sorted
 * index is bisected and the function's rows are read up to the one that holds.
 * Windows, stack reads and the step are the table walk's own.
 */
#include "decode.h"
#include "step.h"
#include "windows.h"

/* The last entry that starts at or below @rel. */
static bool find_entry(const struct object *object, s64 rel, u32 *number,
		       struct sfr_extent *extent)
{
	u32 lo = 0, hi = object->plan.n_fdes;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sfr_decode_extent(object->bytes, &object->plan, mid, extent))
			return false;
		if (extent->start <= rel)
			lo = mid + 1;
		else
			hi = mid;
	}
	*number = lo - 1;
	return lo && !sfr_decode_extent(object->bytes, &object->plan, lo - 1, extent) &&
	       (u64)(rel - extent->start) < extent->size;
}

bool decode_rule(const struct object *object, u64 rel, struct sfr_rule *rule)
{
	struct sfr_fre fre, last = {};
	struct sfr_extent extent;
	struct sfr_cursor c;
	struct sfr_fde fde;
	u32 i, number, at;

	if (!find_entry(object, rel, &number, &extent) ||
	    sfr_decode_fde(object->bytes, &object->plan, number, &fde))
		return false;
	at = rel - extent.start;
	if (fde.rep_size)
		at %= fde.rep_size;
	c = sfr_decode_fres(object->bytes, &object->plan, &fde);
	for (i = 0; i < fde.n_fres; i++) {
		if (sfr_decode_fre(&c, &fde, &fre))
			return false;
		if (fre.start > at)
			break;
		last = fre;
	}
	return last.words && !sfr_decode_rule(&object->plan, &fde, &last, rule);
}

unsigned int walk_decode(struct env *env, const struct sfr_regs *from, u64 *pcs,
			 unsigned int max)
{
	struct sfr_frame *frame = &env->walk.frame;
	const struct win *win;
	struct sfr_rule rule;
	unsigned int n = 0;
	u64 at;

	walk_begin(env, from);
	do {
		pcs[n++] = frame->regs.pc;
		/* The call, not what follows it. */
		at = frame->regs.pc - (frame->kind == SFR_KIND_CALL);
		win = root_find(env->root, at);
		if (!win || !decode_rule(win->object, at - win->window.base, &rule) ||
		    rule.flags & SFR_RULE_OUTERMOST || sfr_step(&env->walk, &rule))
			break;
		frame->kind = SFR_KIND_CALL;
	} while (n < max);
	return n;
}
