// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>

#include "../../bench/bench.h"
#include "way.h"

#define ARENA_LEN	(1ul << 30)

unsigned char *arena_room(struct arena *arena, size_t len)
{
	if (!arena->begin) {
		arena->begin = mmap(NULL, ARENA_LEN, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (arena->begin == MAP_FAILED)
			bench_fail("no memory");
		arena->at = arena->begin;
		arena->end = arena->begin + ARENA_LEN;
	}
	arena->at += -(uintptr_t)arena->at & 15;
	if (len > (size_t)(arena->end - arena->at))
		bench_fail("the arena is too small");
	return arena->at;
}

void arena_end(struct arena *arena)
{
	munmap(arena->begin, ARENA_LEN);
	*arena = (struct arena) {};
}
