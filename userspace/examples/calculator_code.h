/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Machine code for calculator.h's functions, as injected_calls.c wants it: it knows small
 * numbers only, and traps where that is not enough.
 */
#ifndef CALCULATOR_CODE_H
#define CALCULATOR_CODE_H

#include "calculator.h"
#include "emit.h"

/* Variables live in caller-saved registers; operations are counted in xmm8. */
static const int registers[VARIABLES] = { RSI, RDI, R8, R9 };

/* A place that can trap: which instruction it stands for, and where to go on. */
struct guard {
	const uint8_t *trap, *resume;
	const struct insn *insn;
	int function;
};

static struct guard guards[32];
static int n_guards;
static const uint8_t *code[FUNCTIONS];
static size_t code_len[FUNCTIONS];
static const uint8_t *returns_to[FUNCTIONS];	/* each is called from one place only */

static const struct guard *find_guard(uint64_t pc)
{
	for (int i = 0; i < n_guards; i++)
		if ((uintptr_t)guards[i].trap == pc)
			return &guards[i];
	return NULL;
}

static void add_guard(const uint8_t *trap, const uint8_t *resume, const struct insn *insn,
		      int function)
{
	guards[n_guards++] = (struct guard) { trap, resume, insn, function };
}

/* The quick way, which ends at @done; or a trap before that. */
static void emit_operation(struct emit *e, const struct insn *insn, int function)
{
	int to = registers[insn->to], from = registers[insn->from];
	uint8_t *big, *overflow = NULL, *done, *divide = NULL;

	emit_mov(e, RAX, to);
	emit_rr(e, 0x09, from, RAX);			/* or: is one of them not small? */
	emit(e, 0xa8, 1);				/* test $1, %al */
	big = emit_jump_ahead(e, JNE);
	emit_mov(e, RAX, to);
	emit_mov(e, RCX, from);
	if (insn->op == DIV) {
		emit(e, 0x48, 0x99);			/* cqo */
		divide = e->at;
		emit(e, 0x48, 0xf7, 0xf9);		/* idiv %rcx */
		emit_rr(e, 0x01, RAX, RAX);
	} else if (insn->op == MUL) {
		emit(e, 0x48, 0xd1, 0xf9);		/* sar %rcx */
		emit(e, 0x48, 0x0f, 0xaf, 0xc1);	/* imul %rcx, %rax */
		overflow = emit_jump_ahead(e, JO);
	} else {
		emit_rr(e, 0x01, RCX, RAX);
		overflow = emit_jump_ahead(e, JO);
	}
	emit_mov(e, to, RAX);
	done = emit_jump_ahead(e, ALWAYS);
	emit_land(e, big);
	if (overflow)
		emit_land(e, overflow);
	emit(e, 0x0f, 0x0b);				/* ud2 */
	emit_land(e, done);
	add_guard(e->at - 2, e->at, insn, function);
	if (divide)
		add_guard(divide, e->at, insn, function);
}

/* No function moves the stack pointer, so the row of its beginning is the only one. */
static void emit_function(struct emit *e, int function)
{
	const struct insn *insns = functions[function].code, *insn = insns;
	const uint8_t *at[8];

	code[function] = e->at;
	do {
		at[insn - insns] = e->at;
		emit(e, 0x66, 0x45, 0x0f, 0xd4, 0xc1);	/* paddq %xmm9, %xmm8 */
		if (insn->op == SET) {
			emit_imm(e, registers[insn->to], insn->from * 2);
		} else if (insn->op == MOVE) {
			emit_mov(e, registers[insn->to], registers[insn->from]);
		} else if (insn->op == LOOP) {
			emit_lea(e, RAX, registers[insn->to], -2);
			emit_mov(e, registers[insn->to], RAX);
			emit_rr(e, 0x85, RAX, RAX);	/* test */
			emit_jump(e, JNE, at[insn->from]);
		} else if (insn->op == CALL) {
			emit_call(e, code[insn->from]);
			returns_to[insn->from] = e->at;
		} else if (insn->op == RET) {
			emit_ret(e);
		} else {
			emit_operation(e, insn, function);
		}
	} while (insn++->op != RET);
}

#endif /* CALCULATOR_CODE_H */
