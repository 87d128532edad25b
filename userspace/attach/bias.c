// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <unistd.h>

#include "bias.h"

/*
 * The segment that the mapping shows a part of; mappings begin and end with a page, segments need
 * not. Where two lie on one page of the file, it is the one that the mapping begins with.
 */
static const struct synth_segment *find_segment(const struct broker_object *object,
						const struct map *map)
{
	uint64_t end = map->offset + (map->end - map->start), page = sysconf(_SC_PAGESIZE);
	const struct synth_segment *found = NULL;

	for (uint32_t i = 0; i < object->n_text; i++) {
		const struct synth_segment *text = &object->text[i];

		if (text->offset >= end || text->offset + text->len <= map->offset)
			continue;
		if (!found || text->offset / page * page == map->offset)
			found = text;
	}
	return found;
}

bool bias_find(const struct broker_object *object, const struct map *map, uint64_t *bias)
{
	const struct synth_segment *text = find_segment(object, map);

	if (text)
		*bias = map->start - (text->vaddr + (map->offset - text->offset));
	return text;
}

uint64_t bias_descriptor(const struct broker_object *object, const struct map *map)
{
	uint64_t bias;

	if (!object || !object->jit_descriptor || !bias_find(object, map, &bias))
		return 0;
	return bias + object->jit_descriptor;
}
