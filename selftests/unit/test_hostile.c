// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What a hostile or careless producer does, each with the exact status that it
 * gets; and the proof that every status there is was got.
 */
#include "hostile.h"

/* The two that need a large section: see test_compile.c for the exact limits. */
static void large(void)
{
	static struct sfe_row rows[65536];
	struct sfe_func f = { .size = 65536, .width = 4, SFE_ROWS(rows) };
	struct sfe_section s = { .version = 2, SFE_FUNCS(f) };
	struct sfr_table *t;
	u8 bytes[512];
	int i;

	for (i = 0; i < 65536; i++)
		rows[i] = (struct sfe_row) { .start = i, .base = SFE_SP, .cfa = i };
	free(hostile_build(&s, SFR_ERR_RULES, "65,536 distinct rules"));
	i = sfe_emit(&hostile_base[2], bytes, sizeof(bytes));
	is(build_limited(bytes, i, 3, &t), SFR_ERR_ROWS, "more rows than allowed: ROWS");
	hostile_seen[SFR_ERR_ROWS] = true;
	is(build_limited(bytes, i, 0, &t), SFR_ERR_ROWS, "no rows allowed: ROWS");
}

int main(void)
{
	int i;

	for (i = 1; i <= 3; i++)
		free(hostile_build(&hostile_base[i], SFR_OK, "the good section"));
	hostile_header();
	hostile_index();
	hostile_rows();
	hostile_abi();
	large();
	for (i = 0; i < SFR_STATUS_COUNT; i++)
		ok(hostile_seen[i], "status %s was seen", sfr_status_name(i));
	return tap_done();
}
