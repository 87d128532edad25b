/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The million functions, always the same: made in blocks, each when its turn comes, so that
 * they are in the CPU's caches as what a code generator has just emitted is.
 */
#ifndef COST_FUNCTIONS_H
#define COST_FUNCTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <sfreg/jit.h>

#define N_FUNCTIONS	1000000u
#define BLOCK		1000u
#define BLOCK_TEXT	(128u << 10)	/* a block's functions lie in so much text */
#define TEXT_LEN	((size_t)N_FUNCTIONS / BLOCK * BLOCK_TEXT)
#define MAX_ROWS	6

struct function {
	unsigned char *start;
	uint32_t size;
	unsigned int n_rows;
	const char *name;
	struct sfreg_jit_row rows[MAX_ROWS];
};

struct functions {
	unsigned char *text;	/* TEXT_LEN bytes that will be executable, all 0 */
	unsigned int next;	/* block */
	uint64_t n_rows, bytes;	/* of all blocks so far; without the gaps between functions */
	struct function block[BLOCK];
	char names[BLOCK][16];
};

/* Maps the text. */
void functions_begin(struct functions *functions);
/* The next block's functions are in ->block, by address. */
void functions_next(struct functions *functions);
void functions_end(struct functions *functions);

#endif /* COST_FUNCTIONS_H */
