/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Windows that are to be placed in one process, as many as fit in one call.
 */
#ifndef SFREG_BATCH_H
#define SFREG_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <sfreg.h>

#include "maps.h"

/**
 * struct batch - windows to place, or placed
 * @entries, @maps: [n] each: the window, and what of the process it is for
 * @n: number of them
 * @error: 0, or the first error of a window that the module refused for a reason other than
 *	that the process is already served there
 */
struct batch {
	struct sfreg_place_entry entries[SFREG_PLACE_MAX];
	struct map maps[SFREG_PLACE_MAX];
	uint32_t n;
	int error;
};

/*
 * batch_add() - one more
 * @section_fd: copied
 *
 * Return: 0 or -errno. There must be room.
 */
int batch_add(struct batch *batch, int section_fd, const struct map *map, uint64_t start,
	      uint64_t len, uint64_t base);

/**
 * batch_place() - place them all
 *
 * What the module refuses falls out of the batch; what remains has been placed.
 *
 * Return: 0, or an error of the call itself: then nothing has been placed.
 */
int batch_place(struct batch *batch, int mem_fd);

/*
 * batch_verify() - was the text still what it had been taken for when it was placed?
 * @all: all mappings, read after batch_place()
 *
 * A window's text may have been unmapped, and other text mapped there, between the reading of
 * the mappings and the placing. The module forgets a window whose text is unmapped
 * later: so if all is as it was, it was so all the time. Other windows are removed.
 *
 * Return: number of windows that remain.
 */
uint32_t batch_verify(struct batch *batch, int mem_fd, const struct maps *all);

/* Closes the sections. */
void batch_clear(struct batch *batch);

#endif /* SFREG_BATCH_H */
