// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Gives equal rules equal numbers, by a hash table that the caller's input may
 * be made to collide in: the time per rule is bounded all the same.
 */
#include <sfr_env.h>
#include "numbering.h"

/*
 * After so many probes a rule counts as new. It may then have two numbers, which
 * costs memory and nothing else.
 */
#define MAX_PROBES	32

void sfr_numbering_init(struct sfr_numbering *n, u32 rules)
{
	u32 slots = sfr_numbering_slots(rules), i;

	memset(n->slots, 0, slots * sizeof(*n->slots));
	n->rules[SFR_RULE_NONE] = (struct sfr_rule) { .flags = SFR_RULE_GAP };
	for (i = 0; i < 1 << SFR_MEMO_BITS; i++)
		n->memo[i].key = SFR_MEMO_NONE;
	n->slot_mask = slots - 1;
	n->n_rules = 1;
	n->room = rules;
}

static u32 hash(const struct sfr_rule *rule)
{
	u64 h = (u32)rule->cfa_off;

	h = h * 0x9e3779b97f4a7c15 + (u32)rule->fp_off;
	h = h * 0x9e3779b97f4a7c15 + (u32)rule->ra_off;
	h = h * 0x9e3779b97f4a7c15 + (rule->cfa_base | rule->ra_base << 8 |
				      rule->fp_base << 16 | (u32)rule->flags << 24);
	return h * 0x9e3779b97f4a7c15 >> 40;
}

enum sfr_status sfr_number_rule(struct sfr_numbering *n, const struct sfr_rule *rule,
				u16 *number)
{
	u32 slot = hash(rule), probes;

	for (probes = 0; probes < MAX_PROBES; probes++, slot++) {
		*number = n->slots[slot & n->slot_mask];
		if (!*number)
			break;
		if (!memcmp(&n->rules[*number], rule, sizeof(*rule)))
			return SFR_OK;
	}
	if (n->n_rules == n->room)
		return SFR_ERR_RULES;
	*number = n->n_rules;
	n->slots[slot & n->slot_mask] = *number;
	n->rules[n->n_rules++] = *rule;
	return SFR_OK;
}
