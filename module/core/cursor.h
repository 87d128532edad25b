/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reads integers of either byte order from bytes that nobody has checked. A
 * read past the end yields 0 and sets ->overrun, which stays set: a caller reads
 * a whole record and asks once.
 */
#ifndef SFR_CURSOR_H
#define SFR_CURSOR_H

#include <sfr_env.h>

struct sfr_cursor {
	const u8 *at;
	const u8 *end;
	bool big;		/* big-endian */
	bool overrun;
};

/* A cursor on bytes [from, to); nothing to read if that is no range. */
static inline struct sfr_cursor sfr_cursor(const u8 *bytes, u64 from, u64 to, bool big)
{
	struct sfr_cursor c = {
		.at = bytes + (from < to ? from : to),
		.end = bytes + to,
		.big = big,
	};

	return c;
}

/* The unsigned integer of @n bytes, 1 to 8. */
static inline u64 sfr_get(struct sfr_cursor *c, unsigned int n)
{
	u64 value = 0;
	unsigned int i;

	if (unlikely((size_t)(c->end - c->at) < n)) {
		c->at = c->end;
		c->overrun = true;
		return 0;
	}
	for (i = 0; i < n; i++)
		value |= (u64)c->at[i] << 8 * (c->big ? n - 1 - i : i);
	c->at += n;
	return value;
}

/* The signed integer of @n bytes, 1 to 8. */
static inline s64 sfr_get_signed(struct sfr_cursor *c, unsigned int n)
{
	unsigned int unused = 64 - 8 * n;

	return (s64)(sfr_get(c, n) << unused) >> unused;
}

#endif /* SFR_CURSOR_H */
