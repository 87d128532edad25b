// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Runs an expression of .eh_frame. Registers stay unknown: a value is a number, or one
 * register plus a number, or the word there plus a number; or, on the way to it, another
 * register as the index of words. The pc is a number: a PLT's expression asks it how far
 * an entry's code has got.
 */
#include <dwarf.h>

#include "expr.h"
#include "rule.h"

#define DEPTH	8

struct machine {
	struct expr_value stack[DEPTH];
	int n;
	bool failed;
};

static void push(struct machine *m, struct expr_value value)
{
	if (m->n == DEPTH)
		m->failed = true;
	else
		m->stack[m->n++] = value;
}

static void push_number(struct machine *m, uint64_t number)
{
	push(m, (struct expr_value) { .base = EXPR_NUMBER, .off = (int64_t)number });
}

static struct expr_value pop(struct machine *m)
{
	if (m->n)
		return m->stack[--m->n];
	m->failed = true;
	return (struct expr_value) { .base = EXPR_NUMBER };
}

static void push_register(struct machine *m, uint64_t reg, int64_t off, uint64_t pc,
			  bool *pc_matters)
{
	if (reg == REG_RA) {
		*pc_matters = true;
		push_number(m, pc + (uint64_t)off);
		return;
	}
	m->failed |= reg >= N_REGS;
	push(m, (struct expr_value) { .base = reg, .off = off });
}

static void add(struct machine *m, struct expr_value value, uint64_t number)
{
	int64_t *term = value.deref ? &value.addend : &value.off;

	*term = (int64_t)((uint64_t)*term + number);
	push(m, value);
}

static bool is_number(const struct expr_value *value)
{
	return value->base == EXPR_NUMBER && !value->deref && !value->indexed;
}

static bool calculate(uint8_t atom, uint64_t a, uint64_t b, uint64_t *result)
{
	switch (atom) {
	case DW_OP_and:
		*result = a & b;
		return true;
	case DW_OP_or:
		*result = a | b;
		return true;
	case DW_OP_mul:
		*result = a * b;
		return true;
	case DW_OP_shl:
		*result = b < 64 ? a << b : 0;
		return true;
	case DW_OP_shr:
		*result = b < 64 ? a >> b : 0;
		return true;
	case DW_OP_eq:
		*result = a == b;
		return true;
	case DW_OP_ne:
		*result = a != b;
		return true;
	case DW_OP_ge:
		*result = (int64_t)a >= (int64_t)b;
		return true;
	case DW_OP_gt:
		*result = (int64_t)a > (int64_t)b;
		return true;
	case DW_OP_le:
		*result = (int64_t)a <= (int64_t)b;
		return true;
	case DW_OP_lt:
		*result = (int64_t)a < (int64_t)b;
		return true;
	default:
		return false;
	}
}

/* @value * 8, of a register: it becomes an index. */
static void scale(struct machine *m, struct expr_value value)
{
	m->failed |= value.base >= N_REGS || value.deref || value.indexed;
	push(m, (struct expr_value) {
		.base = EXPR_NUMBER, .off = (int64_t)((uint64_t)value.off * 8),
		.index = value.base, .indexed = true,
	});
}

/* One of both is an index, the other may have a base. */
static void add_index(struct machine *m, struct expr_value a, struct expr_value b)
{
	struct expr_value sum = a.base == EXPR_NUMBER ? b : a;

	m->failed |= (a.base != EXPR_NUMBER && b.base != EXPR_NUMBER) ||
		     a.indexed == b.indexed || a.deref || b.deref;
	sum.indexed = true;
	sum.index = a.indexed ? a.index : b.index;
	sum.off = (int64_t)((uint64_t)a.off + (uint64_t)b.off);
	push(m, sum);
}

static bool is_word_size(uint8_t atom, const struct expr_value *b)
{
	return is_number(b) && ((atom == DW_OP_mul && b->off == 8) ||
				(atom == DW_OP_shl && b->off == 3));
}

/* Of the two, only a sum may have a part that is unknown, or words that are counted. */
static void binary(struct machine *m, uint8_t atom)
{
	struct expr_value b = pop(m), a = pop(m);
	uint64_t result = 0;

	if (atom == DW_OP_plus && is_number(&b)) {
		add(m, a, b.off);
	} else if (atom == DW_OP_plus && is_number(&a)) {
		add(m, b, a.off);
	} else if (atom == DW_OP_minus && is_number(&b)) {
		add(m, a, -(uint64_t)b.off);
	} else if (is_word_size(atom, &b) && !is_number(&a)) {
		scale(m, a);
	} else if (atom == DW_OP_plus && (a.indexed || b.indexed)) {
		add_index(m, a, b);
	} else {
		m->failed |= !is_number(&a) || !is_number(&b) ||
			     !calculate(atom, a.off, b.off, &result);
		push_number(m, result);
	}
}

static void run(struct machine *m, const Dwarf_Op *op, uint64_t pc, bool *pc_matters)
{
	struct expr_value value;

	switch (op->atom) {
	case DW_OP_call_frame_cfa:
		push(m, (struct expr_value) { .base = BASE_CFA });
		break;
	case DW_OP_breg0 ... DW_OP_breg31:
		push_register(m, op->atom - DW_OP_breg0, op->number, pc, pc_matters);
		break;
	case DW_OP_bregx:
		push_register(m, op->number, op->number2, pc, pc_matters);
		break;
	case DW_OP_lit0 ... DW_OP_lit31:
		push_number(m, op->atom - DW_OP_lit0);
		break;
	case DW_OP_const1u ... DW_OP_consts:
		push_number(m, op->number);
		break;
	case DW_OP_plus_uconst:
		value = pop(m);
		add(m, value, op->number);
		break;
	case DW_OP_deref:
		value = pop(m);
		m->failed |= value.deref || value.base == EXPR_NUMBER;
		value.deref = true;
		push(m, value);
		break;
	case DW_OP_nop:
		break;
	default:
		binary(m, op->atom);
	}
}

bool expr_evaluate(const Dwarf_Op *ops, size_t n, uint64_t pc, struct expr_value *value,
		   bool *pc_matters)
{
	struct machine m = { .n = 0 };
	size_t i;

	for (i = 0; i < n && !m.failed; i++)
		run(&m, &ops[i], pc, pc_matters);
	*value = pop(&m);
	return !m.failed && value->base != EXPR_NUMBER;
}
