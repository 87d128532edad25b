/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does what sfreg decodes agree with what objdump prints?
 */
#ifndef AGREE_H
#define AGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sfr_env.h>

/* An object's .sframe as its objdump sees it, and objdump's words. */
struct object {
	char toolchain[16], machine[16], kind[8];	/* kind: o, so, exe */
	char name[64];
	bool sample;		/* committed, not built here */
	u8 abi;			/* enum sfr_abi */
	u8 *bytes;		/* NULL: it has no .sframe */
	size_t len;
	u64 addr;
	bool unwinds;		/* it has an .eh_frame */
	char *words;
};

/* A line of the corpus' list, or the path of a sample. False: why is printed. */
bool object_read(const char *line, struct object *o);
/* @o as a sample, without objdump's words. */
void object_print_sample(const struct object *o);
void object_free(struct object *o);

/* The bytes and address of the ELF file at @path. */
bool elf_read(const char *path, struct object *o);

/* Sums over the sections that were decoded. */
struct counts {
	unsigned long funcs, rows;
};

/*
 * What objdump should print of @o, in its words, by what the core decodes. False
 * if the core refuses anything: @out ends with its word.
 */
bool expect(const struct object *o, FILE *out, struct counts *counts);

/*
 * Is the rule of each row what the compiled table says at the row's first and last
 * byte? Returns the number of addresses looked up, or -1: why is printed.
 */
long check_table(const struct object *o);

#endif /* AGREE_H */
