// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every address of random sections, exact and as a return address, against the
 * oracle that decodes as it goes.
 */
#include "build.h"
#include "oracle.h"
#include "random_section.h"
#include "tap.h"

#define SECTIONS	60

static bool agrees(const struct sfr_rule *rule, const struct oracle *o)
{
	switch (o->kind) {
	case ORACLE_NOTHING:
		return !rule;
	case ORACLE_OUTERMOST:
		return rule && rule->flags == SFR_RULE_OUTERMOST;
	case ORACLE_SIGNAL:
		return rule && rule->flags == SFR_RULE_SIGNAL;
	default:
		return rule && rule->ra_off == -8 && rule->cfa_off == o->cfa_off &&
		       rule->cfa_base == (o->cfa_from_sp ? SFR_BASE_SP : SFR_BASE_FP) &&
		       rule->flags == (o->fp_saved ? SFR_RULE_FP_SAVED : 0) &&
		       rule->fp_off == o->fp_off;
	}
}

/* Returns the number of addresses at which table and oracle differ. */
static long compare(const struct random_section *r, const struct sfr_table *t,
		    const uint8_t *bytes, long *rules)
{
	long wrong = 0;
	int64_t rel;

	for (rel = r->lowest - 3; rel <= r->highest + 3; rel++) {
		struct oracle exact = oracle_at(bytes, rel);
		struct oracle call = oracle_at_return(bytes, rel);

		*rules += exact.kind != ORACLE_NOTHING;
		wrong += !agrees(sfr_table_rule(t, rel, false), &exact);
		wrong += !agrees(sfr_table_rule(t, rel, true), &call);
	}
	return wrong;
}

static void check_version(int version)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	long wrong = 0, rules = 0, unbuilt = 0;
	struct sfr_table *t;
	size_t len;
	int i;

	for (i = 0; i < SECTIONS; i++) {
		random_section(&r, version, 1000 * version + i);
		len = sfe_emit(&r.section, bytes, sizeof(bytes));
		unbuilt += !len || build_bytes(bytes, len, &t);
		if (t)
			wrong += compare(&r, t, bytes, &rules);
		free(t);
	}
	is(unbuilt, 0, "V%d: %d random sections compile", version, SECTIONS);
	is(wrong, 0, "V%d: every address has the oracle's rule", version);
	ok(rules > 100000, "V%d: (%ld addresses with a rule)", version, rules);
}

/* Far outside, where a distance would wrap around. */
static void check_far_away(void)
{
	struct sfe_row rows[] = { { .start = 0, .base = SFE_SP, .cfa = 8 } };
	struct sfe_func f = { .start = -16, .size = 32, SFE_ROWS(rows) };
	struct sfe_section s = { .version = 2, SFE_FUNCS(f) };
	struct sfr_table *t = must_build(&s);

	ok(!sfr_table_rule(t, 1ull << 32, false) && !sfr_table_rule(t, (1ull << 32) - 16, false) &&
	   !sfr_table_rule(t, 1ull << 63, false) && !sfr_table_rule(t, 16, false) &&
	   !sfr_table_rule(t, -17ull, false) && !sfr_table_rule(t, -16ull, true),
	   "no rule outside the functions, however far");
	ok(sfr_table_rule(t, 16, true) && sfr_table_rule(t, -15ull, true) &&
	   sfr_table_rule(t, -16ull, false),
	   "a rule at both ends");
	free(t);
}

int main(void)
{
	check_version(1);
	check_version(2);
	check_version(3);
	check_far_away();
	return tap_done();
}
