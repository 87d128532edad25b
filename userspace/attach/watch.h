/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the kernel tells perf about the lives of all processes: executions, forks and ends,
 * and by the module's tracepoint that text was mapped; with the time at which it happened.
 */
#ifndef SFREG_WATCH_H
#define SFREG_WATCH_H

#include <stdint.h>
#include <sys/types.h>

/* Pages of one CPU's ring: 256 KiB, of the 516 that perf lets everyone have. */
#define WATCH_PAGES	64

enum watch_kind {
	/*
	 * A file was mapped executable, or a mapping became so. Not told again of this
	 * process until somebody lists its windows.
	 */
	WATCH_MAPPED,
	WATCH_EXECUTED,		/* another program begins; its mappings follow */
	WATCH_FORKED,		/* a process has begun; @parent made it */
	WATCH_ENDED,
	WATCH_LOST,		/* @lost events that nobody will tell; no process */
};

/* @time: CLOCK_MONOTONIC, in nanoseconds; of WATCH_LOST: 0. */
struct watch_event {
	enum watch_kind kind;
	pid_t pid, parent;
	uint64_t time, lost;
};

typedef void watch_tell(void *ctx, const struct watch_event *event);

struct watch;

/**
 * watch_new() - begin to watch, on every CPU
 * @pages: of each ring, a power of two
 * @watch: where to put it
 *
 * Return: 0; -EACCES, -EPERM: perf_event_paranoid forbids it, and we have no
 * CAP_PERFMON; -ENOSYS: a kernel without perf; -ENOTSUP: the module's tracepoint has no
 * number (the kernel does not take tracepoints of a module that was forced in); or -errno.
 */
int watch_new(unsigned int pages, struct watch **watch);
void watch_free(struct watch *watch);

/* To poll(2) for: readable when there is something to read. */
int watch_fd(const struct watch *watch);

/* Tells all that has come until now. Of one CPU's events in their order. */
void watch_read(struct watch *watch, watch_tell *tell, void *ctx);

/*
 * watch_check() - to be called now and then, for CPUs come and go
 *
 * A CPU that was taken off is not watched any more when it comes back; what happened there
 * before this call is lost.
 *
 * Return: number of CPUs that are watched anew.
 */
int watch_check(struct watch *watch);

/* Number of CPUs that are watched. */
int watch_cpus(const struct watch *watch);

#endif /* SFREG_WATCH_H */
