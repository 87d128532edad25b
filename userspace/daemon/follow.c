// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Events only make processes dirty; a dirty one is looked at as a whole, once it is due. So
 * the forty mappings of one program's start cost one look or two, and an event that was lost
 * costs a look at all processes, but never a window.
 *
 * Files that are known are bound, and the module itself places them then: of a program that
 * maps nothing else there are no events, and it costs us nothing. Others it hands out.
 *
 * A program that is not known is looked at as soon as it runs, with its dynamic linker. Reading a
 * process's mappings keeps it from mapping more; so what it maps itself waits: quiet.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sfreg.h>

#include "../attach/attach.h"
#include "../attach/scan.h"
#include "../attach/watch.h"
#include "clock.h"
#include "files.h"
#include "follow.h"
#include "forks.h"
#include "log.h"
#include "makers.h"
#include "pids.h"
#include "quiet.h"

/* What was quiet for so long is forgotten. */
#define QUIET		(2 * CLOCK_S)
/* Between two looks at everybody. */
#define SCAN_PAUSE	(500 * CLOCK_MS)
/* A process between two programs: four times after 1/8 ms, four times after 1/4 ms, .. */
#define TRIES		48
#define TRY_FIRST	(CLOCK_MS / 8)

struct follow {
	struct follow_options options;
	struct broker *broker;
	struct watch *watch;
	struct pids *pids;
	struct forks forks;
	struct makers *makers;
	struct stats stats;
	uint64_t scan_due, scan_done;	/* due 0: none is wanted */
	uint64_t files_due;		/* 0: with the next event */
	bool own_windows, made;
};

static void mark(struct follow *follow, pid_t number, uint64_t time);

/*
 * A child inherits its parent's windows. If the parent may not have had them all when it
 * forked, the child has to be looked at, too.
 */
static void note_fork(struct follow *follow, pid_t child, pid_t parent, uint64_t time)
{
	const struct pid *pid = pids_find(follow->pids, parent);

	if (time < follow->scan_done || (pid && (pid->dirty || pid->waiting || pid->done > time)))
		mark(follow, child, time);
	else
		forks_add(&follow->forks, child, parent, time);
}

/* @time: of the event; 0: of none. */
static void mark(struct follow *follow, pid_t number, uint64_t time)
{
	struct pid *pid = pids_get(follow->pids, number);
	uint64_t due = time;
	pid_t child;

	if (!pid)
		return;
	/* A new program may be over soon. */
	if (time && !pid->executed)
		due += follow->options.delay;
	if (due < pid->done + pid->pause)
		due = pid->done + pid->pause;
	pids_mark(follow->pids, pid, time, due);
	/* Events of two CPUs come in any order: its fork may have been told of before. */
	while (time && (child = forks_take(&follow->forks, number, time)))
		mark(follow, child, time);
}

/* It was told that this process maps what the module does not know, and ended before a look. */
static void note_end(struct follow *follow, const struct pid *pid)
{
	follow->stats.ended += pid && pid->executed && pid->dirty;
}

/*
 * Nothing is due for that: what the new program maps is told, if need be. What the old one
 * did is over; but events of two CPUs come in any order.
 */
static void note_execution(struct follow *follow, pid_t number, uint64_t time)
{
	struct pid *pid = pids_get(follow->pids, number);

	if (!pid)
		return;
	if (pid->since < time) {
		note_end(follow, pid);
		pids_clear(follow->pids, pid);
	}
	follow->stats.executions++;
	pid->executed = true;
	pid->pause = 0;
}

static void on_event(void *ctx, const struct watch_event *event)
{
	struct follow *follow = ctx;

	switch (event->kind) {
	case WATCH_MAPPED:
		mark(follow, event->pid, event->time);
		break;
	case WATCH_EXECUTED:
		note_execution(follow, event->pid, event->time);
		break;
	case WATCH_FORKED:
		note_fork(follow, event->pid, event->parent, event->time);
		break;
	case WATCH_ENDED:
		note_end(follow, pids_find(follow->pids, event->pid));
		pids_drop(follow->pids, event->pid);
		break;
	case WATCH_LOST:
		follow->stats.lost += event->lost;
		follow_rescan(follow);
		break;
	}
}

