/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The machine code of template_jit.c: a template for each operation of forth.h, and the two
 * stubs by which C and such code call each other.
 *
 * The data stack's top is in rax, the rest of it at rbx. r12 leads to struct running. rcx and
 * rdx are anybody's; rbp and all others stay as they are.
 */
#ifndef TEMPLATES_H
#define TEMPLATES_H

#include "emit.h"
#include "forth.h"

/* What code finds at r12. */
static struct {
	const uint8_t **trace;		/* the copies that run, up to here */
	const uint8_t *entry[WORDS];	/* where calls go */
} running;

static uint64_t calls[WORDS];		/* in this epoch */
static const uint8_t *miss_stub;	/* the entry of words that have no code */

#define SPILL	"\x48\x8d\x5b\xf8\x48\x89\x03"		/* lea -8(%rbx), %rbx; mov %rax, (%rbx) */
#define GONE	"\x48\x8d\x5b\x08"			/* lea 8(%rbx), %rbx */
#define FILL	"\x48\x8b\x03" GONE			/* mov (%rbx), %rax; the same */
#define SECOND	"\x48\x8b\x0b"				/* mov (%rbx), %rcx */
#define RESULT	"\x48\x89\xc8"				/* mov %rcx, %rax */
#define DIVIDE	"\x48\x89\xc1\x48\x8b\x03\x48\x99\x48\xf7\xf9"	/* .. cqo; idiv %rcx */
#define COMPARE	"\x31\xc9\x48\x39\x03"			/* xor %ecx, %ecx; cmp %rax, (%rbx) */

static const char *const templates[] = {
	[ADD] = "\x48\x03\x03" GONE,			/* add (%rbx), %rax */
	[SUB] = SECOND "\x48\x29\xc1" RESULT GONE,	/* sub %rax, %rcx */
	[MUL] = "\x48\x0f\xaf\x03" GONE,		/* imul (%rbx), %rax */
	[DIV] = DIVIDE GONE,
	[MOD] = DIVIDE "\x48\x89\xd0" GONE,		/* mov %rdx, %rax */
	[EQUAL] = COMPARE "\x0f\x94\xc1" RESULT GONE,	/* sete %cl */
	[LESS] = COMPARE "\x0f\x9c\xc1" RESULT GONE,	/* setl %cl */
	[DUP] = SPILL,
	[DROP] = FILL,
	[SWAP] = SECOND "\x48\x89\x03" RESULT,		/* mov %rax, (%rbx) */
	[OVER] = SECOND SPILL RESULT,
	[TO_R] = FILL,					/* behind a push */
	[FROM_R] = SPILL,				/* before a pop */
	[R_FETCH] = SPILL "\x48\x8b\x04\x24",		/* mov (%rsp), %rax */
	[LITERAL] = SPILL,
	[CALL] = "",
	[JUMP] = "",
	[JUMP_0] = "\x48\x85\xc0" FILL,			/* test %rax, %rax */
	[EXIT] = "\x49\x83\x2c\x24\x08\xc3",		/* subq $8, (%r12): trace; ret */
};

static void emit_template(struct emit *e, const char *template)
{
	emit_bytes(e, template, strlen(template));
}

/* The trace and the count. */
static void emit_prologue(struct emit *e, int word)
{
	emit_load(e, RCX, R12, 0);
	emit(e, 0x48, 0x8d, 0x15);			/* lea start(%rip), %rdx */
	emit_32(e, e->start - (e->at + 4));
	emit_store(e, RDX, RCX, 0);
	emit(e, 0x49, 0x83, 0x04, 0x24, 0x08);		/* addq $8, (%r12) */
	emit_imm(e, RCX, (uintptr_t)&calls[word]);
	emit(e, 0x48, 0xff, 0x01);			/* incq (%rcx) */
}

/* Only >r and r> move the stack pointer, and emit_push() and emit_pop() write the rows. */
static void emit_insn(struct emit *e, const struct insn *insn)
{
	if (insn->op == TO_R)
		emit_push(e, RAX);
	emit_template(e, templates[insn->op]);
	if (insn->op == FROM_R)
		emit_pop(e, RAX);
	if (insn->op == LITERAL)
		emit_imm(e, RAX, insn->arg);
	if (insn->op == CALL) {
		emit(e, 0xb9);				/* mov $.., %ecx: see miss_stub */
		emit_32(e, insn->arg);
		emit(e, 0x41, 0xff, 0x94, 0x24);	/* call *..(%r12) */
		emit_32(e, (char *)&running.entry[insn->arg] - (char *)&running);
	}
}

static void emit_word(struct emit *e, int word)
{
	const struct insn *code = words[word].code;
	struct sfreg_jit_row frames[INSNS];	/* at jumps ahead */
	uint8_t *at[INSNS], *jumps[INSNS];

	emit_prologue(e, word);
	for (int i = 0; i < words[word].n; i++) {
		/* Whoever jumps here brings a frame along. */
		for (int j = 0; j < i; j++) {
			if (!jumps[j] || code[j].arg != i)
				continue;
			emit_land(e, jumps[j]);
			e->frame = frames[j];
			emit_frame(e);
		}
		at[i] = e->at;
		jumps[i] = NULL;
		emit_insn(e, &code[i]);
		if (code[i].op != JUMP && code[i].op != JUMP_0)
			continue;
		frames[i] = e->frame;
		if (code[i].arg > i)
			jumps[i] = emit_jump_ahead(e, code[i].op == JUMP ? ALWAYS : JE);
		else
			emit_jump(e, code[i].op == JUMP ? ALWAYS : JE, at[code[i].arg]);
	}
}

/* Runs code; returns the stack pointer. */
typedef int64_t *enter_function(const uint8_t *code, int64_t *sp, void *running);

static void emit_enter(struct emit *e)
{
	emit_push(e, RBX);
	emit_push(e, R12);
	emit_mov(e, RBX, RSI);
	emit_mov(e, R12, RDX);
	emit_template(e, FILL);
	emit(e, 0xff, 0xd7);				/* call *%rdi */
	emit_template(e, SPILL);
	emit_mov(e, RAX, RBX);
	emit_pop(e, R12);
	emit_pop(e, RBX);
	emit_ret(e);
}

/* Code calls it with a word in ecx: returns what miss(word, sp) does */
static void emit_miss(struct emit *e, forth_runner *miss)
{
	emit_template(e, SPILL);
	emit_push_frame(e);
	emit(e, 0x48, 0x83, 0xe4, 0xf0);		/* and $-16, %rsp */
	emit_mov(e, RDI, RCX);
	emit_mov(e, RSI, RBX);
	emit_call_far(e, (uintptr_t)miss);
	emit_mov(e, RBX, RAX);
	emit_leave(e);
	emit_template(e, FILL);
	emit_ret(e);
}

#endif /* TEMPLATES_H */
