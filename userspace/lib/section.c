// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Sections that are made once and placed many times, in any process.
 */
#include <stdint.h>

#include "door.h"

int sfreg_section_create(const void *sframe, size_t sframe_len)
{
	struct sfreg_section section = {
		.size = sizeof(section),
		.sframe_addr = (uintptr_t)sframe,
		.sframe_len = sframe_len,
	};

	return door_call(SFREG_IOC_SECTION, &section);
}

int sfreg_place(int mem_fd, const struct sfreg_place_entry *entries,
		unsigned int count, unsigned int *failed)
{
	struct sfreg_place place = {
		.size = sizeof(place),
		.entries = (uintptr_t)entries,
		.count = count,
		.mem_fd = mem_fd,
		.failed = count,
	};
	int ret = door_call(SFREG_IOC_PLACE, &place);

	if (failed)
		*failed = place.failed;
	return ret;
}

int sfreg_remove(int mem_fd, const __u64 *keys, unsigned int count,
		 unsigned int *failed)
{
	struct sfreg_remove remove = {
		.size = sizeof(remove),
		.keys = (uintptr_t)keys,
		.count = count,
		.mem_fd = mem_fd,
		.failed = count,
	};
	int ret = door_call(SFREG_IOC_REMOVE, &remove);

	if (failed)
		*failed = remove.failed;
	return ret;
}
