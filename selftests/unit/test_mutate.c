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

#define SECTIONS	12

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

static void try(const uint8_t *bytes, size_t len)
{
	struct sfr_table *t;
	enum sfr_status status = build_bytes(bytes, len, &t);

	if (status) {
		refused++;
		outside += (unsigned int)status >= SFR_STATUS_COUNT || t;
		return;
	}
	compiled++;
	look_around(t);
	free(t);
}

static void mutate(uint8_t *bytes, size_t len)
{
	static const uint8_t values[] = { 0, 1, 2, 3, 0x10, 0x7f, 0x80, 0xfe, 0xff };
	size_t at, v;
	int bit;

	for (at = 0; at < len; at++) {
		uint8_t good = bytes[at];

		for (v = 0; v < sizeof(values); v++) {
			bytes[at] = values[v];
			try(bytes, len);
		}
		for (bit = 0; bit < 8; bit++) {
			bytes[at] = good ^ 1 << bit;
			try(bytes, len);
		}
		bytes[at] = good;
	}
}

int main(void)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	int version, i;
	size_t len;

	for (version = 1; version <= 3; version++) {
		compiled = 0;
		refused = 0;
		outside = 0;
		for (i = 0; i < SECTIONS; i++) {
			random_section(&r, version, 77 * version + i);
			r.section.n_funcs = i % 6;
			r.section.aux_len = i;
			len = sfe_emit(&r.section, bytes, sizeof(bytes));
			mutate(bytes, len);
		}
		is(outside, 0, "V%d: a lookup gives a rule of the table, or none", version);
		ok(compiled > 1000 && refused > 1000,
		   "V%d: (%ld mutants compile, %ld do not)", version, compiled, refused);
	}
	return tap_done();
}
