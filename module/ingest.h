/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The write path: arguments in, checked, to a change of the registry. The doors
 * (ioctl and prctl) call these; process context, no lock held. @arg points to the
 * structure of the uapi header in user space.
 */
#ifndef SFREG_INGEST_H
#define SFREG_INGEST_H

#include <linux/sfreg.h>
#include <linux/types.h>

/* copy_struct_from_user() after reading ->size, which comes first in all. */
int sfreg_copy_struct(void *dst, size_t known, const void __user *arg);

long sfreg_ingest_window(const struct sfreg_window *window);
long sfreg_ingest_section(void __user *arg);
long sfreg_ingest_place(void __user *arg);
long sfreg_ingest_remove(void __user *arg);
long sfreg_ingest_live(void __user *arg);
long sfreg_ingest_remove_key(u64 key);

#endif /* SFREG_INGEST_H */
