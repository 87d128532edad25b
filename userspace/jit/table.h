/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A window's functions, by address, in any order of coming and going. They stand in
 * blocks; a list of references has the blocks in order. So an insertion moves a block's
 * worth at most and, once in a while, the list; and to go through all is linear.
 */
#ifndef SFREG_JIT_TABLE_H
#define SFREG_JIT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_BLOCK	128

struct jit_function {
	uint32_t start, size;	/* from the text's first byte */
	uint32_t row, n_rows;	/* the first, in struct jit_rows */
};

struct jit_block {
	struct jit_function functions[TABLE_BLOCK];
};

struct jit_ref {
	uint32_t block, n;
	uint32_t start;		/* of the first function */
};

/* @n_refs: two neighbours have more than half a block together, see merge(). */
struct jit_table {
	struct jit_ref *refs;
	struct jit_block *blocks;
	uint32_t n_refs;
	uint32_t n_blocks;	/* that were ever used */
	uint32_t free;		/* the first that is not used any more, + 1 */
	uint32_t n, max;	/* functions */
};

/* Before the function at [->ref][->at], or behind the last of that block. */
struct jit_place {
	uint32_t ref, at;
};

/* How many blocks @max functions can need. */
static inline uint64_t table_blocks(uint32_t max)
{
	return (uint64_t)max * 4 / TABLE_BLOCK + 2;
}

static inline struct jit_function *table_block(const struct jit_table *table, uint32_t ref)
{
	return table->blocks[table->refs[ref].block].functions;
}

/* Where the first function is that begins at @start or behind it. */
struct jit_place sfreg_jit_table_find(const struct jit_table *table, uint32_t start);
/* The function there, and the one before; or NULL. */
struct jit_function *sfreg_jit_table_at(const struct jit_table *table, struct jit_place place);
struct jit_function *sfreg_jit_table_before(const struct jit_table *table,
					    struct jit_place place);
/* There is room for it: ->n is below ->max. */
void sfreg_jit_table_insert(struct jit_table *table, struct jit_place place,
			    const struct jit_function *function);
void sfreg_jit_table_remove(struct jit_table *table, struct jit_place place);
void sfreg_jit_table_clear(struct jit_table *table);

#endif /* SFREG_JIT_TABLE_H */
