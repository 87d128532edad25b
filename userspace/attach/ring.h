/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * One CPU's ring of perf events.
 */
#ifndef SFREG_RING_H
#define SFREG_RING_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ring - what is open for one CPU
 * @fd: the event that the ring belongs to; -1: not open
 * @map_fd: the module's, which writes to the same ring
 * @base, @size: what is mapped: a page of control and the data
 * @counts: the kernel keeps count of what it had no room for
 * @lost: that count, when it was last looked at
 * @enabled: for how long the event had been counting when it was last looked at
 */
struct ring {
	int fd, map_fd;
	void *base;
	size_t size;
	bool counts;
	uint64_t lost, enabled;
};

/*
 * @map_event: the number of the module's tracepoint sfreg_map.
 *
 * Return: 0, -ENODEV: the CPU is off, or -errno.
 */
int ring_open(struct ring *ring, int cpu, unsigned int pages, unsigned int map_event);
void ring_close(struct ring *ring);

typedef void ring_tell(void *ctx, const struct perf_event_header *record);

/* Tells what the ring holds at the moment. Return: it was so full that some may be lost. */
bool ring_read(struct ring *ring, ring_tell *tell, void *ctx);

/*
 * How many events were lost since this was last asked. @told: what records told since, for kernels
 * (before 6.0) that keep no count.
 */
uint64_t ring_lost(struct ring *ring, uint64_t told);

/* Has the event been counting since this was last asked? Not if its CPU was off. */
bool ring_is_alive(struct ring *ring);

#endif /* SFREG_RING_H */
