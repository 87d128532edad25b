// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evaluates DWARF expressions with registers as unknowns. What .eh_frame holds
 * comes to one register plus an offset, or the word there (DRAP: the frame's
 * address was saved on the stack), or that plus a number, once the pc is put in: the
 * PLT's expression asks how far its 16-byte entry has got.
 */
#include <dwarf.h>
#include "expr.h"

#define DEPTH	8

/*
 * The register of a number is NO_REG, and that of a register's multiple; what is added to
 * such has a register of its own.
 */
struct stack {
	struct place values[DEPTH];
	int n;
	bool good;
};

static void push_place(struct stack *s, struct place place)
{
	if (s->n == DEPTH)
		s->good = false;
	else
		s->values[s->n++] = place;
}

static void push(struct stack *s, bool deref, u8 reg, s64 off)
{
	push_place(s, (struct place) { .deref = deref, .reg = reg, .off = off });
}

static bool is_number(const struct place *a)
{
	return a->reg == NO_REG && !a->scale;
}

static void push_sum(struct stack *s, struct place a, struct place b)
{
	bool swap = a.reg == NO_REG;
	struct place sum = swap ? b : a, rest = swap ? a : b;

	if (is_number(&rest) && sum.deref) {
		sum.add += rest.off;
	} else {
		s->good &= rest.reg == NO_REG && !sum.deref && !(rest.scale && sum.scale);
		sum.off += rest.off;
		if (rest.scale) {
			sum.scale = rest.scale;
			sum.index = rest.index;
		}
	}
	push_place(s, sum);
}

/* A register, or a number, some times. */
static void push_product(struct stack *s, struct place a, s64 times)
{
	if (is_number(&a)) {
		push(s, false, NO_REG, a.off * times);
		return;
	}
	s->good &= !a.deref && !a.scale && times > 0 && times <= UINT8_MAX;
	push_place(s, (struct place) {
		.reg = NO_REG, .off = a.off * times, .scale = times, .index = a.reg,
	});
}

static struct place pop(struct stack *s)
{
	if (s->n)
		return s->values[--s->n];
	s->good = false;
	return (struct place) { .reg = NO_REG };
}

static void push_register(struct stack *s, const struct arch *arch, u64 reg, s64 off, u64 pc,
			  bool *pc_matters)
{
	if (reg == arch->pc) {
		*pc_matters = true;
		push(s, false, NO_REG, pc + off);
	} else {
		s->good &= reg < CFA_REG;
		push(s, false, reg, off);
	}
}

/* Two operands: numbers, but for sums and for multiples of a register. */
static void binary(struct stack *s, u8 atom)
{
	struct place b = pop(s), a = pop(s);

	if (atom == DW_OP_plus) {
		push_sum(s, a, b);
		return;
	}
	if ((atom == DW_OP_mul || atom == DW_OP_shl) && is_number(&b)) {
		push_product(s, a, atom == DW_OP_mul ? b.off : 1ll << (b.off & 63));
		return;
	}
	if (!is_number(&a) || !is_number(&b)) {
		s->good = false;
		return;
	}
	switch (atom) {
	case DW_OP_and:
		push(s, false, NO_REG, a.off & b.off);
		break;
	case DW_OP_ge:
		push(s, false, NO_REG, a.off >= b.off);
		break;
	default:
		s->good = false;
	}
}

static void apply(struct stack *s, const struct arch *arch, const Dwarf_Op *op, u64 pc,
		  bool *pc_matters)
{
	struct place a;

	switch (op->atom) {
	case DW_OP_call_frame_cfa:
		push(s, false, CFA_REG, 0);
		break;
	case DW_OP_breg0 ... DW_OP_breg31:
		push_register(s, arch, op->atom - DW_OP_breg0, op->number, pc, pc_matters);
		break;
	case DW_OP_bregx:
		push_register(s, arch, op->number, op->number2, pc, pc_matters);
		break;
	case DW_OP_lit0 ... DW_OP_lit31:
		push(s, false, NO_REG, op->atom - DW_OP_lit0);
		break;
	case DW_OP_plus_uconst:
		a = pop(s);
		push_sum(s, a, (struct place) { .reg = NO_REG, .off = op->number });
		break;
	case DW_OP_deref:
		a = pop(s);
		s->good &= !a.deref && a.reg != NO_REG;
		a.deref = true;
		push_place(s, a);
		break;
	default:
		binary(s, op->atom);
	}
}

bool expr_value(const struct arch *arch, const struct expr *e, u64 pc,
		struct place *value, bool *pc_matters)
{
	struct stack s = { .good = true };
	size_t i;

	for (i = 0; i < e->n && s.good; i++)
		apply(&s, arch, &e->ops[i], pc, pc_matters);
	*value = pop(&s);
	return s.good && value->reg != NO_REG;
}
