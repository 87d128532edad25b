/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Which files are served by somebody who may let us wait.
 */
#ifndef SFREG_MOUNTS_H
#define SFREG_MOUNTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "process.h"

/**
 * mounts_of_user() - may reading this file take as long as a user likes?
 * @process: has it mapped
 * @path_fd: the file, opened with O_PATH: that asks nobody
 * @dev: the device that /proc/PID/maps tells
 *
 * Return: whether it is on a FUSE file system, on an overlay of one, or on a mount that can
 * not be found.
 */
bool mounts_of_user(const struct process *process, int path_fd, dev_t dev);

#endif /* SFREG_MOUNTS_H */
