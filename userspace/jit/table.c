// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Functions in blocks. A full block is split in the middle; but behind the last function a
 * new block begins, so that those that come in order fill theirs.
 */
#include "table.h"

/* --- looking -------------------------------------------------------------------- */

/* The last block that begins at @start or before it, or the first. */
static uint32_t find_ref(const struct jit_table *table, uint32_t start)
{
	uint32_t low = 0, high = table->n_refs, middle;

	/* Mostly they come in order. */
	if (high && table->refs[high - 1].start <= start)
		return high - 1;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (table->refs[middle].start <= start)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct jit_place sfreg_jit_table_find(const struct jit_table *table, uint32_t start)
{
	struct jit_place place = { .ref = find_ref(table, start) };
	const struct jit_function *functions;
	uint32_t high, middle;

	if (!table->n_refs)
		return place;
	functions = table_block(table, place.ref);
	high = table->refs[place.ref].n;
	if (functions[high - 1].start < start)
		place.at = high;
	while (place.at < high) {
		middle = place.at + (high - place.at) / 2;
		if (functions[middle].start < start)
			place.at = middle + 1;
		else
			high = middle;
	}
	return place;
}

struct jit_function *sfreg_jit_table_at(const struct jit_table *table, struct jit_place place)
{
	if (place.ref < table->n_refs && place.at == table->refs[place.ref].n)
		place = (struct jit_place) { place.ref + 1, 0 };
	return place.ref < table->n_refs ? &table_block(table, place.ref)[place.at] : NULL;
}

struct jit_function *sfreg_jit_table_before(const struct jit_table *table,
					    struct jit_place place)
{
	if (place.at)
		return &table_block(table, place.ref)[place.at - 1];
	if (!place.ref)
		return NULL;
	return &table_block(table, place.ref - 1)[table->refs[place.ref - 1].n - 1];
}

/* --- blocks --------------------------------------------------------------------- */

/* @n of @from to @to, which lies before it, or in another block. */
static void move_down(struct jit_function *to, const struct jit_function *from, uint32_t n)
{
	for (; n; n--)
		*to++ = *from++;
}

/* By one place. */
static void move_up(struct jit_function *functions, uint32_t n)
{
	for (; n; n--)
		functions[n] = functions[n - 1];
}

/* A reference to an empty block at @at. */
static void add_block(struct jit_table *table, uint32_t at)
{
	uint32_t block = table->free, i;

	if (block)
		table->free = table->blocks[--block].functions[0].start;
	else
		block = table->n_blocks++;
	for (i = table->n_refs++; i > at; i--)
		table->refs[i] = table->refs[i - 1];
	table->refs[at] = (struct jit_ref) { .block = block };
}

static void drop_block(struct jit_table *table, uint32_t at)
{
	uint32_t block = table->refs[at].block, i;

	table->blocks[block].functions[0].start = table->free;
	table->free = block + 1;
	table->n_refs--;
	for (i = at; i < table->n_refs; i++)
		table->refs[i] = table->refs[i + 1];
}

static void set_start(struct jit_table *table, uint32_t ref)
{
	table->refs[ref].start = table_block(table, ref)->start;
}

/* The block at @ref is full. */
static void split(struct jit_table *table, uint32_t ref)
{
	add_block(table, ref + 1);
	move_down(table_block(table, ref + 1), table_block(table, ref) + TABLE_BLOCK / 2,
		  TABLE_BLOCK / 2);
	table->refs[ref].n = TABLE_BLOCK / 2;
	table->refs[ref + 1].n = TABLE_BLOCK / 2;
	set_start(table, ref + 1);
}

/*
 * With the block behind, if half a block has room for both: never so much that the next
 * insertion splits it again. Of k blocks any two neighbours then have more than half a
 * block of functions, also after a split: k <= 4 n / TABLE_BLOCK + 1.
 */
static bool merge(struct jit_table *table, uint32_t ref)
{
	struct jit_ref *refs = table->refs;

	if (ref + 1 >= table->n_refs || refs[ref].n + refs[ref + 1].n > TABLE_BLOCK / 2)
		return false;
	move_down(table_block(table, ref) + refs[ref].n, table_block(table, ref + 1),
		  refs[ref + 1].n);
	refs[ref].n += refs[ref + 1].n;
	drop_block(table, ref + 1);
	return true;
}

/* --- changing ------------------------------------------------------------------- */

void sfreg_jit_table_insert(struct jit_table *table, struct jit_place place,
			    const struct jit_function *function)
{
	struct jit_ref *ref;

	if (!table->n_refs) {
		add_block(table, 0);
	} else if (table->refs[place.ref].n == TABLE_BLOCK) {
		if (place.at == TABLE_BLOCK && place.ref + 1 == table->n_refs)
			add_block(table, place.ref + 1);
		else
			split(table, place.ref);
		if (place.at > table->refs[place.ref].n ||
		    !table->refs[place.ref + 1].n) {
			place.at -= table->refs[place.ref].n;
			place.ref++;
		}
	}
	ref = &table->refs[place.ref];
	move_up(table_block(table, place.ref) + place.at, ref->n - place.at);
	table_block(table, place.ref)[place.at] = *function;
	ref->n++;
	set_start(table, place.ref);
	table->n++;
}

void sfreg_jit_table_remove(struct jit_table *table, struct jit_place place)
{
	struct jit_ref *ref;
	struct jit_function *functions;

	if (place.at == table->refs[place.ref].n)
		place = (struct jit_place) { place.ref + 1, 0 };
	ref = &table->refs[place.ref];
	functions = table_block(table, place.ref);
	table->n--;
	ref->n--;
	move_down(functions + place.at, functions + place.at + 1, ref->n - place.at);
	if (!ref->n) {
		drop_block(table, place.ref);
		return;
	}
	set_start(table, place.ref);
	merge(table, place.ref);
	if (place.ref)
		merge(table, place.ref - 1);
}

void sfreg_jit_table_clear(struct jit_table *table)
{
	table->n_refs = 0;
	table->n_blocks = 0;
	table->free = 0;
	table->n = 0;
}
