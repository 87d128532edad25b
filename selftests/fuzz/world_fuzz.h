/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Walks in a world that is made up as they go. */
#ifndef WORLD_FUZZ_H
#define WORLD_FUZZ_H

#include "rows.h"

/* A walk by @t from registers and through words that @seed decides. */
void check_walk(const struct sfr_table *t, u8 abi, u64 seed);

#endif /* WORLD_FUZZ_H */
