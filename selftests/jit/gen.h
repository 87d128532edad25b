/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A code generator of one screen per thing: x86-64 instructions one by one into a text,
 * rows beside them. What it knows of each instruction's frame is kept (gen_depth()), so
 * that a test can say what a walk must find wherever it is interrupted.
 *
 *	struct gen g;
 *
 *	gen_open(&g, 4096);
 *	gen_begin(&g);
 *	gen_sub_sp(&g, 0x40);
 *	gen_call(&g, other);
 *	gen_add_sp(&g, 0x40);
 *	gen_ret(&g);
 *	gen_end(&g, jit, "name");
 *
 * The rows say CFA = sp + n, or CFA = fp + 16 between gen_push_frame() and gen_leave().
 */
#ifndef GEN_H
#define GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sfreg/jit.h>

/* As instructions have them. */
enum gen_reg {
	GEN_AX, GEN_CX, GEN_DX, GEN_BX, GEN_SP, GEN_BP, GEN_SI, GEN_DI,
	GEN_R8, GEN_R9, GEN_R10, GEN_R11, GEN_R12, GEN_R13, GEN_R14, GEN_R15,
};

#define GEN_ROWS	64

struct gen {
	uint8_t *text;
	uint32_t len;
	uint32_t at;			/* where the next instruction goes */
	uint32_t start;			/* of the function under way */
	int32_t depth;			/* CFA - sp before the next instruction */
	uint32_t flags;			/* and its row's SFREG_JIT_* */
	int32_t cfa_of_fp, ra, fp;	/* CFA - fp; RA and saved fp from the CFA */
	int32_t *depths;		/* by offset: the depth; 0: no instruction begins there */
	unsigned int n_rows;
	struct sfreg_jit_row rows[GEN_ROWS];
};