/* What is in no cache yet is made beside; where that is of no use, by ourselves. */
static void on_mapping(void *ctx, const struct attach_mapping *mapping)
{
	struct follow *follow = ctx;

	if (mapping->error == -EINPROGRESS &&
	    makers_want(follow->makers, mapping->fd, 0) == MAKERS_DONE)
		follow->made = true;
}

static int look(struct follow *follow, struct pid *pid, struct attach_result *result)
{
	int error;

	follow->made = false;
	if (follow->makers)
		error = attach_known(follow->broker, pid->pid, result, on_mapping, follow);
	else
		error = attach_process(follow->broker, pid->pid, result, NULL, NULL);
	if (error || !follow->made)
		return error;
	return attach_process(follow->broker, pid->pid, result, NULL, NULL);
}

static void note_success(struct follow *follow, struct pid *pid,
			 const struct attach_result *result)
{
	struct stats *stats = &follow->stats;
	uint64_t us = (pid->done - pid->since) / CLOCK_US;

	stats->windows += result->placed;
	stats->processes += result->placed && !result->there;
	/* The time of what had to be made first is the maker's. */
	if (pid->since && result->placed && !pid->waiting && !result->waiting)
		times_add(pid->executed ? &stats->execution : &stats->mapping, us);
	pid->waiting = result->waiting;
	pid->executed = false;
	pid->tries = 0;
}

/* Generated code tells nobody: one that may generate it is looked at again and again. */
static uint64_t pause_of(const struct follow *follow, const struct pid *pid,
			 const struct attach_result *result)
{
	uint64_t pause = result->later ? 0 : follow->options.jit_interval;

	return pause > pid->pause ? pause : pid->pause;
}

/* Return: 0, or the module's word that it is not there. */
static int attach_one(struct follow *follow, struct pid *pid)
{
	uint64_t began = clock_now();
	struct attach_result result = { 0 };
	int error;

	pids_clear(follow->pids, pid);
	if (quiet_is_mapping(pid, began)) {
		pids_mark(follow->pids, pid, pid->since, began + quiet_step(pid, began));
		return 0;
	}
	error = look(follow, pid, &result);
	follow->stats.attempts++;
	pids_looked(pid, began, clock_now());
	switch (error) {
	case -ENOSYS:
	case -ESHUTDOWN:
		return error;
	case -EAGAIN:
	/* Until its windows are listed, nobody tells of what it maps: it is listed later. */
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		if (pid->tries++ < TRIES)
			pids_mark(follow->pids, pid, pid->since,
				  pid->done + (TRY_FIRST << pid->tries / 4));
		return 0;
	case -ESRCH:
		follow->stats.ended += pid->executed;
		pids_drop(follow->pids, pid->pid);
		return 0;
	case 0:
		break;
	default:
		follow->stats.refused++;
	}
	note_success(follow, pid, &result);
	if (result.jit && follow->options.jit_interval)
		pids_mark_timed(follow->pids, pid, pid->done + pause_of(follow, pid, &result));
	return 0;
}

static int on_process(void *ctx, pid_t pid)
{
	mark(ctx, pid, 0);
	return 0;
}

/* Those that are there; what they do from now on, the watch tells. */
static void scan(struct follow *follow)
{
	int error = scan_processes(on_process, follow);

	if (error)
		log_say("cannot read /proc: error %d", -error);
	follow->stats.scans++;
	follow->scan_due = 0;
	follow->scan_done = clock_now();
}

void follow_rescan(struct follow *follow)
{
	uint64_t now = clock_now();

	if (follow->scan_due)
		return;
	follow->scan_due = follow->scan_done + SCAN_PAUSE;
	if (follow->scan_due < now)
		follow->scan_due = now;
}

void follow_read(struct follow *follow)
{
	if (follow->watch)
		watch_read(follow->watch, on_event, follow);
}

int follow_work(struct follow *follow)
{
	struct pid *pid;
	int error = 0;

	follow_read(follow);
	if (follow->files_due <= clock_now())
		follow->files_due = files_learn(follow->broker, follow->makers);
	if (follow->scan_due && follow->scan_due <= clock_now())
		scan(follow);
	while (!error && (pid = pids_first(follow->pids)) && pid->due <= clock_now()) {
		error = attach_one(follow, pid);
		follow_read(follow);
	}
	return error;
}

