/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page that never comes: memory under userfaultfd, where whoever touches it
 * sleeps until the test hands the page over.
 */
#ifndef SFT_UFFD_H
#define SFT_UFFD_H

#include "sft.h"
#include <linux/userfaultfd.h>
#include <poll.h>

struct sft_uffd {
	int fd;
	uint8_t *page;
};

/* Returns 0 or -errno. */
static inline int sft_uffd(struct sft_uffd *u)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	u->page = sft_map(SFT_PAGE, SFT_RW);
	u->fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (u->fd < 0)
		return -errno;
	reg.range.start = sft_addr(u->page);
	reg.range.len = SFT_PAGE;
	if (ioctl(u->fd, UFFDIO_API, &api) || ioctl(u->fd, UFFDIO_REGISTER, &reg))
		return -errno;
	return 0;
}

/* Waits until someone sleeps on the page. */
static inline bool sft_uffd_parked(struct sft_uffd *u)
{
	struct pollfd p = { .fd = u->fd, .events = POLLIN };
	struct uffd_msg msg;

	return poll(&p, 1, 20000) == 1 && read(u->fd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT;
}

/* The page comes, filled from @from. */
static inline int sft_uffd_fill(struct sft_uffd *u, const void *from)
{
	struct uffdio_copy copy = {
		.dst = sft_addr(u->page), .src = sft_addr(from), .len = SFT_PAGE,
	};

	return ioctl(u->fd, UFFDIO_COPY, &copy) ? -errno : 0;
}

#endif /* SFT_UFFD_H */
