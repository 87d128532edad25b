// SPDX-License-Identifier: GPL-2.0-only
/*
 * The length that the hook reads from a section's header: exact for good headers,
 * never more than the room for any other. Runs under ASan and UBSan.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sframe_len.h"
#include "tap.h"

struct header {
	uint16_t magic;
	uint8_t version, flags, abi;
	int8_t fixed_fp, fixed_ra;
	uint8_t aux_len;
	uint32_t n_fdes, n_fres, fre_len, fde_off, fre_off;
};

_Static_assert(sizeof(struct header) == SFRAME_HEADER_LEN, "no holes");

#define UNLINKED .magic = 0xdee2, .abi = 3, .fixed_ra = -8
#define GOOD .magic = 0xdee2, .flags = 1, .abi = 3, .fixed_ra = -8

static const struct {
	const char *what;
	struct header header;
	unsigned long room;
	unsigned long len;	/* 0: refused */
	const char *why;	/* a part of the reason */
} cases[] = {
	{ "V1", { GOOD, .version = 1, .n_fdes = 3, .fre_len = 20, .fre_off = 51 },
	  4096, 28 + 51 + 20, NULL },
	{ "V2", { GOOD, .version = 2, .n_fdes = 3, .fre_len = 20, .fre_off = 60 },
	  4096, 28 + 60 + 20, NULL },
	{ "V3", { GOOD, .version = 3, .n_fdes = 3, .fre_len = 20, .fre_off = 48 },
	  4096, 28 + 48 + 20, NULL },
	{ "V2, auxiliary header", { GOOD, .version = 2, .aux_len = 255, .n_fdes = 1,
	  .fre_len = 4, .fre_off = 20 }, 4096, 28 + 255 + 24, NULL },
	{ "V2, index last", { GOOD, .version = 2, .n_fdes = 2, .fre_len = 8, .fde_off = 8 },
	  4096, 28 + 8 + 40, NULL },
	{ "V2, the room is just enough", { GOOD, .version = 2, .n_fdes = 1, .fre_len = 4,
	  .fre_off = 20 }, 52, 52, NULL },
	{ "V2, a byte too little room", { GOOD, .version = 2, .n_fdes = 1, .fre_len = 4,
	  .fre_off = 20 }, 51, 0, "cut short" },
	{ "V1, flags 0: never linked", { UNLINKED, .version = 1, .n_fdes = 1, .fre_len = 4,
	  .fre_off = 17 }, 4096, 0, "linker" },
	{ "V2, only the frame pointer flag", { UNLINKED, .flags = 2, .version = 2,
	  .n_fdes = 1, .fre_len = 4, .fre_off = 20 }, 4096, 0, "linker" },
	{ "V2, starts are relative to their fields", { UNLINKED, .flags = 4, .version = 2,
	  .n_fdes = 1, .fre_len = 4, .fre_off = 20 }, 4096, 52, NULL },
	{ "V3, flags 0", { UNLINKED, .version = 3, .n_fdes = 1, .fre_len = 4,
	  .fre_off = 16 }, 4096, 0, "linker" },
	{ "no function", { GOOD, .version = 2, .fre_len = 4 }, 4096, 0, "no function" },
	{ "version 0 gets the room", { GOOD, .version = 0, .n_fdes = 1 }, 77, 77, NULL },
	{ "version 4 gets the room", { GOOD, .version = 4, .n_fdes = 1 }, 77, 77, NULL },
	{ "version 255 gets the room", { GOOD, .version = 255, .n_fdes = 1 }, 77, 77, NULL },
	{ "the other byte order", { .magic = 0xe2de, .version = 2, .n_fdes = 1 },
	  4096, 0, "byte order" },
	{ "no magic", { .magic = 0, .version = 2, .n_fdes = 1 }, 4096, 0, "magic" },
	{ "2^32 - 1 functions: the product does not wrap", { GOOD, .version = 2,
	  .n_fdes = 0xffffffff }, 1UL << 36, 0, "cut short" },
	{ "a number of functions whose product wraps to 4", { GOOD, .version = 2,
	  .n_fdes = 0x0ccccccd }, 4096, 0, "cut short" },
	{ "offset + length would wrap in 32 bits", { GOOD, .version = 2, .n_fdes = 1,
	  .fre_len = 0x80000000, .fre_off = 0x80000000 }, 4096, 0, "cut short" },
	{ "index offset + size would wrap in 32 bits", { GOOD, .version = 2, .n_fdes = 1,
	  .fde_off = 0xffffffff }, 4096, 0, "cut short" },
	{ "all fields at their greatest", { GOOD, .version = 2, .aux_len = 255,
	  .n_fdes = 0xffffffff, .fre_len = 0xffffffff, .fde_off = 0xffffffff,
	  .fre_off = 0xffffffff }, ~0UL,
	  28 + 255 + 0xffffffffUL * 21, NULL },
};

static void check(size_t i)
{
	const char *why;
	unsigned long len = 0;
	bool ok;

	why = sfreg_sframe_len((const unsigned char *)&cases[i].header, cases[i].room, &len);
	if (cases[i].why)
		ok = why && strstr(why, cases[i].why);
	else
		ok = !why && len == cases[i].len;
	tap_ok(ok, "%s", cases[i].what);
	if (!ok)
		printf("# got %lu, %s\n", len, why ?: "accepted");
}

/* Whatever the 28 bytes are: a length within the room, or a reason. */
static void random_headers(void)
{
	unsigned char header[SFRAME_HEADER_LEN];
	unsigned long accepted = 0, bad = 0;

	srandom(1);
	for (int round = 0; round < 1000000; round++) {
		unsigned long room = 28 + random() % 100000, len = ~0UL;

		for (size_t i = 0; i < sizeof(header); i++)
			header[i] = random() % 3 ? 0 : random();
		header[0] = 0xe2;
		header[1] = 0xde;
		header[2] = random() % 5;
		header[3] = random() % 8;
		if (sfreg_sframe_len(header, room, &len))
			continue;
		accepted++;
		bad += len > room || len < SFRAME_HEADER_LEN;
	}
	tap_ok(!bad && accepted > 1000,
	       "random headers: no accepted length is beyond the room");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(i);
	random_headers();
	return tap_end();
}
