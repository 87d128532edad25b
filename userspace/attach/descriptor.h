/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * GDB's JIT interface: a program that generates code has a variable __jit_debug_descriptor.
 */
#ifndef SFREG_DESCRIPTOR_H
#define SFREG_DESCRIPTOR_H

#include "maps.h"
#include "process.h"

/* Each LLVM in a process has one of its own. */
#define DESCRIPTORS_MAX		8

/**
 * struct descriptors - what was found
 * @at, @n: the variables
 * @none: NULL, or for each mapping, set by the caller to false: its file has none, for sure
 */
struct descriptors {
	uint64_t at[DESCRIPTORS_MAX];
	uint32_t n;
	bool *none;
};

/**
 * descriptors_find() - find the variables of a process
 * @process: the process
 * @text: its executable mappings, as maps_read() has them
 * @found: filled in; @none is the caller's
 *
 * By the dynamic symbols (through DT_GNU_HASH) of each file that is mapped, as they are in
 * memory; and, if the program itself has none, by .symtab in its file. What a file said is
 * remembered for a minute.
 */
void descriptors_find(const struct process *process, const struct maps *text,
		      struct descriptors *found);

#endif /* SFREG_DESCRIPTOR_H */
