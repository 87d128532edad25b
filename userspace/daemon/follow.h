/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Attaches every process, and follows what becomes of them.
 */
#ifndef SFREG_FOLLOW_H
#define SFREG_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

/**
 * struct follow_options - how to
 * @cache_dir: NULL: without a cache
 * @ring_pages: of each CPU's ring of events, a power of two
 * @delay: for how long an event waits for others of the same process, in nanoseconds
 * @jit_interval: between two looks at a process that may generate code; 0: there is but one
 */
struct follow_options {
	const char *cache_dir;
	unsigned int ring_pages;
	uint64_t delay;
	uint64_t jit_interval;
};

struct follow;

/* NULL: no memory. */
struct follow *follow_new(const struct follow_options *options);
void follow_free(struct follow *follow);

/*
 * follow_begin() - begin to watch
 *
 * All processes are looked at in the follow_work() that comes next.
 *
 * Return: 0, or as watch_new().
 */
int follow_begin(struct follow *follow);
/* Gives up all that holds the module. Follow_begin() begins anew. */
void follow_end(struct follow *follow);

/* To poll(2) for; -1 while it does not watch. */
int follow_fd(const struct follow *follow);

/* Reads events, so that they are counted. */
void follow_read(struct follow *follow);

/* Reads events and attaches what is due. Return: 0, -ENOSYS or -ESHUTDOWN. */
int follow_work(struct follow *follow);

/* When follow_work() has something to do, event or not. UINT64_MAX: never. */
uint64_t follow_due(const struct follow *follow);

/* All processes are to be looked at again, soon. */
void follow_rescan(struct follow *follow);

/* A child has ended. */
void follow_child(struct follow *follow);

/* Now and then: CPUs, what was missed, what can be forgotten. Return: as follow_work(). */
int follow_tick(struct follow *follow);

/* Nothing is due, and no section is being made: all that there was has been attached. */
bool follow_is_settled(const struct follow *follow);

const struct stats *follow_stats(const struct follow *follow);
const struct broker *follow_broker(const struct follow *follow);

#endif /* SFREG_FOLLOW_H */
