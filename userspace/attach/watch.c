// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From perf's records to events. A record that could not be written is told of by the next
 * that can, or by nobody; so the kernel's own count is asked whenever a ring was full.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ring.h"
#include "watch.h"

struct watch {
	int epoll;
	unsigned int pages, map_event;
	int n;
	watch_tell *tell;
	void *ctx;
	uint64_t lost;	/* as records of the ring that is being read tell */
	struct ring rings[];
};

/* Records begin with these; see perf_event_open(2). */
struct mapped_sample {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t time;
};

struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
};

struct task_record {
	struct perf_event_header header;
	uint32_t pid, parent, tid, parent_tid;
	uint64_t time;
};

struct lost_record {
	struct perf_event_header header;
	uint64_t id, lost;
};

/* By sample_id_all and PERF_SAMPLE_TIME, the last word; of samples, too. */
static uint64_t time_of(const struct perf_event_header *record)
{
	uint64_t time;

	memcpy(&time, (const char *)record + record->size - sizeof(time), sizeof(time));
	return time;
}

/* Return: there is something to tell. */
static bool translate(const struct perf_event_header *header, struct watch_event *event)
{
	const struct mapped_sample *mapped = (const void *)header;
	const struct comm_record *comm = (const void *)header;
	const struct task_record *task = (const void *)header;

	switch (header->type) {
	case PERF_RECORD_SAMPLE:
		*event = (struct watch_event) { .kind = WATCH_MAPPED, .pid = mapped->pid };
		return true;
	case PERF_RECORD_COMM:
		*event = (struct watch_event) { .kind = WATCH_EXECUTED, .pid = comm->pid };
		return header->misc & PERF_RECORD_MISC_COMM_EXEC;
	case PERF_RECORD_FORK:
	case PERF_RECORD_EXIT:
		*event = (struct watch_event) {
			.kind = header->type == PERF_RECORD_FORK ? WATCH_FORKED : WATCH_ENDED,
			.pid = task->pid,
			.parent = task->parent,
		};
		/* Threads are not told of; the first one's end counts for the process. */
		return task->pid == task->tid;
	default:
		return false;
	}
}

static void tell_record(void *ctx, const struct perf_event_header *record)
{
	struct watch *watch = ctx;
	struct watch_event event;

	if (record->type == PERF_RECORD_LOST)
		watch->lost += ((const struct lost_record *)record)->lost;
	/* A process that our pid namespace does not know has no number here. */
	if (!translate(record, &event) || event.pid <= 0)
		return;
	event.time = time_of(record);
	watch->tell(watch->ctx, &event);
}

static void read_ring(struct watch *watch, struct ring *ring)
{
	struct watch_event event = { .kind = WATCH_LOST };
	bool full;

	watch->lost = 0;
	full = ring_read(ring, tell_record, watch);
	if (!full && !watch->lost)
		return;
	event.lost = ring_lost(ring, watch->lost);
	if (event.lost)
		watch->tell(watch->ctx, &event);
}

void watch_read(struct watch *watch, watch_tell *tell, void *ctx)
{
	struct epoll_event woken[16];

	/* What wakes us after this is behind what is read now. */
	epoll_wait(watch->epoll, woken, sizeof(woken) / sizeof(*woken), 0);
	watch->tell = tell;
	watch->ctx = ctx;
	for (int i = 0; i < watch->n; i++)
		if (watch->rings[i].fd >= 0)
			read_ring(watch, &watch->rings[i]);
}

/* Return: 1, 0: it was open, or -errno: it could not be opened. */
static int open_cpu(struct watch *watch, int cpu)
{
	struct ring *ring = &watch->rings[cpu];
	struct epoll_event event = { .events = EPOLLIN };
	int error;

	if (ring->fd >= 0)
		return 0;
	error = ring_open(ring, cpu, watch->pages, watch->map_event);
	if (error)
		return error;
	if (epoll_ctl(watch->epoll, EPOLL_CTL_ADD, ring->fd, &event)) {
		error = -errno;
		ring_close(ring);
		return error;
	}
	return 1;
}

int watch_check(struct watch *watch)
{
	int opened = 0;

	for (int i = 0; i < watch->n; i++) {
		if (watch->rings[i].fd >= 0 && !ring_is_alive(&watch->rings[i]))
			ring_close(&watch->rings[i]);
		if (open_cpu(watch, i) > 0)
			opened++;
	}
	return opened;
}

static int open_all(struct watch *watch)
{
	int error = -ENODEV;

	for (int i = 0; i < watch->n; i++) {
		int ret = open_cpu(watch, i);

		if (ret > 0)
			error = 0;
		else if (ret != -ENODEV)
			return ret;
	}
	return error;
}

/* Return: the tracepoint's number, or 0. */
static unsigned int read_map_event(void)
{
	int fd = open("/sys/class/misc/sfreg/events/sfreg_map", O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtoul(text, NULL, 10);
}

int watch_new(unsigned int pages, struct watch **made)
{
	long n = sysconf(_SC_NPROCESSORS_CONF);
	struct watch *watch;
	int error;

	if (n <= 0)
		return -EINVAL;
	watch = calloc(1, sizeof(*watch) + n * sizeof(*watch->rings));
	if (!watch)
		return -ENOMEM;
	watch->pages = pages;
	watch->n = n;
	for (long i = 0; i < n; i++)
		watch->rings[i] = (struct ring) { .fd = -1, .map_fd = -1 };
	watch->map_event = read_map_event();
	watch->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (watch->epoll < 0)
		error = -errno;
	else
		error = watch->map_event ? open_all(watch) : -ENOTSUP;
	if (error) {
		watch_free(watch);
		return error;
	}
	*made = watch;
	return 0;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	for (int i = 0; i < watch->n; i++)
		ring_close(&watch->rings[i]);
	if (watch->epoll >= 0)
		close(watch->epoll);
	free(watch);
}

int watch_fd(const struct watch *watch)
{
	return watch->epoll;
}

int watch_cpus(const struct watch *watch)
{
	int n = 0;

	for (int i = 0; i < watch->n; i++)
		n += watch->rings[i].fd >= 0;
	return n;
}
