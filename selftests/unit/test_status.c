// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Every status has a name of its own, and nothing else has one. */
#include "build.h"
#include "tap.h"

int main(void)
{
	bool distinct = true, named = true;
	int a, b;

	for (a = 0; a < SFR_STATUS_COUNT; a++) {
		named &= sfr_status_name(a) && *sfr_status_name(a);
		for (b = 0; named && b < a; b++)
			distinct &= !!strcmp(sfr_status_name(a), sfr_status_name(b));
	}
	ok(named, "every status has a name");
	ok(distinct, "no name stands for two");
	ok(!strcmp(sfr_status_name(SFR_ERR_FRE_ORDER), "FRE_ORDER"), "the name is the enum's");
	ok(!strcmp(sfr_status_name(SFR_STATUS_COUNT), "unknown"), "a number beyond");
	ok(!strcmp(sfr_status_name(-1), "unknown"), "a negative number");
	return tap_done();
}
