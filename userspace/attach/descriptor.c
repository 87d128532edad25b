// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What a process has mapped where is remembered for that process alone: of another's mapping
 * of the same file it tells nothing, for it may have been put together from this one's memory.
 */
#include "descriptor.h"

#define MEMORY		4096
#define PROBES		4

static struct answer {
	pid_t pid;
	dev_t dev;
	uint64_t start, inode, offset, at;
	uint64_t age;		/* 0: free */
} memory[MEMORY];

static bool is_about(const struct answer *answer, pid_t pid, const struct map *map)
{
	return answer->age && answer->pid == pid && answer->start == map->start &&
	       answer->dev == map->dev && answer->inode == map->inode &&
	       answer->offset == map->offset;
}

/* The one about this mapping; else the oldest. */
static struct answer *answer_for(pid_t pid, const struct map *map)
{
	uint64_t hash = (map->inode ^ map->start ^ (uint64_t)pid << 32) * 0x9e3779b97f4a7c15;
	struct answer *oldest = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		struct answer *answer = &memory[((hash >> 40) + i) % MEMORY];

		if (is_about(answer, pid, map))
			return answer;
		if (!oldest || answer->age < oldest->age)
			oldest = answer;
	}
	return oldest;
}

void descriptors_add(struct descriptors *descriptors, uint64_t at)
{
	if (!at)
		return;
	for (uint32_t i = 0; i < descriptors->n; i++)
		if (descriptors->at[i] == at)
			return;
	if (descriptors->n < DESCRIPTORS_MAX)
		descriptors->at[descriptors->n++] = at;
}

void descriptor_remember(pid_t pid, const struct map *map, uint64_t at)
{
	static uint64_t age;

	*answer_for(pid, map) = (struct answer) {
		.pid = pid, .dev = map->dev, .inode = map->inode, .offset = map->offset,
		.start = map->start, .at = at, .age = ++age,
	};
}

bool descriptor_recall(pid_t pid, const struct map *map, uint64_t *at)
{
	const struct answer *answer = answer_for(pid, map);

	if (!is_about(answer, pid, map))
		return false;
	*at = answer->at;
	return true;
}
