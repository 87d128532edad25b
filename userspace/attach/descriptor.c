// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What was found is remembered by the file and the place of its text: how far the variable
 * is from there. A file's number may become another's: so it holds for a while.
 */
#include <time.h>

#include "descriptor.h"

#define MEMORY		1024
#define MEMORY_SECONDS	60
#define PROBES		4

static struct answer {
	dev_t dev;
	uint64_t inode, offset, distance;
	time_t until;		/* 0: free */
	bool found;
} memory[MEMORY];

static bool is_about(const struct answer *answer, const struct map *map)
{
	return answer->until && answer->dev == map->dev && answer->inode == map->inode &&
	       answer->offset == map->offset;
}

/* The one about this file; else the one that ends first. */
static struct answer *answer_for(const struct map *map)
{
	uint64_t hash = (map->inode ^ (uint64_t)map->dev << 32 ^ map->offset) * 0x9e3779b97f4a7c15;
	struct answer *first = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		struct answer *answer = &memory[((hash >> 40) + i) % MEMORY];

		if (is_about(answer, map))
			return answer;
		if (!first || answer->until < first->until)
			first = answer;
	}
	return first;
}

static time_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void add(struct descriptors *descriptors, uint64_t at)
{
	for (uint32_t i = 0; i < descriptors->n; i++)
		if (descriptors->at[i] == at)
			return;
	if (descriptors->n < DESCRIPTORS_MAX)
		descriptors->at[descriptors->n++] = at;
}

void descriptors_add(struct descriptors *descriptors, const struct map *map, uint64_t at)
{
	*answer_for(map) = (struct answer) {
		.dev = map->dev, .inode = map->inode, .offset = map->offset,
		.distance = at - map->start, .found = at,
		.until = seconds_now() + MEMORY_SECONDS,
	};
	if (at)
		add(descriptors, at);
}

bool descriptors_recall(struct descriptors *descriptors, const struct map *map)
{
	const struct answer *answer = answer_for(map);

	if (!is_about(answer, map) || answer->until <= seconds_now())
		return false;
	if (answer->found)
		add(descriptors, map->start + answer->distance);
	return true;
}
