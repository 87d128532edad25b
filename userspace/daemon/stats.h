/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What sfregd counts, and how long it takes.
 */
#ifndef SFREG_STATS_H
#define SFREG_STATS_H

#include <stdint.h>

#include "../attach/broker.h"

/* Sixteen steps to each power of two: a value is known to one part in sixteen. */
#define TIMES_STEPS	16
#define TIMES_ROOM	(TIMES_STEPS * 40)

struct times {
	uint64_t n, most;
	uint32_t count[TIMES_ROOM];
};

void times_add(struct times *times, uint64_t us);
/* @part of the values, in thousandths, are not above this. 0: there are none. */
uint64_t times_part(const struct times *times, unsigned int part);

/**
 * struct stats - the counters
 * @executions: programs that were executed while we looked
 * @ended: of these, those that ended (or executed another) before they were attached
 * @processes: attached processes that got at least one window
 * @windows: windows placed
 * @attempts: processes looked at
 * @refused: processes that may not be traced, or had a window refused
 * @lost: events that perf had no room for
 * @scans: of all processes
 * @execution: from an execution to its first windows
 * @mapping: from the mapping of a file by a program that has windows to the file's
 */
struct stats {
	uint64_t executions, ended, processes, windows, attempts, refused, lost, scans;
	struct times execution, mapping;
};

/* "stat NAME VALUE", a line for each. */
void stats_say(const struct stats *stats, const struct broker *broker);

#endif /* SFREG_STATS_H */
