// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Integers of each width and both byte orders, and the end of the bytes. */
#include "cursor.h"
#include "build.h"
#include "tap.h"

static const u8 bytes[] = { 0xf1, 0xe2, 0xd3, 0xc4, 0xb5, 0xa6, 0x97, 0x88 };

static void check_widths(void)
{
	static const struct { unsigned int n; u64 little, big; } each[] = {
		{ 1, 0xf1, 0xf1 },
		{ 2, 0xe2f1, 0xf1e2 },
		{ 4, 0xc4d3e2f1, 0xf1e2d3c4 },
		{ 8, 0x8897a6b5c4d3e2f1, 0xf1e2d3c4b5a69788 },
	};
	unsigned int i, unused;

	for (i = 0; i < ARRAY_SIZE(each); i++) {
		u8 *copy = copy_of(bytes, each[i].n);
		struct sfr_cursor little = sfr_cursor(copy, 0, each[i].n, false);
		struct sfr_cursor big = sfr_cursor(copy, 0, each[i].n, true);
		struct sfr_cursor signed_big = big;

		unused = 64 - 8 * each[i].n;
		ok(sfr_get(&little, each[i].n) == each[i].little && !little.overrun &&
		   little.at == little.end, "%u bytes, little-endian", each[i].n);
		ok(sfr_get(&big, each[i].n) == each[i].big && !big.overrun &&
		   big.at == big.end, "%u bytes, big-endian", each[i].n);
		is(sfr_get_signed(&signed_big, each[i].n), (s64)(each[i].big << unused) >> unused,
		   "%u bytes, signed", each[i].n);
		free(copy);
	}
}

static void check_end(void)
{
	struct sfr_cursor c = sfr_cursor(bytes, 5, 8, false);

	ok(sfr_get(&c, 4) == 0 && c.overrun, "four bytes of three: 0, and an overrun");
	ok(sfr_get(&c, 1) == 0 && c.overrun, "which stays, and nothing more is read");
	c = sfr_cursor(bytes, 8, 8, false);
	ok(!c.overrun && sfr_get(&c, 1) == 0 && c.overrun, "no bytes");
	c = sfr_cursor(bytes, 1ull << 40, 4, false);
	ok(!c.overrun && sfr_get(&c, 1) == 0 && c.overrun, "a start beyond the end");
}

int main(void)
{
	check_widths();
	check_end();
	return tap_done();
}
