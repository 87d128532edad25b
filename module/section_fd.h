/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections as file descriptors, so that they can be kept and passed on. */
#ifndef SFREG_SECTION_FD_H
#define SFREG_SECTION_FD_H

struct sfreg_compiled;

/* Consumes the reference, also on failure. Return: a descriptor or an errno. */
int sfreg_section_fd_make(struct sfreg_compiled *section);

/* A new reference, or an ERR_PTR of -EBADF or -EINVAL. */
struct sfreg_compiled *sfreg_section_fd_get(int fd);

#endif /* SFREG_SECTION_FD_H */
