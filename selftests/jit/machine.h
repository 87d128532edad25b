/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All registers of a thread, generated code that sets and notes them around a trap, and two
 * stubs that call somebody in between and lose none. A signal handler that returns into a
 * stub leaves the interrupted sp - 128, below the red zone, alone but for the word below it:
 * the pc at which to go on. That is where the stubs' rows say it is, from the first
 * instruction to the last.
 *
 * The handler must run on another stack: else its own signal frame ends there, at the red zone,
 * and what is overwritten is the word by which the kernel knows, when the handler returns, that
 * the frame has more than the lower halves of the vector registers.
 *
 *	by_push		on the interrupted stack, aligned anew; has a frame pointer
 *	by_frame	on another stack, in a frame that the handler laid out; sp never moves, so
 *			that one row is enough. One more for the last instruction
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "gen.h"

#define MACHINE_RED	128
#define MACHINE_RA	(-(MACHINE_RED + 8))	/* of a stub, from the CFA */
#define MACHINE_VECTORS	16
#define MACHINE_TRAP	3			/* the trapping instruction's length */

struct machine {
	uint64_t gpr[16];
	uint64_t flags;
	uint64_t mxcsr;
	uint64_t red[MACHINE_RED / 8];		/* red[i] at -8 * (i + 1) from sp */
	uint8_t vector[MACHINE_VECTORS][32];
};

#define MACHINE_OFF(field)	((int32_t)offsetof(struct machine, field))

/* What by_frame finds at its sp. */
struct machine_frame {
	uint64_t cfa;				/* the interrupted sp */
	uint64_t leave_sp;			/* cfa - 136 */
	uint64_t default_mxcsr;
	uint64_t flags;
	uint64_t gpr[16];
	uint64_t align[12];
	uint8_t xsave[8192];			/* its header must be 0 */
};

#define MACHINE_FRAME(field)	((int32_t)offsetof(struct machine_frame, field))

_Static_assert(offsetof(struct machine_frame, xsave) % 64 == 0, "as xsave wants it");

static inline bool machine_has_avx(void)
{
	return __builtin_cpu_supports("avx");
}

/* (v)movdqu of a whole vector register from, or to, @off(@base). */
static inline void gen_vector(struct gen *g, bool store, int reg, enum gen_reg base, int32_t off)
{
	uint8_t op = store ? 0x7f : 0x6f, modrm = 0x80 | (reg & 7) << 3 | (base & 7);
	uint8_t code[12], n = 0;

	if (machine_has_avx()) {
		code[n++] = 0xc4;
		code[n++] = reg & 8 ? 0x61 : 0xe1;
		code[n++] = 0x7e;
	} else {
		code[n++] = 0xf3;
		code[n++] = 0x40 | (reg & 8 ? 4 : 0);
		code[n++] = 0x0f;
	}
	code[n++] = op;
	code[n++] = modrm;
	if (base == GEN_SP)
		code[n++] = 0x24;
	memcpy(code + n, &off, 4);
	gen_bytes(g, code, n + 4, 0);
}

/* ldmxcsr, stmxcsr: @which 2 and 3. xsave64 and xrstor64: 4 and 5. */
static inline void gen_0fae(struct gen *g, int which, enum gen_reg base, int32_t off)
{
	uint8_t modrm = 0x80 | which << 3 | base;

	if (which >= 4)
		gen_insn_32(g, off, 0x48, 0x0f, 0xae, modrm, 0x24);
	else if (base == GEN_SP)
		gen_insn_32(g, off, 0x0f, 0xae, modrm, 0x24);
	else
		gen_insn_32(g, off, 0x0f, 0xae, modrm);
}

static inline void gen_pushf(struct gen *g)
{
	gen_grow(g, 8, 0x9c);
}

static inline void gen_popf(struct gen *g)
{
	gen_grow(g, -8, 0x9d);
}

/* All is loaded from *rdi; with @framed all but rbp. */
static inline void gen_machine_load(struct gen *g, bool framed)
{
	for (int i = 0; i < MACHINE_VECTORS; i++)
		gen_vector(g, false, i, GEN_DI, MACHINE_OFF(vector[i]));
	gen_0fae(g, 2, GEN_DI, MACHINE_OFF(mxcsr));
	gen_grow_32(g, 8, MACHINE_OFF(flags), 0xff, 0xb7);		/* push flags(%rdi) */
	gen_popf(g);
	for (int i = 0; i < MACHINE_RED / 8; i++) {
		gen_load(g, GEN_AX, GEN_DI, MACHINE_OFF(red[i]));
		gen_store(g, GEN_AX, GEN_SP, -8 * (i + 1));
	}
	for (int i = 0; i < 16; i++)
		if (i != GEN_SP && i != GEN_DI && !(i == GEN_BP && framed))
			gen_load(g, i, GEN_DI, MACHINE_OFF(gpr[i]));
	gen_load(g, GEN_DI, GEN_DI, MACHINE_OFF(gpr[GEN_DI]));
}

