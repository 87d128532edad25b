// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A hash table of all, and a heap of the dirty ones by the time at which they are due.
 */
#include <stdlib.h>

#include "clock.h"
#include "pids.h"

#define CHAINS		4096u

/* One that maps without end is looked at ten times a second. */
#define PAUSE_FIRST	(2 * CLOCK_MS)
#define PAUSE_MOST	(100 * CLOCK_MS)
/* A look is followed by a pause of at least as many times its length. */
#define PAUSE_COST	4

struct pids {
	struct pid *chains[CHAINS];
	struct pid **heap;
	size_t n, room, n_timed;
};

static struct pid **chain_of(const struct pids *pids, pid_t pid)
{
	return (struct pid **)&pids->chains[(unsigned int)pid % CHAINS];
}

struct pids *pids_new(void)
{
	return calloc(1, sizeof(struct pids));
}

void pids_free(struct pids *pids)
{
	for (size_t i = 0; pids && i < CHAINS; i++) {
		while (pids->chains[i]) {
			struct pid *pid = pids->chains[i];

			pids->chains[i] = pid->next;
			free(pid);
		}
	}
	if (pids)
		free(pids->heap);
	free(pids);
}

struct pid *pids_find(const struct pids *pids, pid_t number)
{
	struct pid *pid = *chain_of(pids, number);

	while (pid && pid->pid != number)
		pid = pid->next;
	return pid;
}

struct pid *pids_get(struct pids *pids, pid_t number)
{
	struct pid **chain = chain_of(pids, number);
	struct pid *pid = pids_find(pids, number);

	if (pid)
		return pid;
	pid = calloc(1, sizeof(*pid));
	if (!pid)
		return NULL;
	pid->pid = number;
	pid->next = *chain;
	*chain = pid;
	return pid;
}

static void put(struct pids *pids, size_t at, struct pid *pid)
{
	pids->heap[at] = pid;
	pid->at = at;
}

static void sift_up(struct pids *pids, struct pid *pid)
{
	size_t at = pid->at;

	while (at && pids->heap[(at - 1) / 2]->due > pid->due) {
		put(pids, at, pids->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(pids, at, pid);
}

static void sift_down(struct pids *pids, struct pid *pid)
{
	size_t at = pid->at, child;

	while ((child = 2 * at + 1) < pids->n) {
		if (child + 1 < pids->n && pids->heap[child + 1]->due < pids->heap[child]->due)
			child++;
		if (pids->heap[child]->due >= pid->due)
			break;
		put(pids, at, pids->heap[child]);
		at = child;
	}
	put(pids, at, pid);
}

static bool make_room(struct pids *pids)
{
	size_t room = pids->room ? 2 * pids->room : 256;
	struct pid **grown;

	if (pids->n < pids->room)
		return true;
	grown = realloc(pids->heap, room * sizeof(*grown));
	if (!grown)
		return false;
	pids->heap = grown;
	pids->room = room;
	return true;
}

/* There is something to do now, since then. */
static void untime(struct pids *pids, struct pid *pid, uint64_t since)
{
	if (!pid->timed)
		return;
	pid->timed = false;
	pid->since = since;
	pids->n_timed--;
}

void pids_mark(struct pids *pids, struct pid *pid, uint64_t since, uint64_t due)
{
	if (pid->dirty) {
		untime(pids, pid, since);
		if (due < pid->due) {
			pid->due = due;
			sift_up(pids, pid);
		}
		return;
	}
	if (!make_room(pids))
		return;
	pid->dirty = true;
	pid->since = since;
	pid->due = due;
	put(pids, pids->n++, pid);
	sift_up(pids, pid);
}

void pids_mark_timed(struct pids *pids, struct pid *pid, uint64_t due)
{
	if (pid->dirty)
		return;
	pids_mark(pids, pid, 0, due);
	if (!pid->dirty)
		return;
	pid->timed = true;
	pids->n_timed++;
}

void pids_clear(struct pids *pids, struct pid *pid)
{
	struct pid *last;

	if (!pid->dirty)
		return;
	untime(pids, pid, pid->since);
	pid->dirty = false;
	last = pids->heap[--pids->n];
	if (last == pid)
		return;
	put(pids, pid->at, last);
	sift_up(pids, last);
	sift_down(pids, last);
}

size_t pids_busy(const struct pids *pids)
{
	return pids->n - pids->n_timed;
}

struct pid *pids_first(struct pids *pids)
{
	return pids->n ? pids->heap[0] : NULL;
}

static void unlink_pid(struct pids *pids, struct pid **link)
{
	struct pid *pid = *link;

	pids_clear(pids, pid);
	*link = pid->next;
	free(pid);
}

void pids_drop(struct pids *pids, pid_t number)
{
	struct pid **link = chain_of(pids, number);

	while (*link && (*link)->pid != number)
		link = &(*link)->next;
	if (*link)
		unlink_pid(pids, link);
}

void pids_each(struct pids *pids, bool (*visit)(void *ctx, struct pid *pid), void *ctx)
{
	for (size_t i = 0; i < CHAINS; i++) {
		struct pid **link = &pids->chains[i];

		while (*link) {
			if (visit(ctx, *link))
				unlink_pid(pids, link);
			else
				link = &(*link)->next;
		}
	}
}

void pids_looked(struct pid *pid, uint64_t began, uint64_t ended)
{
	uint64_t cost = PAUSE_COST * (ended - began);

	if (ended - pid->done > PAUSE_MOST)
		pid->pause = 0;
	else
		pid->pause = pid->pause ? 2 * pid->pause : PAUSE_FIRST;
	if (pid->pause > PAUSE_MOST)
		pid->pause = PAUSE_MOST;
	if (pid->pause < cost)
		pid->pause = cost;
	pid->done = ended;
}
