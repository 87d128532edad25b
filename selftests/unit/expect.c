// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See expect.h. */
#include <stdlib.h>
#include <string.h>
#include "build.h"
#include "expect.h"

static const struct { u8 sp, fp, ra; } registers[] = {
	[SFE_AARCH64_BE] = { 31, 29, 30 }, [SFE_AARCH64_LE] = { 31, 29, 30 },
	[SFE_AMD64] = { 7, 6, 0 }, [SFE_S390X] = { 15, 11, 14 },
};

static u8 abi_of(const struct sfe_section *s)
{
	return s->abi ? s->abi : SFE_AMD64;
}

static u8 register_base(u8 abi, u8 reg)
{
	return reg == registers[abi].sp ? SFR_BASE_SP :
	       reg == registers[abi].fp ? SFR_BASE_FP : SFR_BASE_REG + reg;
}

/* *@base and *@off: what a flexible function says; else they stay. */
static void from_place(u8 abi, const struct sfe_place *place, u8 *base, s32 *off)
{
	if (!place->control)
		return;
	*base = place->control & 1 ? register_base(abi, place->control >> 3) : SFR_BASE_CFA;
	*base |= place->control & SFE_DEREF ? SFR_BASE_DEREF : 0;
	*off = place->off;
}

/* What a default function's row says, 0: nothing. */
static void from_word(const struct sfe_section *s, s32 word, u8 *base, s32 *off)
{
	if (!word)
		return;
	*base = RULE_STACK;
	*off = word;
	if (abi_of(s) == SFE_S390X && s->version == 2 && word & 1) {
		*base = register_base(SFE_S390X, word >> 1);
		*off = 0;
	}
}

struct sfr_rule expect_row(const struct sfe_section *s, const struct sfe_func *f,
			   const struct sfe_row *row)
{
	struct sfr_rule rule = { .flags = row->mangled ? SFR_RULE_RA_SIGNED : 0 };
	u8 abi = abi_of(s);

	if (row->outermost)
		return (struct sfr_rule) { .flags = SFR_RULE_OUTERMOST };
	rule.ra_base = abi == SFE_AMD64 ? RULE_STACK : SFR_BASE_REG + registers[abi].ra;
	rule.ra_off = abi == SFE_AMD64 ? -8 : 0;
	rule.fp_base = SFR_BASE_FP;
	if (f->flexible || f->extended) {
		from_place(abi, &row->place[0], &rule.cfa_base, &rule.cfa_off);
		from_place(abi, &row->place[1], &rule.ra_base, &rule.ra_off);
		from_place(abi, &row->place[2], &rule.fp_base, &rule.fp_off);
		if (f->extended) {
			rule.flags |= SFR_RULE_ADDEND;
			if (f->indexed)
				rule.ra_base = register_base(abi, row->index);
			rule.ra_off += row->addend;
			rule.fp_off += (rule.fp_base & ~SFR_BASE_DEREF) == SFR_BASE_CFA ?
					       row->addend : 0;
		}
	} else {
		rule.cfa_base = row->base == SFE_SP ? SFR_BASE_SP : SFR_BASE_FP;
		rule.cfa_off = row->cfa;
		if (abi != SFE_AMD64)
			from_word(s, row->ra, &rule.ra_base, &rule.ra_off);
		from_word(s, row->fp, &rule.fp_base, &rule.fp_off);
	}
	rule.flags |= rule_shape(abi, &rule) |
		      (f->exact ? SFR_RULE_EXACT : 0);
	return rule;
}

static int by_start(const void *a, const void *b)
{
	const struct sfe_func *const *f = a, *const *g = b;

	return (*f)->start < (*g)->start ? -1 : (*f)->start > (*g)->start;
}

void expect_init(struct expect *e, const struct sfe_section *section)
{
	u32 i;

	e->section = section;
	e->n_funcs = 0;
	e->funcs = calloc(section->n_funcs + 1, sizeof(*e->funcs));
	for (i = 0; i < section->n_funcs; i++)
		if (section->funcs[i].size)
			e->funcs[e->n_funcs++] = &section->funcs[i];
	qsort(e->funcs, e->n_funcs, sizeof(*e->funcs), by_start);
}

