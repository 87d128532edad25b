/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that are described: those of the benchmark, and its .eh_frame. Each table lies
 * in memory that ends where it may end, so that nothing behind it is read.
 */
#ifndef FRAMES_CODE_H
#define FRAMES_CODE_H

#include "../jit/cost/functions.h"

extern struct functions code;

/* A table of functions [first, first + n) of the block. */
unsigned char *code_table(unsigned int first, unsigned int n);
/* @len bytes that end with a page, behind which is nothing. */
unsigned char *code_bytes(const void *bytes, size_t len);
/* How many bytes of functions [first, first + n) have another rule than was described. */
unsigned int code_wrong(unsigned int first, unsigned int n);
/* How many of them have no rule at all. */
unsigned int code_silent(unsigned int first, unsigned int n);

#endif /* FRAMES_CODE_H */
