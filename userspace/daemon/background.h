/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Life in the background, for those who start us from a shell.
 */
#ifndef SFREG_BACKGROUND_H
#define SFREG_BACKGROUND_H

/*
 * Returns in a child, without a terminal; the parent stays until background_ready(), and then
 * exits with 0; if the child ends before, with 1. Return: 0 or -errno.
 */
int background_start(void);

/* Of no effect in the foreground. */
void background_ready(void);

#endif /* SFREG_BACKGROUND_H */
