/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * An ELF file put together from what a process has of it in its memory.
 */
#ifndef SFREG_IMAGE_H
#define SFREG_IMAGE_H

#include "maps.h"
#include "process.h"

/*
 * The vDSO: its mapping is the file. Return: a sealed memfd, the same one again for the same
 * bytes, or -errno.
 */
int image_of_vdso(const struct process *process, const struct map *map);

/**
 * image_of_file() - lay out by file offsets what is mapped of a file
 * @process: the process
 * @map: an executable piece of the file
 *
 * Of the segments, those that nobody can write to: headers, text and unwind tables are
 * among them; and of the dynamic section what leads to the symbols. Section headers are
 * not mapped; the header is made to say that there are none.
 *
 * Return: a sealed memfd, -ENOEXEC: the file's beginning is not mapped or is no ELF header, -EFBIG,
 * or another error.
 */
int image_of_file(const struct process *process, const struct map *map);

#endif /* SFREG_IMAGE_H */
