/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Sets of addresses, and which of them an SFrame section has functions for.
 */
#ifndef SFREG_TOOL_SPANS_H
#define SFREG_TOOL_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	uint64_t start, end;
};

/* Zeroes: the empty set. @failed: memory ran out, something is missing. */
struct spans {
	struct span *span;
	size_t n, room;
	bool failed;
};

void spans_add(struct spans *spans, uint64_t start, uint64_t len);
/* In ascending order, without overlaps: what all of the following take and give. */
void spans_settle(struct spans *spans);
void spans_free(struct spans *spans);

uint64_t spans_bytes(const struct spans *spans);
/* Adds what is in @a and in @b, or in @a only, to @to. */
void spans_both(struct spans *to, const struct spans *a, const struct spans *b);
void spans_without(struct spans *to, const struct spans *a, const struct spans *b);

/*
 * Adds the functions of a section of any version, whose bytes are anyone's. @base: what its
 * offsets are relative to. False: it is no section.
 */
bool spans_of_section(struct spans *spans, const uint8_t *bytes, size_t len, uint64_t base);

#endif /* SFREG_TOOL_SPANS_H */
