/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Windows that generated code should have.
 */
#ifndef SFREG_WANTED_H
#define SFREG_WANTED_H

#include <stdbool.h>

#include "broker.h"

/**
 * struct wanted_window - one of them
 * @order: the earlier listed has the smaller
 * @section_fd: ours
 * @base: as for struct sfreg_place_entry
 * @is_there: there is a window at the very place
 * @is_new: it has been placed by us, just now
 */
struct wanted_window {
	uint64_t start, len, base;
	uint32_t order;
	int section_fd;
	bool is_there, is_new;
};

struct wanted {
	struct wanted_window *window;
	uint32_t n, room;
};

/* Takes a copy of @made's descriptor. Return: 0, -ENOMEM, or as dup(2). */
int wanted_add(struct wanted *wanted, const struct broker_object *made,
	       const struct synth_segment *text);
void wanted_free(struct wanted *wanted);

/* By address; where two overlap, the earlier listed stays. */
void wanted_sort(struct wanted *wanted);

/* Of those that are sorted: the one of just this text, or NULL; is there one in [start, end)? */
struct wanted_window *wanted_find(const struct wanted *wanted, uint64_t start, uint64_t len);
bool wanted_overlaps(const struct wanted *wanted, uint64_t start, uint64_t end);

#endif /* SFREG_WANTED_H */
