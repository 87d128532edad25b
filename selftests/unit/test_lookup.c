// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every address of random sections of every version, ABI and byte order, exact
 * and as a return address, against the oracle that decodes as it goes. That the
 * bytes are what was described is test_round_trip.c's part.
 */
#include "build.h"
#include "expect.h"
#include "random_section.h"
#include "tap.h"

#define SECTIONS	24

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
		wrong += !expect_oracle(sfr_table_rule(t, rel, false), &exact);
		wrong += !expect_oracle(sfr_table_rule(t, rel, true), &call);
	}
	return wrong;
}

static void check_version(int version, int abi)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	long wrong = 0, rules = 0, unbuilt = 0;
	struct sfr_table *t;
	size_t len;
	int i;

	for (i = 0; i < SECTIONS; i++) {
		random_section_of(&r, version, abi, 1000 * version + 100 * abi + i);
		len = sfe_emit(&r.section, bytes, sizeof(bytes));
		unbuilt += !len || build_as(bytes, len, abi, BUILD_MAX_ROWS, &t);
		if (t)
			wrong += compare(&r, t, bytes, &rules);
		free(t);
	}
	is(unbuilt, 0, "V%d, ABI %d: %d random sections compile", version, abi, SECTIONS);
	is(wrong, 0, "V%d, ABI %d: every address has the oracle's rule", version, abi);
	ok(rules > 50000, "V%d, ABI %d: (%ld addresses with a rule)", version, abi, rules);
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
	int version, abi;

	for (version = 1; version <= 3; version++)
		for (abi = SFE_AARCH64_BE; abi <= SFE_S390X; abi++)
			if (random_knows(version, abi))
				check_version(version, abi);
	check_far_away();
	return tap_done();
}