uint64_t follow_due(const struct follow *follow)
{
	const struct pid *pid = pids_first(follow->pids);
	uint64_t due = pid ? pid->due : UINT64_MAX;

	if (follow->scan_due && follow->scan_due < due)
		due = follow->scan_due;
	if (follow->files_due && follow->files_due < due)
		due = follow->files_due;
	return due;
}

static bool is_waiting(void *ctx, struct pid *pid)
{
	if (pid->waiting)
		mark(ctx, pid->pid, 0);
	return false;
}

void follow_child(struct follow *follow)
{
	if (follow->makers && makers_reap(follow->makers))
		pids_each(follow->pids, is_waiting, follow);
}

static bool is_quiet(void *ctx, struct pid *pid)
{
	const uint64_t *now = ctx;

	return !pid->dirty && !pid->waiting && pid->done + QUIET < *now;
}

/*
 * We attach ourselves as well; if our own windows are gone, so are everybody's: the module
 * was switched off and on again.
 */
static int check_module(struct follow *follow)
{
	__u64 windows = 0;
	int error;

	error = sfreg_probe();
	if (!error)
		error = sfreg_list(-1, 0, NULL, 0, &windows);
	if (error < 0)
		return error;
	if (follow->own_windows && !windows)
		follow_rescan(follow);
	follow->own_windows = windows;
	return 0;
}

int follow_tick(struct follow *follow)
{
	uint64_t now = clock_now();
	int error;

	error = check_module(follow);
	if (error)
		return error;
	if (watch_check(follow->watch))
		follow_rescan(follow);
	if (follow->makers && makers_are_idle(follow->makers))
		pids_each(follow->pids, is_waiting, follow);
	pids_each(follow->pids, is_quiet, &now);
	return 0;
}

struct follow *follow_new(const struct follow_options *options)
{
	struct follow *follow = calloc(1, sizeof(*follow));

	if (!follow)
		return NULL;
	follow->options = *options;
	follow->pids = pids_new();
	if (follow->pids)
		return follow;
	free(follow);
	return NULL;
}

void follow_free(struct follow *follow)
{
	follow_end(follow);
	pids_free(follow->pids);
	free(follow);
}

int follow_begin(struct follow *follow)
{
	const char *dir = follow->options.cache_dir;
	struct attach_result result;
	int error;

	follow->broker = broker_new(dir);
	follow->makers = dir && follow->broker ? makers_new(follow->broker) : NULL;
	if (!follow->broker || (dir && !follow->makers))
		error = -ENOMEM;
	else
		error = watch_new(follow->options.ring_pages, &follow->watch);
	if (error) {
		follow_end(follow);
		return error;
	}
	/* What the module can not place by itself, we do, as it is told. */
	broker_begin_binding(follow->broker);
	/* C library, dynamic linker and vDSO are everybody's: they come first. */
	attach_process(follow->broker, getpid(), &result, NULL, NULL);
	follow->own_windows = result.placed || result.there;
	follow_rescan(follow);
	return 0;
}

static bool forget(void *ctx, struct pid *pid)
{
	(void)ctx;
	(void)pid;
	return true;
}

void follow_end(struct follow *follow)
{
	watch_free(follow->watch);
	makers_free(follow->makers);
	broker_free(follow->broker);
	follow->watch = NULL;
	follow->makers = NULL;
	follow->broker = NULL;
	follow->own_windows = false;
	follow->files_due = 0;
	pids_each(follow->pids, forget, NULL);
}

int follow_fd(const struct follow *follow)
{
	return follow->watch ? watch_fd(follow->watch) : -1;
}

bool follow_is_settled(const struct follow *follow)
{
	return !follow->scan_due && !pids_busy(follow->pids) &&
	       (!follow->makers || makers_are_idle(follow->makers));
}

const struct stats *follow_stats(const struct follow *follow)
{
	return &follow->stats;
}

const struct broker *follow_broker(const struct follow *follow)
{
	return follow->broker;
}
