// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Each byte of small good sections set to each interesting value: nothing reads
 * or writes where it may not (the sanitizers' word), every status is one, and
 * every lookup in what still compiles ends with a rule of the table or none.
 */
#include "build.h"
#include "random_section.h"
#include "table.h"
#include "tap.h"

static long compiled, refused, outside;

static void look_around(const struct sfr_table *t)
{
	const struct sfr_rule *rules = t->rules;
	u64 rel, step = 1 + t->span / 997;
	u64 end = (u64)t->lowest + t->span + 2;
	const struct sfr_rule *rule;
	int i;

	for (rel = t->lowest - 2; rel - t->lowest + 2 <= t->span + 4ull; rel += step) {
		for (i = 0; i < 2; i++) {
			rule = sfr_table_rule(t, rel, i);
			outside += rule && rule->flags != SFR_RULE_SIGNAL &&
				   (rule < rules || rule >= rules + t->n_rules ||
				    rule->flags & (SFR_RULE_REPEAT | SFR_RULE_GAP));
		}
	}
	outside += !!sfr_table_rule(t, end, false);
}

static void try(const uint8_t *bytes, size_t len, int abi)
{
	struct sfr_table *t;
	enum sfr_status status = build_as(bytes, len, abi, BUILD_MAX_ROWS, &t);

	if (status) {
		refused++;
		outside += (unsigned int)status >= SFR_STATUS_COUNT || t;
		return;
	}
	compiled++;
	look_around(t);
	free(t);
}

static void mutate(uint8_t *bytes, size_t len, int abi)
{
	static const uint8_t values[] = { 0, 1, 2, 3, 0x10, 0x7f, 0x80, 0xfe, 0xff };
	size_t at, v;
	int bit;

	for (at = 0; at < len; at++) {
		uint8_t good = bytes[at];

		for (v = 0; v < sizeof(values); v++) {
			bytes[at] = values[v];
			try(bytes, len, abi);
		}
		for (bit = 0; bit < 8; bit++) {
			bytes[at] = good ^ 1 << bit;
			try(bytes, len, abi);
		}
		bytes[at] = good;
	}
}

static void check(int version, int abi, int sections)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	size_t len;
	int i;

	compiled = 0;
	refused = 0;
	outside = 0;
	for (i = 0; i < sections; i++) {
		random_section_of(&r, version, abi, 77 * version + i);
		r.section.n_funcs = i % 6;
		r.section.aux_len = i;
		len = sfe_emit(&r.section, bytes, sizeof(bytes));
		mutate(bytes, len, abi);
	}
	is(outside, 0, "V%d, ABI %d: a lookup gives a rule of the table, or none", version, abi);
	ok(compiled > 1000 && refused > 1000,
	   "V%d, ABI %d: (%ld mutants compile, %ld do not)", version, abi, compiled, refused);
}

int main(void)
{
	int version;

	for (version = 1; version <= 3; version++)
		check(version, SFE_AMD64, 12);
	check(3, SFE_AARCH64_BE, 6);
	check(2, SFE_S390X, 6);
	check(3, SFE_S390X, 6);
	return tap_done();
}
