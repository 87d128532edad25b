/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Sections that are in no cache yet are made by children of ours, beside: one large file
 * must not hold up what happens to all other processes.
 */
#ifndef SFREG_MAKERS_H
#define SFREG_MAKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "../attach/broker.h"

struct makers;

/* @broker: must have a cache: that is how a child hands over what it has made. */
struct makers *makers_new(struct broker *broker);
void makers_free(struct makers *makers);

enum makers_answer {
	MAKERS_BUSY,		/* it is being made, or will be */
	MAKERS_FAILED,		/* it cannot be made; that has been tried */
	MAKERS_DONE,		/* it has been made, and still it is not there: cache it is none */
};

/*
 * Have a section made for a file, which is copied, and the file learned then: see broker_learn()
 * for @fs_type. Asked again it tells what came of it.
 */
enum makers_answer makers_want(struct makers *makers, int fd, uint32_t fs_type);

/* To be called after SIGCHLD. Return: whether one has ended since. */
bool makers_reap(struct makers *makers);

/* Nothing is being made, and nothing will be. */
bool makers_are_idle(const struct makers *makers);

#endif /* SFREG_MAKERS_H */
