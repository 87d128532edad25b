/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the fuzzer asserts. */
#ifndef CHECK_TABLE_H
#define CHECK_TABLE_H

#include <sfr_env.h>
#include "table.h"

#define FUZZ_MAX_ROWS	(1u << 16)

#define MUST(cond) do {								\
	if (!(cond))								\
		__builtin_trap();						\
} while (0)

/* Is the table laid out as table.h says? */
void check_table(const struct sfr_table *t);

#endif /* CHECK_TABLE_H */
