/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live sections by their descriptors.
 */
#ifndef LIVE_H
#define LIVE_H

#include "sft.h"

static inline size_t bytes_of(uint32_t n_rows)
{
	return sizeof(struct sfreg_live_header) + 8ul * n_rows;
}

/* A descriptor, or -errno. */
static inline int make_live(int dev, uint32_t n_rows)
{
	struct sfreg_live l = { .size = sizeof(l), .n_rows = n_rows };

	return sft_ioctl(dev, SFREG_IOC_LIVE, &l);
}

static inline struct sfreg_place_entry entry_at(int fd, const void *text, uint64_t len)
{
	return (struct sfreg_place_entry) {
		.section_fd = fd, .text_start = sft_addr(text), .text_len = len,
		.sframe_base = sft_addr(text),
	};
}

static inline int place(int dev, struct sfreg_place_entry entry, int mem_fd)
{
	return sft_place(dev, mem_fd, &entry, 1, NULL);
}

static inline struct sfreg_live_header *map_live(int fd, uint32_t n_rows)
{
	void *p = mmap(NULL, bytes_of(n_rows), SFT_RW, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

#endif /* LIVE_H */
