/* SPDX-License-Identifier: GPL-2.0-only */
/* The /dev/sfreg door. */
#ifndef SFREG_CHARDEV_H
#define SFREG_CHARDEV_H

int sfreg_chardev_init(void);
void sfreg_chardev_exit(void);

#endif /* SFREG_CHARDEV_H */
