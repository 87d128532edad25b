/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Where a process has its __jit_debug_descriptors: which files have one, synthesis tells.
 */
#ifndef SFREG_DESCRIPTOR_H
#define SFREG_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "maps.h"

/* Each LLVM in a process has one of its own. */
#define DESCRIPTORS_MAX		8

/**
 * struct descriptors - those of one process
 * @at, @n: their addresses, each once
 */
struct descriptors {
	uint64_t at[DESCRIPTORS_MAX];
	uint32_t n;
};

/*
 * A mapped file has one at @at (which may be nonsense, if the file is), or 0: none. What it
 * has is remembered for a minute.
 */
void descriptors_add(struct descriptors *descriptors, const struct map *map, uint64_t at);

/* The same by what is remembered of the file. False: nothing is. */
bool descriptors_recall(struct descriptors *descriptors, const struct map *map);

#endif /* SFREG_DESCRIPTOR_H */
