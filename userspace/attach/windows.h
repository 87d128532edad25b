/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The windows that a process has, as the module lists them.
 */
#ifndef SFREG_WINDOWS_H
#define SFREG_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#include <sfreg.h>

struct windows {
	struct sfreg_list_entry *entries;
	size_t n, room;
};

/* In ascending order. Return: 0, or as sfreg_list(). Free with windows_free(). */
int windows_list(int mem_fd, struct windows *windows);
void windows_free(struct windows *windows);

/**
 * windows_gap() - what has no window yet
 * @start: in: where to begin; out: the first address without a window
 * @end: in: where to end; out: the end of the gap
 *
 * A window counts for all of the pages that it touches: what a process registers itself ends
 * with its text, not with the page.
 *
 * Return: the gap's length, 0: there is none.
 */
uint64_t windows_gap(const struct windows *windows, uint64_t *start, uint64_t *end);

#endif /* SFREG_WINDOWS_H */