/* Writable and executable at once: this is about stacks. */
static inline void gen_open(struct gen *g, uint32_t len)
{
	*g = (struct gen) { .len = len };
	g->text = mmap(NULL, len, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	g->depths = calloc(len, sizeof(g->depths[0]));
	if (g->text == MAP_FAILED || !g->depths)
		abort();
	memset(g->text, 0xcc, len);
}

static inline bool gen_has(const struct gen *g, uint64_t pc)
{
	return pc - (uintptr_t)g->text < g->len;
}

/* CFA - sp before the instruction at @pc; 0: none begins there. */
static inline int32_t gen_depth(const struct gen *g, uint64_t pc)
{
	return gen_has(g, pc) ? g->depths[pc - (uintptr_t)g->text] : 0;
}

static inline const uint8_t *gen_here(const struct gen *g)
{
	return g->text + g->at;
}

/* A function entered by a call, at the offset where the last one ended. */
static inline void gen_begin(struct gen *g)
{
	g->start = g->at;
	g->depth = 8;
	g->flags = 0;
	g->ra = -8;
	g->fp = 0;
	g->n_rows = 0;
}

/* What holds from the next instruction on, if it is not what held before. */
static inline void gen_row(struct gen *g)
{
	struct sfreg_jit_row row = {
		.offset = g->at - g->start,
		.cfa_offset = g->flags & SFREG_JIT_FP ? g->cfa_of_fp : g->depth,
		.ra_offset = g->ra, .fp_offset = g->fp, .flags = g->flags,
	}, last = { 0 };

	if (g->n_rows) {
		last = g->rows[g->n_rows - 1];
		last.offset = row.offset;
		if (!memcmp(&last, &row, sizeof(row)))
			return;
	}
	if (g->n_rows == GEN_ROWS)
		abort();
	g->rows[g->n_rows++] = row;
}

/* One instruction; then the frame is larger by @grow. */
static inline void gen_bytes(struct gen *g, const void *bytes, uint32_t n, int32_t grow)
{
	if (g->at + n > g->len)
		abort();
	gen_row(g);
	memset(g->depths + g->at, 0, n * sizeof(g->depths[0]));
	g->depths[g->at] = g->depth;
	memcpy(g->text + g->at, bytes, n);
	g->at += n;
	g->depth += grow;
}

#define gen_grow(g, grow, ...)							\
	gen_bytes(g, (const uint8_t[]){ __VA_ARGS__ },				\
		  sizeof((const uint8_t[]){ __VA_ARGS__ }), grow)
#define gen_insn(g, ...)	gen_grow(g, 0, __VA_ARGS__)

/* A 32-bit number, as operands end. */
#define GEN_32(n)	(uint8_t)(n), (uint8_t)((n) >> 8), (uint8_t)((n) >> 16),	\
			(uint8_t)((n) >> 24)

static inline void gen_push(struct gen *g, enum gen_reg reg)
{
	gen_grow(g, 8, 0x40 | reg >> 3, 0x50 | (reg & 7));
}

static inline void gen_pop(struct gen *g, enum gen_reg reg)
{
	gen_grow(g, -8, 0x40 | reg >> 3, 0x58 | (reg & 7));
}

static inline void gen_sub_sp(struct gen *g, int32_t n)
{
	gen_grow(g, n, 0x48, 0x81, 0xec, GEN_32(n));
}

static inline void gen_add_sp(struct gen *g, int32_t n)
{
	gen_grow(g, -n, 0x48, 0x81, 0xc4, GEN_32(n));
}

/* mov @value, @to */
static inline void gen_mov(struct gen *g, enum gen_reg to, uint64_t value)
{
	gen_insn(g, 0x48 | to >> 3, 0xb8 | (to & 7), GEN_32(value), GEN_32(value >> 32));
}

/* REX.W @op @reg, @off(@base) */
static inline void gen_mem(struct gen *g, uint8_t op, int reg, enum gen_reg base, int32_t off)
{
	uint8_t rex = 0x48 | (reg >> 3) << 2 | base >> 3, modrm = 0x80 | (reg & 7) << 3 | (base & 7);

	if ((base & 7) == GEN_SP)
		gen_insn(g, rex, op, modrm, 0x24, GEN_32(off));
	else
		gen_insn(g, rex, op, modrm, GEN_32(off));
}

/* mov @reg, @off(@base), and back. */
static inline void gen_store(struct gen *g, enum gen_reg reg, enum gen_reg base, int32_t off)
{
	gen_mem(g, 0x89, reg, base, off);
}

static inline void gen_load(struct gen *g, enum gen_reg reg, enum gen_reg base, int32_t off)
{
	gen_mem(g, 0x8b, reg, base, off);
}

/* To an offset of the text. */
static inline void gen_call(struct gen *g, uint32_t to)
{
	gen_insn(g, 0xe8, GEN_32(to - (g->at + 5)));
}

static inline void gen_jmp(struct gen *g, uint32_t to)
{
	gen_insn(g, 0xe9, GEN_32(to - (g->at + 5)));
}

static inline void gen_call_reg(struct gen *g, enum gen_reg reg)
{
	gen_insn(g, 0x40 | reg >> 3, 0xff, 0xd0 | (reg & 7));
}

static inline void gen_jmp_reg(struct gen *g, enum gen_reg reg)
{
	gen_insn(g, 0x40 | reg >> 3, 0xff, 0xe0 | (reg & 7));
}

static inline void gen_ret(struct gen *g)
{
	gen_insn(g, 0xc3);
}

/* push %rbp; mov %rsp, %rbp */
static inline void gen_push_frame(struct gen *g)
{
	gen_push(g, GEN_BP);
	g->fp = -g->depth;
	g->flags |= SFREG_JIT_FP_SAVED;
	gen_insn(g, 0x48, 0x89, 0xe5);
	g->flags |= SFREG_JIT_FP;
	g->cfa_of_fp = g->depth;
}

/* leave */
static inline void gen_leave(struct gen *g)
{
	gen_grow(g, g->cfa_of_fp - 8 - g->depth, 0xc9);
	g->flags &= ~(SFREG_JIT_FP | SFREG_JIT_FP_SAVED);
	g->fp = 0;
}

/* Describes the function. Returns sfreg_jit_function()'s answer. */
static inline int gen_end(struct gen *g, struct sfreg_jit *jit, const char *name)
{
	return sfreg_jit_function(jit, g->text + g->start, g->at - g->start, g->rows, g->n_rows,
				  name);
}

#endif /* GEN_H */
