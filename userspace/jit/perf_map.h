/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Names for perf report: /tmp/perf-PID.map, a line for each function.
 */
#ifndef SFREG_JIT_PERF_MAP_H
#define SFREG_JIT_PERF_MAP_H

#include <stdint.h>

struct jit_perf_map {
	int fd;			/* below 0: there is none */
	int pid;		/* of who opened it: a child's names are not his */
};

void sfreg_jit_perf_map_open(struct jit_perf_map *map);
void sfreg_jit_perf_map_close(const struct jit_perf_map *map);
void sfreg_jit_perf_map_add(const struct jit_perf_map *map, uintptr_t start, uint32_t size,
			    const char *name);

#endif /* SFREG_JIT_PERF_MAP_H */
