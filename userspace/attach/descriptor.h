/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * GDB's JIT interface: a program that generates code has a variable __jit_debug_descriptor.
 */
#ifndef SFREG_DESCRIPTOR_H
#define SFREG_DESCRIPTOR_H

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

#include "maps.h"
#include "process.h"

/* Each LLVM in a process has one of its own. */
#define DESCRIPTORS_MAX		8

#define DESCRIPTOR_NAME		"__jit_debug_descriptor"
#define DESCRIPTOR_SIZE		24

/* All but the name. */
static inline bool descriptor_is_like(const Elf64_Sym *symbol)
{
	return ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_shndx &&
	       symbol->st_size >= DESCRIPTOR_SIZE;
}

/**
 * struct descriptors - what was found
 * @at, @n: the variables
 */
struct descriptors {
	uint64_t at[DESCRIPTORS_MAX];
	uint32_t n;
};

/**
 * descriptors_find() - find the variables of a process
 * @process: the process
 * @text: its executable mappings, as maps_read() has them
 * @found: filled in
 *
 * By the dynamic symbols (through DT_GNU_HASH) of each file that is mapped, as they are in
 * memory; and, if the program itself has none, by .symtab in its file. What a file said is
 * remembered for a minute.
 */
void descriptors_find(const struct process *process, const struct maps *text,
		      struct descriptors *found);

/* By .symtab, where an open file has it, unrelocated. 0: it is not there. */
uint64_t descriptor_in_file(int fd);

/*
 * Does a symbol table of the file have a name like that? False is sure, unless the file lies, and
 * then about itself.
 */
bool descriptor_may_be_in(int fd);

#endif /* SFREG_DESCRIPTOR_H */
