// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lays both rules side by side at each byte of the executable sections, whether
 * or not either knows of a function there, and counts what agrees, what is not
 * covered, and what differs for which reason.
 */
#include "compare.h"

/* A stretch that one function entry describes, or none. */
struct stretch {
	u64 from, to;
	const struct fde *fde;
};

static struct stretch stretch_at(const struct object *o, u64 at, u64 limit)
{
	struct stretch s = { at, limit, fde_of(o, at) };
	u32 lo = 0, hi = o->n_fdes;

	if (s.fde) {
		s.to = s.fde->end < limit ? s.fde->end : limit;
		return s;
	}
	while (lo < hi) {
		u32 middle = lo + (hi - lo) / 2;

		if (o->fdes[middle].start <= at)
			lo = middle + 1;
		else
			hi = middle;
	}
	if (lo < o->n_fdes && o->fdes[lo].start < limit)
		s.to = o->fdes[lo].start;
	return s;
}

static void note(struct tally *tally, const struct site *site)
{
	if (tally->unexplained < MAX_EXAMPLES)
		tally->examples[tally->unexplained] = *site;
	tally->unexplained++;
}

static void compare_stretch(struct site *site, struct cfi *cfi, const struct compiled *compiled,
			    const struct stretch *s, struct tally *tally)
{
	u64 absent = 0, first_absent = 0, said = 0, i;
	enum absence why;
	int cause;

	site->fde = s->fde;
	for (site->addr = s->from; site->addr < s->to; site->addr++) {
		site->truth = cfi_rule(cfi, site->addr);
		site->table = compiled_rule(compiled, site->object, site->addr);
		said += site->table.kind != NOTHING;
		if (site->truth.kind == NOTHING && site->table.kind == NOTHING && !s->fde)
			continue;
		if (site->table.kind == NOTHING && site->truth.kind != NOTHING) {
			if (!absent++)
				first_absent = site->addr;
		} else if (same_rule(&site->truth, &site->table)) {
			tally->equal++;
		} else {
			cause = cause_of(site);
			if (cause < 0)
				note(tally, site);
			else
				tally->exceptions[cause]++;
		}
	}
	if (!absent)
		return;
	site->addr = first_absent;
	site->truth = cfi_rule(cfi, first_absent);
	site->table = compiled_rule(compiled, site->object, first_absent);
	why = absence_of(site, cfi, said);
	tally->absent[why] += absent;
	for (i = 0; i < absent && why == ABSENT_UNEXPLAINED; i++)
		note(tally, site);
}

void compare(struct object *o, struct cfi *cfi, const struct compiled *compiled,
	     const char *toolchain, u64 from, u64 to, struct tally *tally)
{
	struct site site = {
		.object = o, .toolchain = toolchain, .version = compiled->plan.version,
	};
	struct stretch s;
	u64 at, limit;
	u32 i;

	for (i = 0; i < o->n_texts; i++) {
		site.section = o->texts[i].name;
		site.start = o->texts[i].start;
		at = o->texts[i].start < from ? from : o->texts[i].start;
		limit = o->texts[i].end > to ? to : o->texts[i].end;
		for (; at < limit; at = s.to) {
			s = stretch_at(o, at, limit);
			compare_stretch(&site, cfi, compiled, &s, tally);
		}
	}
}
