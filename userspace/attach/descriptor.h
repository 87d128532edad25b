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
 * @at, @n: their addresses, each once; one may be nonsense, if its file is
 */
struct descriptors {
	uint64_t at[DESCRIPTORS_MAX];
	uint32_t n;
};

/* @at: 0: there is none. Those above DESCRIPTORS_MAX do not count. */
void descriptors_add(struct descriptors *descriptors, uint64_t at);

/*
 * Of a mapping whose file is not known by its name: what it has, so that it need not be opened
 * each time that the process is looked at. Later ones push out the oldest.
 */
void descriptor_remember(pid_t pid, const struct map *map, uint64_t at);

/* False: nothing is remembered. */
bool descriptor_recall(pid_t pid, const struct map *map, uint64_t *at);

#endif /* SFREG_DESCRIPTOR_H */
