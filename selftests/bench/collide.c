// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for rules that collide: see collide.h. A run of RUN slots is filled by
 * rules whose home each slot is; then the next rule whose home is the first slot
 * is only found behind them all. Fillers come in random order, so that the rules
 * that are compared with lie apart in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "bench.h"
#include "collide.h"
#include "compile.h"
#include "numbering.h"

/* One less than the probes after which the numbering gives up. */
#define RUN		31
#define MAX_FILLERS	63000
#define LARGE_CANDIDATES (1 << 20)

static struct sfr_numbering numbering;
static u32 n_slots;

/* As decode.c makes it of a row of version 2. False: no such rule. */
static bool rule_of(const struct spelling *s, struct sfr_rule *rule)
{
	const struct sfr_words words = {
		.word = { s->cfa, s->fp }, .n = 2, .width = 2, .version = 2,
	};

	*rule = (struct sfr_rule){ .cfa_base = s->by_sp ? SFR_BASE_SP : SFR_BASE_FP };
	return !sfr_abi_rule(sfr_abi(SFR_ABI_AMD64_LE, 2), &words, rule);
}

/* The slot of @rule, but of its number only the bits in @mask: few slots to look at. */
static u32 slot_bits(const struct sfr_rule *rule, u32 mask)
{
	u32 step = mask & -mask, slot;
	u16 number;

	numbering.n_rules = 1;
	numbering.slot_mask = mask;
	sfr_number_rule(&numbering, rule, &number);
	for (slot = 0; !numbering.slots[slot]; slot += step)
		if (slot > mask)
			bench_fail("collide: a rule without a slot");
	numbering.slots[slot] = 0;
	return slot;
}

static u32 home_of(const struct sfr_rule *rule)
{
	return slot_bits(rule, 0x3f) | slot_bits(rule, 0xfc0) |
	       slot_bits(rule, (n_slots - 1) & ~0xfff);
}

/* homes[slot] = a spelling of words of 2 bytes; some slots may have none. */
static void find_fillers(struct spelling *homes)
{
	struct spelling s;
	struct sfr_rule rule;
	uint64_t random = 3;
	u32 i;

	for (i = 0; i < LARGE_CANDIDATES; i++) {
		s.by_sp = true;
		s.cfa = 0x100 + bench_random(&random) % 0x7000;
		s.fp = -0x100 - (s16)(bench_random(&random) % 0x7000);
		if (rule_of(&s, &rule))
			homes[home_of(&rule)] = s;
	}
}

/* The same of words of 1 byte. */
static void find_slow(struct spelling *homes)
{
	struct spelling s;
	struct sfr_rule rule;
	int cfa, fp;

	for (cfa = -128; cfa < 128; cfa++)
		for (fp = -128; fp < 128; fp++) {
			s = (struct spelling){ .by_sp = cfa >= 0, .cfa = cfa, .fp = fp };
			if (fp && cfa && rule_of(&s, &rule))
				homes[home_of(&rule)] = s;
		}
}

static void shuffle(struct spelling *s, u32 n)
{
	uint64_t random = 5;
	struct spelling t;
	u32 i, j;

	for (i = n; i > 1; i--) {
		j = bench_random(&random) % i;
		t = s[i - 1];
		s[i - 1] = s[j];
		s[j] = t;
	}
}

void collision_find(struct collision *c)
{
	struct spelling *fillers, *slow;
	u32 slot, i;

	n_slots = sfr_numbering_slots(SFR_MAX_RULES);
	numbering.rules = calloc(SFR_MAX_RULES, sizeof(*numbering.rules));
	numbering.slots = calloc(n_slots, sizeof(*numbering.slots));
	fillers = calloc(n_slots, sizeof(*fillers));
	slow = calloc(n_slots, sizeof(*slow));
	c->fillers = calloc(n_slots, sizeof(*c->fillers));
	c->slow = calloc(n_slots, sizeof(*c->slow));
	c->n_fillers = 0;
	c->n_slow = 0;
	sfr_numbering_init(&numbering, SFR_MAX_RULES);
	find_fillers(fillers);
	find_slow(slow);
	for (slot = 0; slot + RUN < n_slots && c->n_fillers < MAX_FILLERS; slot++) {
		for (i = 0; i < RUN && fillers[slot + i].cfa; i++)
			;
		if (i < RUN || !slow[slot].cfa)
			continue;
		memcpy(c->fillers + c->n_fillers, fillers + slot, RUN * sizeof(*fillers));
		c->n_fillers += RUN;
		c->slow[c->n_slow++] = slow[slot];
		slot += RUN;
	}
	shuffle(c->fillers, c->n_fillers);
	free(fillers);
	free(slow);
	free(numbering.rules);
	free(numbering.slots);
}
