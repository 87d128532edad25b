// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Lookup in rows that change while they are read. Any context, NMI included: at most
 * 3 * 16 * 35 words are read, whatever stands there.
 */
#include <sfr_env.h>
#include "live.h"
#include "table.h"

#define TRIES	3

const struct sfr_table sfr_no_rows;

/* Once, and before what is read next: a producer has written rows before their number. */
static u64 load(const u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static u64 load_row(const struct sfr_live *live, u32 i)
{
	return load(&live->words[SFR_LIVE_HEADER + sfr_env_nospec(i, live->n_rows)]);
}

/* The row of @run that holds at @offset; 0: it begins above. False: they are in disorder. */
static bool find_in_run(const struct sfr_live *live, u64 run, u32 offset, u64 *row)
{
	u64 bound = (u64)offset << 32 | 0xffffffff;
	u32 n = run >> 32, first = run, lo = first, hi = first + n;

	*row = 0;
	if (n > live->n_rows || first > live->n_rows - n)
		return false;
	while (lo != hi) {
		u32 middle = lo + (hi - lo) / 2;

		if (load_row(live, middle) <= bound)
			lo = middle + 1;
		else
			hi = middle;
	}
	/* What led here may have changed since. */
	if (lo < first + n && load_row(live, lo) <= bound)
		return false;
	if (lo != first)
		*row = load_row(live, lo - 1);
	return *row <= bound && !(*row & SFR_LIVE_RESERVED);
}

/* The latest row that says something. */
static enum sfr_stop find(const struct sfr_live *live, u32 offset, u64 *row)
{
	u64 i = load(&live->words[0]);

	if (i > SFR_LIVE_RUNS)
		return SFR_STOP_UNSTEADY;
	for (i = sfr_env_nospec(i, SFR_LIVE_RUNS + 1); i; i--) {
		if (!find_in_run(live, load(&live->words[i]), offset, row))
			return SFR_STOP_UNSTEADY;
		if (*row & SFR_LIVE_KIND)
			return SFR_STOP_NONE;
	}
	return SFR_STOP_NO_RULE;
}

enum sfr_stop sfr_live_rule(const struct sfr_live *live, u32 offset, struct sfr_rule *rule)
{
	enum sfr_stop stop = SFR_STOP_UNSTEADY;
	int tries;
	u64 row;

	for (tries = 0; tries < TRIES && stop == SFR_STOP_UNSTEADY; tries++)
		stop = find(live, offset, &row);
	if (stop)
		return stop;
	*rule = (struct sfr_rule) {
		.cfa_base = (row & SFR_LIVE_KIND) == SFR_LIVE_SP ? SFR_BASE_SP : SFR_BASE_FP,
		.cfa_off = 8 * (row >> 17 & 0x7fff),
		.ra_base = SFR_BASE_CFA | SFR_BASE_DEREF,
		.ra_off = SFR_COMMON_RA - 8 * (s32)(row >> 10 & 0x7f),
		.fp_base = row >> 4 & 0x3f ? SFR_BASE_CFA | SFR_BASE_DEREF : SFR_BASE_FP,
		.fp_off = -8 * (s32)(row >> 4 & 0x3f),
		.flags = (row & SFR_LIVE_KIND) == SFR_LIVE_OUTERMOST ? SFR_RULE_OUTERMOST :
			 row & SFR_LIVE_EXACT ? SFR_RULE_EXACT : SFR_RULE_GENERAL,
	};
	return SFR_STOP_NONE;
}
