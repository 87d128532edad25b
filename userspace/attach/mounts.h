/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Which file systems are served by somebody who may let us wait.
 */
#ifndef SFREG_MOUNTS_H
#define SFREG_MOUNTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "process.h"

/*
 * Is @dev, which @process has a file of mapped, a FUSE file system, or none that can be
 * found (a mount that has been detached)? Disks, and what the kernel keeps itself, are not.
 */
bool mounts_of_user(const struct process *process, dev_t dev);

#endif /* SFREG_MOUNTS_H */
