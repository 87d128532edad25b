// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From what libdw says of a row to what SFrame can say, or why it cannot. What the
 * module refuses in a section is refused here, for there it would cost all of it.
 */
#include <dwarf.h>
#include <string.h>

#include "expr.h"
#include "rule.h"

/* Far from where sums of two offsets overflow. */
#define MAX_OFFSET	(1 << 30)

/* Where the kernel's signal frame has the interrupted sp and pc, from sp at the trampoline. */
#define SIGNAL_SP	160
#define SIGNAL_PC	168

bool place_equal(const struct place *a, const struct place *b)
{
	return a->base == b->base && a->deref == b->deref && a->off == b->off;
}

bool rule_equal(const struct rule *a, const struct rule *b)
{
	return a->kind == b->kind && a->gap == b->gap && a->addend == b->addend &&
	       a->indexed == b->indexed && a->index == b->index &&
	       place_equal(&a->cfa, &b->cfa) && place_equal(&a->ra, &b->ra) &&
	       place_equal(&a->fp, &b->fp);
}

static void describe(struct location *l, Dwarf_Frame *frame, int reg)
{
	l->bad = dwarf_frame_register(frame, reg, l->memory, &l->ops, &l->n);
}

void rule_describe(struct description *d, Dwarf_Frame *frame, int ra_column, bool signal)
{
	*d = (struct description) { .signal = signal };
	d->cfa.bad = dwarf_frame_cfa(frame, &d->cfa.ops, &d->cfa.n) || !d->cfa.n;
	describe(&d->fp, frame, REG_FP);
	describe(&d->sp, frame, REG_SP);
	describe(&d->ra, frame, REG_RA);
	d->ra.bad |= ra_column != REG_RA;
}

static bool is_undefined(const struct location *l)
{
	return !l->bad && !l->n && l->ops == l->memory;
}

static bool to_place(const struct expr_value *value, struct place *place)
{
	if (value->off <= -MAX_OFFSET || value->off >= MAX_OFFSET)
		return false;
	*place = (struct place) { value->base, value->deref, value->off };
	return true;
}

/* The caller's value of register @reg. */
static bool find(const struct location *l, uint8_t reg, uint64_t pc, struct place *place,
		 bool *pc_matters)
{
	struct expr_value value;
	size_t n = l->n;
	bool is_value;
	uint64_t home;

	if (l->bad || is_undefined(l))
		return false;
	if (!n) {
		*place = (struct place) { .base = reg };
		return true;
	}
	if (n == 1 && (l->ops->atom == DW_OP_regx ||
		       (l->ops->atom >= DW_OP_reg0 && l->ops->atom <= DW_OP_reg31))) {
		home = l->ops->atom == DW_OP_regx ? l->ops->number :
						    (uint64_t)l->ops->atom - DW_OP_reg0;
		*place = (struct place) { .base = home };
		return home < N_REGS;
	}
	/* An address, unless the expression says that it is the value. */
	is_value = l->ops[n - 1].atom == DW_OP_stack_value;
	if (!expr_evaluate(l->ops, n - is_value, pc, &value, pc_matters) || value.addend ||
	    value.indexed || (value.deref && !is_value))
		return false;
	value.deref |= !is_value;
	return to_place(&value, place);
}

static bool find_cfa(const struct location *l, uint64_t pc, struct rule *rule, bool *pc_matters)
{
	struct expr_value value;

	if (l->bad || !expr_evaluate(l->ops, l->n, pc, &value, pc_matters) ||
	    value.base == BASE_CFA || value.addend <= -MAX_OFFSET || value.addend >= MAX_OFFSET ||
	    (value.indexed && !value.deref))
		return false;
	rule->addend = value.addend;
	rule->indexed = value.indexed;
	rule->index = value.indexed ? value.index : 0;
	/* Below the stack pointer is no frame. */
	return to_place(&value, &rule->cfa) &&
	       (rule->cfa.base != REG_SP || rule->cfa.deref || rule->cfa.off >= 0);
}

static bool is_slot(const struct place *place)
{
	return place->base == BASE_CFA && place->deref;
}

/* The control word that would say so means that nothing is said. */
static bool is_cfa(const struct place *place)
{
	return place->base == BASE_CFA && !place->deref;
}

static bool is_at(const struct place *place, uint8_t base, bool deref, int32_t off)
{
	return place->base == base && place->deref == deref && place->off == off;
}

static struct rule gap(enum synth_gap why)
{
	return (struct rule) { .gap = why };
}

static struct rule only(enum synth_kind kind)
{
	return (struct rule) { .gap = SYNTH_GAP_COUNT, .kind = kind };
}

/* The most that is needed to say it. */
static enum synth_kind kind_of(const struct rule *rule)
{
	if (rule->addend || rule->indexed)
		return SYNTH_KIND_EXTENDED;
	if (!rule->cfa.deref && (rule->cfa.base == REG_SP || rule->cfa.base == REG_FP) &&
	    is_at(&rule->ra, BASE_CFA, true, -8) &&
	    (is_slot(&rule->fp) || is_at(&rule->fp, REG_FP, false, 0)))
		return SYNTH_KIND_PLAIN;
	return SYNTH_KIND_FLEXIBLE;
}

struct rule rule_with_cfa(const struct rule *rule, const struct place *cfa)
{
	struct rule other = *rule;

	other.cfa = *cfa;
	other.kind = kind_of(&other);
	return other;
}

/* The one signal frame that the module can step over is the kernel's. */
static bool is_kernels(const struct rule *rule)
{
	return kind_of(rule) != SYNTH_KIND_EXTENDED &&
	       is_at(&rule->cfa, REG_SP, true, SIGNAL_SP) &&
	       is_at(&rule->ra, REG_SP, true, SIGNAL_PC);
}

struct rule rule_at(const struct description *d, uint64_t pc, bool *pc_matters)
{
	struct rule rule = { .gap = SYNTH_GAP_COUNT };
	struct place sp;
	int64_t apart;

	*pc_matters = false;
	if (is_undefined(&d->ra) && !d->signal)
		return only(SYNTH_KIND_OUTERMOST);
	if (!find_cfa(&d->cfa, pc, &rule, pc_matters))
		return gap(SYNTH_GAP_CFA);
	if (!find(&d->ra, REG_RA, pc, &rule.ra, pc_matters))
		return gap(SYNTH_GAP_RA);
	if (d->signal)
		return is_kernels(&rule) ? only(SYNTH_KIND_SIGNAL) : gap(SYNTH_GAP_RA);
	if (rule.ra.base == REG_RA || is_cfa(&rule.ra) ||
	    (kind_of(&rule) == SYNTH_KIND_EXTENDED && !is_at(&rule.ra, BASE_CFA, true, -8)))
		return gap(SYNTH_GAP_RA);
	if (!find(&d->fp, REG_FP, pc, &rule.fp, pc_matters) || is_cfa(&rule.fp))
		return gap(SYNTH_GAP_FP);
	apart = (int64_t)rule.fp.off - rule.ra.off;
	if (is_slot(&rule.fp) && is_slot(&rule.ra) && apart > -8 && apart < 8)
		return gap(SYNTH_GAP_FP);
	if (!find(&d->sp, REG_SP, pc, &sp, pc_matters) || !is_at(&sp, BASE_CFA, false, 0))
		return gap(SYNTH_GAP_SP);
	rule.kind = kind_of(&rule);
	return rule;
}
