// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Two events write to a CPU's ring. One counts nothing (PERF_COUNT_SW_DUMMY): it is there for
 * the records of executions, forks and ends that the kernel writes beside. The other is the
 * module's tracepoint, whose samples tell of mappings; perf's own records of these would
 * make every mmap(2) on the machine dearer. A sample wakes us at once; the records beside can
 * wait for one, or until the ring is half full.
 *
 * The kernel moves data_head, we move data_tail, and each must see the other's bytes before
 * the other's index.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ring.h"

#define PAGE		4096u
#define RECORD_MAX	65536

/* What read(2) gives, by the read_format below. */
struct reading {
	uint64_t value, enabled, lost;
};

/* All records end with the time, samples too. */
static const struct perf_event_attr tasks = {
	.type = PERF_TYPE_SOFTWARE,
	.size = sizeof(struct perf_event_attr),
	.config = PERF_COUNT_SW_DUMMY,
	.sample_type = PERF_SAMPLE_TIME,
	.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_LOST,
	.exclude_kernel = 1,
	.exclude_hv = 1,
	.comm = 1,
	.comm_exec = 1,
	.task = 1,
	.sample_id_all = 1,
	.use_clockid = 1,
	.clockid = CLOCK_MONOTONIC,
};

static const struct perf_event_attr maps = {
	.type = PERF_TYPE_TRACEPOINT,
	.size = sizeof(struct perf_event_attr),
	.sample_period = 1,
	.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
	.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_LOST,
	.use_clockid = 1,
	.clockid = CLOCK_MONOTONIC,
	.wakeup_events = 1,
};

static int open_event(struct perf_event_attr attr, int cpu, bool *counts)
{
	int fd;

	fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	*counts = true;
	if (fd < 0 && errno == EINVAL) {
		/* Before 6.0 only the next record in the ring tells of lost ones. */
		*counts = false;
		attr.read_format &= ~PERF_FORMAT_LOST;
		fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

static int open_tasks(struct ring *ring, int cpu)
{
	void *base;

	ring->fd = open_event(tasks, cpu, &ring->counts);
	if (ring->fd < 0)
		return ring->fd;
	base = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	ring->base = base;
	return 0;
}

static int open_maps(struct ring *ring, int cpu, unsigned int map_event)
{
	struct perf_event_attr attr = maps;
	bool counts;

	attr.config = map_event;
	ring->map_fd = open_event(attr, cpu, &counts);
	if (ring->map_fd < 0)
		return ring->map_fd;
	return ioctl(ring->map_fd, PERF_EVENT_IOC_SET_OUTPUT, ring->fd) ? -errno : 0;
}

int ring_open(struct ring *ring, int cpu, unsigned int pages, unsigned int map_event)
{
	int error;

	*ring = (struct ring) { .fd = -1, .map_fd = -1, .size = (pages + 1) * PAGE };
	error = open_tasks(ring, cpu);
	if (!error)
		error = open_maps(ring, cpu, map_event);
	if (error)
		ring_close(ring);
	return error;
}

void ring_close(struct ring *ring)
{
	if (ring->map_fd >= 0)
		close(ring->map_fd);
	if (ring->base)
		munmap(ring->base, ring->size);
	if (ring->fd >= 0)
		close(ring->fd);
	*ring = (struct ring) { .fd = -1, .map_fd = -1 };
}

/* A record may go on at the ring's beginning; @copy is where it is put together. */
static const struct perf_event_header *record_at(const struct ring *ring, uint64_t at, char *copy)
{
	const char *data = (const char *)ring->base + PAGE;
	size_t room = ring->size - PAGE, start = at % room, len;
	const struct perf_event_header *record = (const void *)(data + start);

	/* Records are multiples of 8 bytes, so the header never breaks. */
	len = record->size;
	if (start + len <= room)
		return record;
	memcpy(copy, record, room - start);
	memcpy(copy + (room - start), data, len - (room - start));
	return (const void *)copy;
}

bool ring_read(struct ring *ring, ring_tell *tell, void *ctx)
{
	static char copy[RECORD_MAX] __attribute__((__aligned__(8)));
	struct perf_event_mmap_page *control = ring->base;
	uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = control->data_tail;
	uint64_t used = head - tail;

	while (tail < head) {
		const struct perf_event_header *record = record_at(ring, tail, copy);

		if (record->size < sizeof(*record))
			break;
		tell(ctx, record);
		tail += record->size;
	}
	__atomic_store_n(&control->data_tail, head, __ATOMIC_RELEASE);
	/* The largest record is a mapping with a path of PATH_MAX. */
	return used + 2 * PAGE > (ring->size - PAGE) / 2;
}

uint64_t ring_lost(struct ring *ring, uint64_t told)
{
	struct reading now[2] = { 0 };
	uint64_t more;

	if (!ring->counts || read(ring->fd, &now[0], sizeof(now[0])) != sizeof(now[0]) ||
	    read(ring->map_fd, &now[1], sizeof(now[1])) != sizeof(now[1]))
		return told;
	more = now[0].lost + now[1].lost - ring->lost;
	ring->lost += more;
	return more;
}

bool ring_is_alive(struct ring *ring)
{
	struct reading now = { 0 };
	bool alive;

	if (read(ring->fd, &now, sizeof(now)) < (ssize_t)(2 * sizeof(uint64_t)))
		return false;
	alive = now.enabled > ring->enabled;
	ring->enabled = now.enabled;
	return alive;
}
