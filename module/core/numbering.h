/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Numbers rules, so that a row names its rule in two bytes: large programs have
 * some hundred distinct ones.
 */
#ifndef SFR_NUMBERING_H
#define SFR_NUMBERING_H

#include <sfr_env.h>
#include "rows.h"
#include "status.h"

/* A row's rule number is a u16. */
#define SFR_MAX_RULES	65536

/* Rule number 0: there is no rule. */
#define SFR_RULE_NONE	0

/* Words that were seen lately, by their bytes, and the number of their rule. */
#define SFR_MEMO_BITS	9

struct sfr_memo {
	u64 key;
	u16 number;
};

struct sfr_numbering {
	struct sfr_rule *rules;	/* by number; SFR_RULE_NONE is a gap's */
	u16 *slots;		/* numbers by hash; 0: free */
	u32 n_rules, room;
	u32 slot_mask;
	struct sfr_memo memo[1 << SFR_MEMO_BITS];
};

/* No row's bytes. */
#define SFR_MEMO_NONE	(~0ull)

/* Where @key is remembered, if it is, and else may be. */
static inline struct sfr_memo *sfr_memo_at(struct sfr_numbering *n, u64 key)
{
	return &n->memo[key * 0x9e3779b97f4a7c15 >> (64 - SFR_MEMO_BITS)];
}

/* Slots of the hash table for up to @rules rules. */
static inline u32 sfr_numbering_slots(u32 rules)
{
	u32 slots = 16;

	while (slots < 2 * rules)
		slots *= 2;
	return slots;
}

/* @n: ->rules and ->slots point to room for @rules rules and their slots. */
void sfr_numbering_init(struct sfr_numbering *n, u32 rules);
/* The number of @rule, known or new; SFR_ERR_RULES: there is no room for more. */
enum sfr_status sfr_number_rule(struct sfr_numbering *n, const struct sfr_rule *rule,
				u16 *number);

#endif /* SFR_NUMBERING_H */
