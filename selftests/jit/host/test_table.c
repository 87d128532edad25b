// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of functions inside: however they come and go, no two neighbouring blocks have
 * room to spare, and so the blocks that were made room for are enough.
 */
#include "../../../userspace/jit/table.h"
#include "model.h"
#include "tap.h"

#define MAX	20000u
#define STEP	16u

static struct jit_ref refs[MAX];
static struct jit_block blocks[MAX * 4 / TABLE_BLOCK + 2];
static bool there[4 * MAX];
static struct jit_table table = { .refs = refs, .blocks = blocks, .max = MAX };

static void set(uint32_t slot, bool wanted)
{
	struct jit_function function = { .start = slot * STEP, .size = STEP };
	struct jit_place place = sfreg_jit_table_find(&table, function.start);

	if (there[slot] == wanted || (wanted && table.n == MAX))
		return;
	there[slot] = wanted;
	if (wanted)
		sfreg_jit_table_insert(&table, place, &function);
	else
		sfreg_jit_table_remove(&table, place);
}

/* All that are there, in order, and nothing else. */
static unsigned int wrong_functions(void)
{
	unsigned int slot = 0, wrong = 0;
	uint32_t ref, i;

	for (ref = 0; ref < table.n_refs; ref++) {
		for (i = 0; i < refs[ref].n; i++) {
			while (slot < ARRAY_SIZE(there) && !there[slot])
				slot++;
			wrong += slot == ARRAY_SIZE(there) ||
				 table_block(&table, ref)[i].start != slot++ * STEP;
		}
	}
	for (; slot < ARRAY_SIZE(there); slot++)
		wrong += there[slot];
	return wrong;
}

/* Neighbours that half a block would do for. */
static unsigned int idle_blocks(void)
{
	unsigned int idle = 0;
	uint32_t ref;

	for (ref = 0; ref + 1 < table.n_refs; ref++)
		idle += refs[ref].n + refs[ref + 1].n <= TABLE_BLOCK / 2;
	return idle;
}

static void check(const char *what)
{
	is(wrong_functions(), 0, "%s: %u functions in order", what, table.n);
	is(idle_blocks(), 0, "... in %u blocks, none to spare", table.n_refs);
	ok(table.n_blocks <= table_blocks(MAX), "... of %u that there is room for",
	   (unsigned int)table_blocks(MAX));
}

/* One of each block remains; then the others of them come where there were none. */
static void check_thinning(void)
{
	unsigned int round, slot;

	for (round = 0; round < 4; round++) {
		for (slot = 0; slot < ARRAY_SIZE(there); slot++)
			set(slot, true);
		check("full");
		for (slot = 0; slot < ARRAY_SIZE(there); slot++)
			set(slot, (slot + round) % TABLE_BLOCK == 0);
		check("thinned");
		for (slot = 0; slot < ARRAY_SIZE(there); slot++)
			set(slot, true);
		for (slot = ARRAY_SIZE(there); slot-- > 0;)
			set(slot, (slot + round) % TABLE_BLOCK == 0);
		check("thinned from behind");
		for (slot = ARRAY_SIZE(there); slot-- > 0;)
			set(slot, true);
		check("full again, from behind");
		for (slot = 0; slot < ARRAY_SIZE(there); slot++)
			set(slot, slot / 1000 % 2);
		check("with holes");
	}
}

static void check_churn(void)
{
	struct prng r = { 7 };
	unsigned int round, i;

	for (round = 0; round < 20; round++) {
		unsigned int from = prng_below(&r, ARRAY_SIZE(there) - 5000);

		for (i = 0; i < 20000; i++)
			set(from + prng_below(&r, 5000), prng_below(&r, 20) > round);
		check("at random");
	}
}

static void check_emptying(void)
{
	unsigned int slot;

	for (slot = 0; slot < ARRAY_SIZE(there); slot++)
		set(slot, false);
	check("none");
	is(table.n_refs, 0, "no block");
	set(7, true);
	check("one");
	sfreg_jit_table_clear(&table);
	there[7] = false;
	check("cleared");
}

int main(void)
{
	check_thinning();
	check_churn();
	check_emptying();
	return tap_done();
}
