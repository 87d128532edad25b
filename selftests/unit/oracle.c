// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See oracle.h. Follows the specification's text, field by field. */
#include <stdbool.h>
#include "oracle.h"

static uint64_t le(const uint8_t *p, int n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static int64_t sle(const uint8_t *p, int n)
{
	uint64_t v = le(p, n);

	if (n < 8 && v >> (8 * n - 1) & 1)
		v |= ~0ull << 8 * n;
	return (int64_t)v;
}

static struct oracle row_at(const uint8_t *row, int start_bytes)
{
	struct oracle o = { .kind = ORACLE_OUTERMOST };
	uint8_t info = row[start_bytes];
	int words = info >> 1 & 15, bytes = 1 << (info >> 5 & 3);

	if (!words)
		return o;
	o.kind = ORACLE_ROW;
	o.cfa_from_sp = info & 1;
	o.cfa_off = sle(row + start_bytes + 1, bytes);
	o.fp_saved = words > 1;
	if (o.fp_saved)
		o.fp_off = sle(row + start_bytes + 1 + bytes, bytes);
	return o;
}

/* The last of @n rows that starts at or before @offset. */
static struct oracle find_row(const uint8_t *row, uint32_t n, int start_bytes, uint64_t offset)
{
	struct oracle found = { .kind = ORACLE_NOTHING };
	uint8_t info;

	while (n-- > 0) {
		if (le(row, start_bytes) <= offset)
			found = row_at(row, start_bytes);
		info = row[start_bytes];
		row += start_bytes + 1 + (info >> 1 & 15) * (1 << (info >> 5 & 3));
	}
	return found;
}

struct oracle oracle_at(const uint8_t *section, int64_t rel)
{
	int version = section[2];
	const uint8_t *start = section + 28 + section[7];
	const uint8_t *index = start + le(section + 20, 4), *rows = start + le(section + 24, 4);
	const uint8_t *fde, *attr;
	uint32_t n = le(section + 8, 4), i, size, n_rows;
	int64_t at;
	uint8_t info, block;

	for (i = 0; i < n; i++) {
		fde = index + i * (version == 1 ? 17 : version == 2 ? 20 : 16);
		at = sle(fde, version == 3 ? 8 : 4);
		if (section[3] & 4)
			at += fde - section;
		size = le(fde + (version == 3 ? 8 : 4), 4);
		if (rel < at || (uint64_t)rel - (uint64_t)at >= size)
			continue;
		attr = version == 3 ? rows + le(fde + 12, 4) : fde + 12;
		n_rows = le(attr, version == 3 ? 2 : 4);
		info = attr[version == 3 ? 2 : 4];
		block = version == 1 ? 16 : version == 2 ? fde[17] : attr[4];
		if (version == 3 && info & 0x80)
			return (struct oracle) { .kind = ORACLE_SIGNAL };
		if (version == 3 && !n_rows)
			return (struct oracle) { .kind = ORACLE_OUTERMOST };
		return find_row(version == 3 ? attr + 5 : rows + le(fde + 8, 4), n_rows,
				1 << (info & 15),
				info & 16 ? (rel - at) % block : rel - at);
	}
	return (struct oracle) { .kind = ORACLE_NOTHING };
}

struct oracle oracle_at_return(const uint8_t *section, int64_t rel)
{
	struct oracle o = oracle_at(section, rel);

	return o.kind == ORACLE_SIGNAL ? o : oracle_at(section, rel - 1);
}
