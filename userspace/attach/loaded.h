/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * An ELF file as a dynamic linker has mapped it: above its beginning, in ascending order. What
 * its headers say may be a lie; then what is read is other memory of the same process.
 */
#ifndef SFREG_LOADED_H
#define SFREG_LOADED_H

#include <elf.h>

#include "maps.h"

#define LOADED_MAX_SEGMENTS	64

/**
 * struct loaded - what the headers in memory say
 * @header, @segments: these
 * @bias: what is added to the file's addresses
 */
struct loaded {
	Elf64_Ehdr header;
	Elf64_Phdr segments[LOADED_MAX_SEGMENTS];
	uint64_t bias;
};

/* Where the file's beginning is mapped that @map's text belongs to; 0: nowhere. */
uint64_t loaded_beginning(const struct maps *all, const struct map *map);

/* @mem: /proc/PID/mem. Return: 0, or -ENOEXEC: no headers, or none of the file's beginning. */
int loaded_read(int mem, uint64_t beginning, struct loaded *loaded);

#endif /* SFREG_LOADED_H */
