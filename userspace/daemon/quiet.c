// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "../attach/process.h"
#include "clock.h"
#include "quiet.h"

/* So long between two questions at least, and in all. */
#define MAPPING_STEP	(1 * CLOCK_MS)
#define MAPPING_MOST	(100 * CLOCK_MS)

bool quiet_is_mapping(struct pid *pid, uint64_t now)
{
	uint64_t size;

	if (pid->executed || !pid->since || now > pid->since + MAPPING_MOST)
		return false;
	size = process_files_size(pid->pid);
	if (size == pid->size)
		return false;
	pid->size = size;
	return size;
}

/*
 * What has been mapping for a while pauses for a part of that while, on slow machines as on fast
 * ones: between a library's mapping and its relocation, say, which the lock is needed for too.
 */
uint64_t quiet_step(const struct pid *pid, uint64_t now)
{
	uint64_t step = (now - pid->since) / 2;

	return step > MAPPING_STEP ? step : MAPPING_STEP;
}
