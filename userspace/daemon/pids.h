/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The processes that something was heard of lately: which of them have to be looked at,
 * and when.
 */
#ifndef SFREG_PIDS_H
#define SFREG_PIDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct pid - a process
 * @dirty: it has to be looked at, not before @due
 * @executed: it has executed a program, and that has not been attached yet
 * @waiting: it has files whose sections are being made
 * @timed: it is dirty only by pids_mark_timed()
 * @since: time of the first event that made it dirty; 0: it was no event
 * @done: when it was looked at last; 0: never
 * @pause: how long it is left alone after that: one that maps all the time gets no more than
 *	its share
 * @size: process_files_size(), when that was last asked
 * @tries: how often it was between two programs when it was looked at
 */
struct pid {
	pid_t pid;
	bool dirty, executed, waiting, timed;
	uint64_t since, due, done, pause, size;
	unsigned int tries;
	size_t at;		/* in the heap of the dirty ones */
	struct pid *next;	/* of the same hash */
};

struct pids;

struct pids *pids_new(void);
void pids_free(struct pids *pids);

struct pid *pids_find(const struct pids *pids, pid_t pid);
/* Found or made; NULL: no memory. */
struct pid *pids_get(struct pids *pids, pid_t pid);
void pids_drop(struct pids *pids, pid_t pid);

/**
 * pids_each() - visit all
 * @visit: returns whether the process may be forgotten; must not add or drop others
 */
void pids_each(struct pids *pids, bool (*visit)(void *ctx, struct pid *pid), void *ctx);

/* Number of dirty ones, but for those that only wait for a time. */
size_t pids_busy(const struct pids *pids);

/* The dirty one that is due first; NULL: none is dirty. */
struct pid *pids_first(struct pids *pids);

/* Makes a process dirty, or due earlier. No memory: it stays as it is. */
void pids_mark(struct pids *pids, struct pid *pid, uint64_t since, uint64_t due);
/* Makes one that is not dirty due at a time, without there being anything to do for it yet. */
void pids_mark_timed(struct pids *pids, struct pid *pid, uint64_t due);
/* It is not dirty any more. */
void pids_clear(struct pids *pids, struct pid *pid);
/* Has been looked at, from then to then: sets ->done and ->pause. */
void pids_looked(struct pid *pid, uint64_t began, uint64_t ended);

#endif /* SFREG_PIDS_H */