/* And noted in *@out. No instruction changes a flag before it is noted. */
static inline void gen_machine_store(struct gen *g, struct machine *out)
{
	uint64_t ax = (uintptr_t)&out->gpr[GEN_AX];
	uint8_t save[10] = { 0x48, 0xa3 };

	memcpy(save + 2, &ax, sizeof(ax));
	gen_bytes(g, save, sizeof(save), 0);				/* mov %rax, *ax */
	gen_mov(g, GEN_AX, (uintptr_t)out);
	for (int i = GEN_CX; i < 16; i++)
		gen_store(g, i, GEN_AX, MACHINE_OFF(gpr[i]));
	for (int i = 0; i < MACHINE_RED / 8; i++) {
		gen_load(g, GEN_CX, GEN_SP, -8 * (i + 1));
		gen_store(g, GEN_CX, GEN_AX, MACHINE_OFF(red[i]));
	}
	gen_pushf(g);
	gen_pop(g, GEN_CX);
	gen_store(g, GEN_CX, GEN_AX, MACHINE_OFF(flags));
	/* DF off, and the trap flag, for whoever comes next. */
	gen_insn_32(g, ~0x500, 0x81, 0xe1);				/* and $.., %ecx */
	gen_push(g, GEN_CX);
	gen_popf(g);
	for (int i = 0; i < MACHINE_VECTORS; i++)
		gen_vector(g, true, i, GEN_AX, MACHINE_OFF(vector[i]));
	gen_0fae(g, 3, GEN_AX, MACHINE_OFF(mxcsr));
	gen_insn_32(g, 0x1f80, 0xc7, 0x44, 0x24, 0xf8);		/* movl $.., -8(%rsp) */
	gen_0fae(g, 2, GEN_SP, -8);
}

/* div %rcx */
static inline void gen_machine_trap(struct gen *g)
{
	gen_insn(g, 0x48, 0xf7, 0xf1);
}

static inline void gen_begin_stub(struct gen *g)
{
	gen_begin(g);
	g->ra = MACHINE_RA;
	g->depth = -MACHINE_RA;
	g->flags = SFREG_JIT_EXACT;
}

/* pop the pc, and away with the red zone */
static inline void gen_leave_stub(struct gen *g)
{
	gen_insn(g, 0xc2, MACHINE_RED, 0);
}

/* Calls host(where the pc is). Returns the call's return address. */
static inline const uint8_t *gen_stub_by_push(struct gen *g, void (*host)(uint64_t *))
{
	static const uint8_t regs[] = { 0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	const int n = sizeof(regs), vectors = MACHINE_VECTORS * 32;
	const uint8_t *ret;

	gen_begin_stub(g);
	gen_push_frame(g);
	gen_pushf(g);
	for (int i = 0; i < n; i++)
		gen_push(g, regs[i]);
	gen_sub_sp(g, vectors + 64);
	gen_insn(g, 0x48, 0x83, 0xe4, 0xc0);				/* and $-64, %rsp */
	for (int i = 0; i < MACHINE_VECTORS; i++)
		gen_vector(g, true, i, GEN_SP, i * 32);
	gen_0fae(g, 3, GEN_SP, vectors);
	gen_mov(g, GEN_AX, 0x1f80);
	gen_store(g, GEN_AX, GEN_SP, vectors + 4);
	gen_0fae(g, 2, GEN_SP, vectors + 4);
	gen_insn(g, 0xfc);						/* cld */
	gen_mem(g, 0x8d, GEN_DI, GEN_BP, 8);				/* lea 8(%rbp), %rdi */
	gen_mov(g, GEN_AX, (uintptr_t)host);
	gen_call_reg(g, GEN_AX);
	ret = gen_here(g);
	for (int i = 0; i < MACHINE_VECTORS; i++)
		gen_vector(g, false, i, GEN_SP, i * 32);
	gen_0fae(g, 2, GEN_SP, vectors);
	gen_mem(g, 0x8d, GEN_SP, GEN_BP, -8 * (n + 1));			/* lea ..(%rbp), %rsp */
	g->depth = 8 * (n + 1) + g->cfa_of_fp;
	for (int i = n - 1; i >= 0; i--)
		gen_pop(g, regs[i]);
	gen_popf(g);
	gen_pop(g, GEN_BP);
	g->flags = SFREG_JIT_EXACT;
	g->fp = 0;
	gen_leave_stub(g);
	return ret;
}

/* The same, in a struct machine_frame. Its last instruction is not part of it. */
static inline const uint8_t *gen_stub_by_frame(struct gen *g, void (*host)(uint64_t *))
{
	const uint8_t *ret;

	gen_begin_stub(g);
	for (int i = 0; i < 16; i++)
		if (i != GEN_SP)
			gen_store(g, i, GEN_SP, MACHINE_FRAME(gpr[i]));
	gen_insn(g, 0x9f);						/* lahf */
	gen_insn(g, 0x0f, 0x90, 0xc0);					/* seto %al */
	gen_store(g, GEN_AX, GEN_SP, MACHINE_FRAME(flags));
	gen_mov(g, GEN_AX, ~0U);
	gen_mov(g, GEN_DX, ~0U);
	gen_0fae(g, 4, GEN_SP, MACHINE_FRAME(xsave));
	gen_0fae(g, 2, GEN_SP, MACHINE_FRAME(default_mxcsr));
	gen_load(g, GEN_DI, GEN_SP, MACHINE_FRAME(leave_sp));
	gen_mov(g, GEN_AX, (uintptr_t)host);
	gen_call_reg(g, GEN_AX);
	ret = gen_here(g);
	gen_mov(g, GEN_AX, ~0U);
	gen_mov(g, GEN_DX, ~0U);
	gen_0fae(g, 5, GEN_SP, MACHINE_FRAME(xsave));
	gen_load(g, GEN_AX, GEN_SP, MACHINE_FRAME(flags));
	gen_insn(g, 0x04, 0x7f);					/* add $0x7f, %al: OF */
	gen_insn(g, 0x9e);						/* sahf */
	for (int i = 0; i < 16; i++)
		if (i != GEN_SP)
			gen_load(g, i, GEN_SP, MACHINE_FRAME(gpr[i]));
	gen_load(g, GEN_SP, GEN_SP, MACHINE_FRAME(leave_sp));
	return ret;
}

#endif /* MACHINE_H */
