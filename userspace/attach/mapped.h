/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The very file that a process has mapped, whatever its name leads to by now.
 */
#ifndef SFREG_MAPPED_H
#define SFREG_MAPPED_H

#include <sys/stat.h>

#include <stdbool.h>

#include "maps.h"
#include "process.h"

/**
 * mapped_open() - open what a process has mapped
 * @process: the process
 * @map: an executable piece of its memory, of MAP_KIND_FILE or MAP_KIND_VDSO
 *
 * Opens regular files only, never waits for one, and follows no path out of the file
 * system that the process itself sees. Where the file cannot be had, and for the vDSO, an
 * image of it is read out of the memory; what had not been mapped is missing there.
 *
 * Return: a descriptor to read from (of the file, or of a memfd); -ENOEXEC: no ELF file
 * can be told from the memory; -EOPNOTSUPP: it is on a file system that a user serves
 * (FUSE), and we are root: he could hold us up for as long as he likes; -ESRCH: the process
 * has ended; or another error.
 */
int mapped_open(const struct process *process, const struct map *map);

/**
 * mapped_stat() - which file that is, by its name
 * @process: the process
 * @map: an executable piece of its memory
 * @file: filled in: device, inode, mode, size, times of last change; all else is zero
 *
 * Much cheaper than opening it, and the process is not held up: /proc/PID/map_files waits for its
 * memory's lock, and the process for us. Nobody who serves a file system is asked.
 *
 * Return: 0: it is the mapped file, as the kernel last knew it; or an error: that the names lead to
 * none or to another, or that it has none: mapped_open() may still have it.
 */
int mapped_stat(const struct process *process, const struct map *map, struct stat *file);

/*
 * As fstat(2), by what the kernel knows already: whoever serves the file system, or one below an
 * overlay, is not asked. Return: 0 or -errno.
 */
int mapped_stat_fd(int fd, struct stat *file);

/* Most of what is no ELF file is told by its first bytes; nobody has to be asked. */
bool mapped_is_elf(int fd);

#endif /* SFREG_MAPPED_H */
