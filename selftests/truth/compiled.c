// SPDX-License-Identifier: GPL-2.0-only
/* .sframe's rule at an address, from the row table that the core makes of it. */
#include "truth.h"

void sfr_env_rest(void)
{
}

void compiled_make(struct compiled *c, const struct object *o)
{
	struct sfr_compile_options opt = { .abi = o->arch->abi, .max_rows = 1 << 24 };
	void *scratch, *room;
	size_t bytes;

	*c = (struct compiled) {};
	if (!o->sframe)
		return;
	c->status = sfr_compile_plan(o->sframe, o->sframe_len, &opt, &c->plan);
	if (c->status)
		return;
	scratch = malloc(c->plan.scratch_bytes);
	c->status = sfr_compile(o->sframe, &c->plan, scratch, &bytes);
	if (!c->status) {
		room = malloc(bytes);
		c->table = sfr_table_store(scratch, room);
	}
	free(scratch);
}

void compiled_free(struct compiled *c)
{
	free(c->table);
	c->table = NULL;
}

static struct place place_of(const struct arch *arch, u8 base, s32 off)
{
	u8 reg = base & ~SFR_BASE_DEREF;

	return (struct place) {
		.deref = base & SFR_BASE_DEREF,
		.reg = reg == SFR_BASE_SP ? arch->sp : reg == SFR_BASE_FP ? arch->fp :
		       reg == SFR_BASE_CFA ? CFA_REG : reg - SFR_BASE_REG,
		.off = off,
	};
}

/*
 * The table has the word that is found for the CFA, and counts from there. The constant
 * that makes a CFA of it is where the return address ends. Its base is always that word;
 * what stands in its place is a register that counts words.
 */
static void add_addend(struct rule *rule)
{
	if (rule->ra.reg != CFA_REG) {
		rule->cfa.index = rule->ra.reg;
		rule->cfa.scale = rule->ra.deref ? UINT8_MAX : 8;
		rule->ra.reg = CFA_REG;
		rule->ra.deref = true;
	}
	rule->cfa.add = rule->ra.off - SFR_COMMON_RA;
	rule->ra.off -= rule->cfa.add;
	if (rule->fp.reg == CFA_REG)
		rule->fp.off -= rule->cfa.add;
}

struct rule compiled_rule_at(const struct compiled *c, const struct object *o, u64 addr,
			     bool after_call)
{
	const struct sfr_rule *r = c->table ? sfr_table_rule(c->table, addr - o->sframe_addr,
							     after_call) : NULL;
	struct rule rule;

	if (!r)
		return (struct rule) { .kind = NOTHING };
	if (r->flags & SFR_RULE_OUTERMOST)
		return (struct rule) { .kind = OUTERMOST };
	if (r->flags & SFR_RULE_SIGNAL)
		return (struct rule) { .kind = SIGNAL };
	rule = (struct rule) {
		.kind = ROW,
		.cfa = place_of(o->arch, r->cfa_base, r->cfa_off),
		.ra = place_of(o->arch, r->ra_base, r->ra_off),
		.fp = place_of(o->arch, r->fp_base, r->fp_off),
		.ra_signed = r->flags & SFR_RULE_RA_SIGNED,
	};
	if (r->flags & SFR_RULE_ADDEND)
		add_addend(&rule);
	return rule;
}

struct rule compiled_rule(const struct compiled *c, const struct object *o, u64 addr)
{
	return compiled_rule_at(c, o, addr, false);
}
