/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The calculator of injected_calls.c: numbers of any length, a few functions in its language, and
 * an interpreter of them.
 */
#ifndef CALCULATOR_H
#define CALCULATOR_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define BIG_BASE	1000000000u

/*
 * A number, never negative: n * 2 as long as that fits; else the address, plus 1, of one of many
 * digits, or of nothing, which divisions by zero give. Neither changes, nor is freed.
 */
typedef int64_t value;

struct big {
	int n;			/* digits; 0: nothing */
	uint32_t digit[];	/* the lowest first */
};

static inline bool is_small(value v)
{
	return !(v & 1);
}

static inline struct big *big_new(int n)
{
	struct big *b = calloc(1, sizeof(*b) + n * sizeof(b->digit[0]));

	if (!b)
		abort();
	b->n = n;
	return b;
}

static inline const struct big *big_of(value v)
{
	struct big *b;

	if (!is_small(v))
		return (const struct big *)(v - 1);
	b = big_new(3);
	v /= 2;
	for (int i = 0; i < 3; i++, v /= BIG_BASE)
		b->digit[i] = v % BIG_BASE;
	return b;
}

static inline value big_value(struct big *b)
{
	while (b->n > 1 && !b->digit[b->n - 1])
		b->n--;
	return (value)b + 1;
}

static inline value nothing(void)
{
	return (value)big_new(0) + 1;
}

static inline value big_add(const struct big *a, const struct big *b)
{
	struct big *sum = big_new((a->n > b->n ? a->n : b->n) + 1);
	uint64_t carry = 0;

	if (!a->n || !b->n)
		return nothing();
	for (int i = 0; i < sum->n; i++, carry /= BIG_BASE) {
		carry += (i < a->n ? a->digit[i] : 0) + (uint64_t)(i < b->n ? b->digit[i] : 0);
		sum->digit[i] = carry % BIG_BASE;
	}
	return big_value(sum);
}

static inline value big_mul(const struct big *a, const struct big *b)
{
	struct big *product = big_new(a->n + b->n);

	if (!a->n || !b->n)
		return nothing();
	for (int i = 0; i < a->n; i++) {
		uint64_t carry = 0;

		for (int j = 0; j < b->n || carry; j++, carry /= BIG_BASE) {
			carry += product->digit[i + j];
			if (j < b->n)
				carry += (uint64_t)a->digit[i] * b->digit[j];
			product->digit[i + j] = carry % BIG_BASE;
		}
	}
	return big_value(product);
}

/* By a small number. */
static inline value big_div(const struct big *a, value divisor)
{
	struct big *quotient = big_new(a->n);
	uint64_t rest = 0;

	if (!a->n || !is_small(divisor) || !divisor || divisor / 2 >= BIG_BASE)
		return nothing();
	for (int i = a->n; i--; rest %= divisor / 2) {
		rest = rest * BIG_BASE + a->digit[i];
		quotient->digit[i] = rest / (divisor / 2);
	}
	return big_value(quotient);
}

static inline int big_print(char *to, size_t size, value v)
{
	const struct big *b = big_of(v);
	int at = 0;

	if (is_small(v) || !b->n)
		return snprintf(to, size, is_small(v) ? "%" PRId64 : "nothing", v / 2);
	at = snprintf(to, size, "%u", b->digit[b->n - 1]);
	for (int i = b->n - 1; i--;)
		at += snprintf(to + at, size - at, "%09u", b->digit[i]);
	return at;
}

/* Four variables. */
enum { A, B, C, D, VARIABLES };

enum op { SET, MOVE, ADD, MUL, DIV, LOOP, CALL, RET };

struct insn {
	enum op op;
	int to;
	int64_t from;		/* a variable; of SET a number; of CALL a function */
};

/* Who is called comes before who calls. */
enum { FACTORIAL, FIBONACCI, MEAN, SUM, FUNCTIONS };

/* LOOP counts its variable down to 0 and goes back to the first instruction behind a SET. */
static const struct {
	const char *name;
	struct insn code[8];
} functions[FUNCTIONS] = {
	/* c = a! */
	[FACTORIAL] = { "factorial", { { SET, C, 1 }, { MUL, C, A }, { LOOP, A, 1 }, { RET } } },
	/* b = the a-th Fibonacci number */
	[FIBONACCI] = { "fibonacci", { { SET, B, 0 }, { SET, C, 1 }, { MOVE, D, B },
				       { MOVE, B, C }, { ADD, C, D }, { LOOP, A, 2 }, { RET } } },
	/* c = d / a and b = d / 7: a is 0 */
	[MEAN] = { "mean", { { MOVE, C, D }, { MOVE, B, D }, { DIV, C, A }, { SET, A, 7 },
			     { DIV, B, A }, { RET } } },
	/* d = 1! + 2! + .. + b! */
	[SUM] = { "sum", { { SET, D, 0 }, { MOVE, A, B }, { CALL, 0, FACTORIAL },
			   { ADD, D, C }, { LOOP, B, 1 }, { CALL, 0, MEAN }, { RET } } },
};

/* The interpreter. Returns the number of operations. */
static void interpret_one(const struct insn *insn, value v[])
{
	value a = v[insn->to], b = v[insn->from & 3], result;

	if (insn->op == DIV)
		v[insn->to] = is_small(a) && is_small(b) && b ? a / b * 2 : big_div(big_of(a), b);
	else if (is_small(a) && is_small(b) &&
		 !(insn->op == ADD ? __builtin_add_overflow(a, b, &result) :
				     __builtin_mul_overflow(a, b / 2, &result)))
		v[insn->to] = result;
	else if (insn->op == ADD)
		v[insn->to] = big_add(big_of(a), big_of(b));
	else
		v[insn->to] = big_mul(big_of(a), big_of(b));
}

static int64_t interpret(int function, value v[])
{
	const struct insn *insn = functions[function].code;
	int64_t n = 1;

	for (; insn->op != RET; n++) {
		if (insn->op == SET)
			v[insn->to] = insn->from * 2;
		else if (insn->op == MOVE)
			v[insn->to] = v[insn->from];
		else if (insn->op == CALL)
			n += interpret(insn->from, v);
		else if (insn->op != LOOP)
			interpret_one(insn, v);
		if (insn->op == LOOP)
			v[insn->to] -= 2;
		if (insn->op == LOOP && v[insn->to])
			insn = functions[function].code + insn->from;
		else
			insn++;
	}
	return n;
}

#endif /* CALCULATOR_H */