void expect_free(struct expect *e)
{
	free(e->funcs);
}

/* The function that holds @rel, or NULL. */
static const struct sfe_func *func_at(const struct expect *e, s64 rel)
{
	u32 from = 0, to = e->n_funcs, middle;
	const struct sfe_func *f;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (e->funcs[middle]->start <= rel)
			from = middle + 1;
		else
			to = middle;
	}
	if (!from)
		return NULL;
	f = e->funcs[from - 1];
	return (u64)rel - (u64)f->start < f->size ? f : NULL;
}

/* The last row that starts at or before @at, or NULL. */
static const struct sfe_row *row_at(const struct sfe_func *f, u32 at)
{
	u32 from = 0, to = f->n_rows, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (f->rows[middle].start <= at)
			from = middle + 1;
		else
			to = middle;
	}
	return from ? &f->rows[from - 1] : NULL;
}

struct sfr_rule expect_at(const struct expect *e, s64 rel)
{
	const struct sfe_section *s = e->section;
	const struct sfe_func *f = func_at(e, rel);
	struct sfr_rule none = { .flags = SFR_RULE_GAP };
	const struct sfe_row *row;
	u32 at;

	if (!f)
		return none;
	if (s->version == 3 && f->signal)
		return (struct sfr_rule) { .flags = SFR_RULE_SIGNAL };
	if (s->version == 3 && !f->n_rows && !f->flexible && !f->extended)
		return (struct sfr_rule) { .flags = SFR_RULE_OUTERMOST };
	at = rel - f->start;
	if (f->pc_type)
		at %= s->version == 1 ? 16 : f->rep_size;
	row = row_at(f, at);
	return row ? expect_row(s, f, row) : none;
}

struct sfr_rule expect_at_return(const struct expect *e, s64 rel)
{
	const struct sfe_func *f = func_at(e, rel);

	if (f && f->start == rel && f->signal && e->section->version == 3)
		return (struct sfr_rule) { .flags = SFR_RULE_SIGNAL };
	return expect_at(e, (u64)rel - 1);
}

bool expect_met(const struct sfr_rule *got, const struct sfr_rule *want)
{
	struct sfr_rule rule;

	if (!got || want->flags & SFR_RULE_GAP)
		return !got && want->flags == SFR_RULE_GAP;
	rule = *got;
	/* A byte before a trampoline is one like the others. */
	rule.flags &= ~SFR_RULE_BEFORE_SIGNAL;
	/* Of these nothing else holds. */
	if (want->flags & SFR_RULE_OUTERMOST || want->flags == SFR_RULE_SIGNAL)
		return rule.flags == want->flags;
	return !memcmp(&rule, want, sizeof(rule));
}

static bool place_is(u8 base, s32 off, const struct oracle_place *p)
{
	u8 want = p->base == ORACLE_SP ? SFR_BASE_SP : p->base == ORACLE_FP ? SFR_BASE_FP :
		  p->base == ORACLE_CFA ? SFR_BASE_CFA : SFR_BASE_REG + p->reg;

	return base == (want | (p->deref ? SFR_BASE_DEREF : 0)) && off == p->off;
}

bool expect_oracle(const struct sfr_rule *got, const struct oracle *o)
{
	u8 flags = got ? got->flags & ~(SFR_RULE_BEFORE_SIGNAL | SFR_RULE_GENERAL) : 0;
	u8 want;

	switch (o->kind) {
	case ORACLE_NOTHING:
		return !got;
	case ORACLE_OUTERMOST:
		return got && flags == SFR_RULE_OUTERMOST;
	case ORACLE_SIGNAL:
		return got && flags == SFR_RULE_SIGNAL;
	default:
		want = (o->ra_signed ? SFR_RULE_RA_SIGNED : 0) |
		       (o->extended ? SFR_RULE_ADDEND : 0) | (o->exact ? SFR_RULE_SIGNAL : 0);
		return got && flags == want &&
		       place_is(got->cfa_base, got->cfa_off, &o->cfa) &&
		       place_is(got->ra_base, got->ra_off, &o->ra) &&
		       place_is(got->fp_base, got->fp_off, &o->fp);
	}
}
