/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The last forks of processes that seemed to have all their windows.
 */
#ifndef SFREG_FORKS_H
#define SFREG_FORKS_H

#include <stdint.h>
#include <sys/types.h>

#define FORKS_KEPT	256u

struct forks {
	struct {
		pid_t child, parent;
		uint64_t time;
	} fork[FORKS_KEPT];
	unsigned int next;
};

static inline void forks_add(struct forks *forks, pid_t child, pid_t parent, uint64_t time)
{
	unsigned int at = forks->next++ % FORKS_KEPT;

	forks->fork[at].child = child;
	forks->fork[at].parent = parent;
	forks->fork[at].time = time;
}

/* A child of @parent that was forked after @time, once; 0: there is none. */
static inline pid_t forks_take(struct forks *forks, pid_t parent, uint64_t time)
{
	for (unsigned int i = 0; i < FORKS_KEPT; i++) {
		if (forks->fork[i].parent != parent || forks->fork[i].time <= time)
			continue;
		forks->fork[i].parent = 0;
		return forks->fork[i].child;
	}
	return 0;
}

#endif /* SFREG_FORKS_H */
