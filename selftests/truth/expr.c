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

/* A number is {false, NO_REG, number}. */
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
	push_place(s, (struct place) { deref, reg, off, 0 });
}

static void push_sum(struct stack *s, struct place a, s64 number)
{
	if (a.deref)
		a.add += number;
	else
		a.off += number;
	push_place(s, a);
}

static struct place pop(struct stack *s)
{
	if (s->n)
		return s->values[--s->n];
	s->good = false;
	return (struct place) { false, NO_REG, 0, 0 };
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

/* Two operands: numbers, but for the sum, which may have one register. */
static void binary(struct stack *s, u8 atom)
{
	struct place b = pop(s), a = pop(s);

	if (atom == DW_OP_plus && b.reg == NO_REG) {
		push_sum(s, a, b.off);
		return;
	}
	if (atom == DW_OP_plus && a.reg == NO_REG) {
		push_sum(s, b, a.off);
		return;
	}
	if (a.reg != NO_REG || b.reg != NO_REG) {
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
	case DW_OP_shl:
		push(s, false, NO_REG, a.off << (b.off & 63));
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
		push_sum(s, a, op->number);
		break;
	case DW_OP_deref:
		a = pop(s);
		s->good &= !a.deref && a.reg != NO_REG;
		push(s, true, a.reg, a.off);
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
