/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * x86-64 instructions, one after the other, and beside them the rows that describe the frame
 * that they build. This is all that a code generator has to do for sfreg: whoever emits an
 * instruction that moves the stack pointer says so (emit_frame()).
 *
 *	struct emit e;
 *
 *	emit_begin(&e, text, room);
 *	emit_push(&e, RBX);			a row: CFA = sp + 16
 *	emit_call(&e, other);
 *	emit_pop(&e, RBX);			a row: CFA = sp + 8
 *	emit_ret(&e);
 *	if (!emit_end(&e))
 *		there was too little room
 *	sfreg_jit_function(jit, e.start, emit_size(&e), e.rows, e.n_rows, "name");
 */
#ifndef EMIT_H
#define EMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sfreg/jit.h>

/* As instructions have them. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

/* Conditions of jumps. */
enum { JO = 0, JB = 2, JAE = 3, JE = 4, JNE = 5, JBE = 6, JA = 7, ALWAYS = 16 };

#define EMIT_ROWS	64

struct emit {
	uint8_t *start, *at, *end;
	struct sfreg_jit_row frame;	/* what holds at @at */
	struct sfreg_jit_row rows[EMIT_ROWS];
	unsigned int n_rows;		/* one more than there can be: too many */
};

/* From here on @frame holds. */
static inline void emit_frame(struct emit *e)
{
	uint32_t offset = e->at - e->start;

	if (e->n_rows && e->rows[e->n_rows - 1].offset == offset)
		e->n_rows--;
	if (e->n_rows < EMIT_ROWS) {
		e->rows[e->n_rows] = e->frame;
		e->rows[e->n_rows].offset = offset;
	}
	if (e->n_rows <= EMIT_ROWS)
		e->n_rows++;
}

/* The stack pointer has gone down by @n bytes: what the frame pointer says does not change. */
static inline void emit_grow(struct emit *e, int32_t n)
{
	if (e->frame.flags & SFREG_JIT_FP)
		return;
	e->frame.cfa_offset += n;
	emit_frame(e);
}

/* A function that is called: its return address is at sp, and CFA = sp + 8. */
static inline void emit_begin(struct emit *e, void *text, size_t room)
{
	e->start = text;
	e->at = e->start;
	e->end = e->start + room;
	e->n_rows = 0;
	e->frame = (struct sfreg_jit_row) { .cfa_offset = 8, .ra_offset = -8 };
	emit_frame(e);
}

static inline size_t emit_size(const struct emit *e)
{
	return e->at - e->start;
}

/* Did all of it fit? */
static inline bool emit_end(struct emit *e)
{
	if (e->n_rows > 1 && e->rows[e->n_rows - 1].offset == emit_size(e))
		e->n_rows--;
	return e->at <= e->end && e->n_rows <= EMIT_ROWS;
}

/* Counted, but not written, where there is no room. */
static inline void emit_bytes(struct emit *e, const void *bytes, size_t n)
{
	if (e->at <= e->end && n <= (size_t)(e->end - e->at))
		memcpy(e->at, bytes, n);
	e->at += n;
}

#define emit(e, ...)							\
	emit_bytes(e, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static inline void emit_32(struct emit *e, int32_t n)
{
	emit_bytes(e, &n, sizeof(n));
}

/* 64 bits of @reg (or an extension of the opcode) and of register @rm. */
static inline void emit_rr(struct emit *e, uint8_t op, int reg, int rm)
{
	emit(e, 0x48 | reg >> 3 << 2 | rm >> 3, op, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* 64 bits of @reg, and of @offset(@base). */
static inline void emit_rm(struct emit *e, uint8_t op, int reg, int base, int32_t offset)
{
	emit(e, 0x48 | reg >> 3 << 2 | base >> 3, op, 0x80 | (reg & 7) << 3 | (base & 7));
	if ((base & 7) == RSP)
		emit(e, 0x24);
	emit_32(e, offset);
}

static inline void emit_mov(struct emit *e, int to, int from)
{
	emit_rr(e, 0x89, from, to);
}

static inline void emit_load(struct emit *e, int to, int base, int32_t offset)
{
	emit_rm(e, 0x8b, to, base, offset);
}

static inline void emit_store(struct emit *e, int from, int base, int32_t offset)
{
	emit_rm(e, 0x89, from, base, offset);
}

static inline void emit_lea(struct emit *e, int to, int base, int32_t offset)
{
	emit_rm(e, 0x8d, to, base, offset);
}

static inline void emit_imm(struct emit *e, int to, uint64_t n)
{
	emit(e, 0x48 | to >> 3, 0xb8 | (to & 7));
	emit_bytes(e, &n, sizeof(n));
}

static inline void emit_push(struct emit *e, int reg)
{
	emit(e, 0x40 | reg >> 3, 0x50 | (reg & 7));
	emit_grow(e, 8);
}

static inline void emit_pop(struct emit *e, int reg)
{
	emit(e, 0x40 | reg >> 3, 0x58 | (reg & 7));
	emit_grow(e, -8);
}

/* push %rbp; mov %rsp, %rbp: then the stack pointer may be anything. */
static inline void emit_push_frame(struct emit *e)
{
	emit_push(e, RBP);
	e->frame.fp_offset = -e->frame.cfa_offset;
	e->frame.flags |= SFREG_JIT_FP_SAVED;
	emit_frame(e);
	emit_mov(e, RBP, RSP);
	e->frame.flags |= SFREG_JIT_FP;
	emit_frame(e);
}

/* leave */
static inline void emit_leave(struct emit *e)
{
	emit(e, 0xc9);
	e->frame.flags &= ~(SFREG_JIT_FP | SFREG_JIT_FP_SAVED);
	e->frame.fp_offset = 0;
	emit_grow(e, -8);
}

static inline void emit_ret(struct emit *e)
{
	emit(e, 0xc3);
}

/* To code within 2 GiB. */
static inline void emit_call(struct emit *e, const void *to)
{
	emit(e, 0xe8);
	emit_32(e, (const uint8_t *)to - (e->at + 4));
}

/* To a function anywhere. */
static inline void emit_call_far(struct emit *e, uintptr_t to)
{
	emit_imm(e, RAX, to);
	emit(e, 0xff, 0xd0);
}

static inline void emit_jump(struct emit *e, int condition, const void *to)
{
	if (condition == ALWAYS)
		emit(e, 0xe9);
	else
		emit(e, 0x0f, 0x80 | condition);
	emit_32(e, (const uint8_t *)to - (e->at + 4));
}

/* A jump to where is not known yet; emit_land() says it. */
static inline uint8_t *emit_jump_ahead(struct emit *e, int condition)
{
	emit_jump(e, condition, e->at);
	return e->at;
}

/* The jump before @jump goes to @at. */
static inline void emit_land(struct emit *e, uint8_t *jump)
{
	int32_t distance = e->at - jump;

	if (jump <= e->end)
		memcpy(jump - 4, &distance, sizeof(distance));
}

#endif /* EMIT_H */
