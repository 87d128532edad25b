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

/* Bytes put together one by one: gcc makes a single load of it. */
static inline u32 sfr_le32(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

/* @n <= 6 bytes at @at, inside [@bytes, @bytes + @len): in some order, not a number. */
static inline u64 sfr_peek6(const u8 *bytes, u64 len, const u8 *at, unsigned int n)
{
	u64 value = 0;

	if (likely((u64)(at - bytes) + 8 <= len))
		return (sfr_le32(at) | (u64)sfr_le32(at + 4) << 32) & ~(~0ull << 8 * n);
	while (n-- > 0)
		value = value << 8 | at[n];
	return value;
}

/* The unsigned integer of @n bytes, 1, 2, 4 or 8. */
static inline u64 sfr_get(struct sfr_cursor *c, unsigned int n)
{
	const u8 *p = c->at;
	u64 value;

	if (unlikely((size_t)(c->end - p) < n)) {
		c->at = c->end;
		c->overrun = true;
		return 0;
	}
	c->at += n;
	switch (n) {
	case 1:
		return p[0];
	case 2:
		value = p[0] | p[1] << 8;
		return c->big ? __builtin_bswap16(value) : value;
	case 4:
		value = sfr_le32(p);
		return c->big ? __builtin_bswap32(value) : value;
	default:
		value = sfr_le32(p) | (u64)sfr_le32(p + 4) << 32;
		return c->big ? __builtin_bswap64(value) : value;
	}
}

/* Past @n bytes. */
static inline void sfr_skip(struct sfr_cursor *c, size_t n)
{
	if (unlikely((size_t)(c->end - c->at) < n)) {
		c->at = c->end;
		c->overrun = true;
		return;
	}
	c->at += n;
}

/* The signed integer of @n bytes, 1, 2, 4 or 8. */
static inline s64 sfr_get_signed(struct sfr_cursor *c, unsigned int n)
{
	unsigned int unused = 64 - 8 * n;

	return (s64)(sfr_get(c, n) << unused) >> unused;
}

#endif /* SFR_CURSOR_H */
