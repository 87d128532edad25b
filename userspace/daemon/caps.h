/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The privileges that are needed, and no more.
 */
#ifndef SFREG_CAPS_H
#define SFREG_CAPS_H

/*
 * Gives up every other capability, for this process and all that it may become. Without
 * privilege there is nothing to give up. Return: 0 or -errno.
 */
int caps_keep_needed(void);

#endif /* SFREG_CAPS_H */
