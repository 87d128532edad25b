/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live windows: memory that we allocate, a code generator maps and fills with rows, and
 * walks read meanwhile (core/live.h). It stands in a window as a section does.
 */
#ifndef SFREG_LIVE_H
#define SFREG_LIVE_H

#include <linux/types.h>

struct file;
struct sfreg_compiled;

/* Without rows, charged to the caller. An ERR_PTR: -ENOMEM, -EDQUOT. May sleep. */
struct sfreg_compiled *sfreg_live_new(u32 n_rows);

/* To be mapped, and placed. Consumes the reference, also on failure. */
int sfreg_live_fd_make(struct sfreg_compiled *section);

/* Its ->private_data is a section that sfreg_live_new() made. */
bool sfreg_live_is(const struct file *file);

int sfreg_live_init(void);
/* No reference is left, to any: waits until their memory has been given back. */
void sfreg_live_exit(void);

#endif /* SFREG_LIVE_H */
