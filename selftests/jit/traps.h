/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generated functions in which something interrupts: each kind from a frame of each shape.
 */
#ifndef TRAPS_H
#define TRAPS_H

#include "taken.h"

enum how {
	UNDEFINED, NULL_LOAD, MISALIGNED, DIVIDE, SENT, SENT_ONSTACK, SENT_NO_INFO, TIMER,
	CALL_NOWHERE, TAIL_NOWHERE, JUMP_NOWHERE,
	IN_HANDLER,		/* of compiled code: not made here */
	HOWS
};

static const char *const names[HOWS] = {
	"ud2", "load from NULL", "misaligned vector load", "division", "sent",
	"sent, on another stack", "sent, without siginfo", "timer", "call of nowhere",
	"tail call of nowhere", "jump into nowhere", "load in a handler",
};

/* One way to be interrupted, from a frame of one shape. */
struct trap {
	struct shadow_call f;
	const uint8_t *at;		/* the instruction; of a jump, too */
	const uint8_t *resume;		/* where to go on; NULL: as if it had returned */
};

enum shape { BARE, SMALL, LARGE, FRAME_POINTER, SHAPES };

static struct gen g;
static struct sfreg_jit *jit;
static struct trap traps[IN_HANDLER][SHAPES];

static void open_frame(enum shape shape, int32_t more)
{
	static const int32_t size[] = { [SMALL] = 0x18, [LARGE] = 0x1238, [FRAME_POINTER] = 0x40 };

	if (shape == FRAME_POINTER)
		gen_push_frame(&g);
	if (shape != BARE)
		gen_sub_sp(&g, size[shape] + more);
}

static void close_frame(enum shape shape)
{
	if (shape == FRAME_POINTER)
		gen_leave(&g);
	else if (g.depth != 8)
		gen_add_sp(&g, g.depth - 8);
}

/* The call of a kill: its number and arguments in registers that no one needs. */
static void make_kill(int sig)
{
	gen_mov(&g, GEN_AX, SYS_tgkill);
	gen_mov(&g, GEN_DI, getpid());
	gen_mov(&g, GEN_SI, syscall(SYS_gettid));
	gen_mov(&g, GEN_DX, sig);
	gen_insn(&g, 0x0f, 0x05);				/* syscall */
}

/* The interrupted instruction. Its argument, the jump's target, is in rdi. */
static void make_instruction(enum how how)
{
	switch (how) {
	case UNDEFINED:
		gen_insn(&g, 0x0f, 0x0b);
		break;
	case NULL_LOAD:
		gen_insn(&g, 0x48, 0x8b, 0x00);			/* mov (%rax), %rax */
		break;
	case MISALIGNED:
		gen_insn(&g, 0x0f, 0x28, 0x44, 0x24, 0x01);	/* movaps 1(%rsp), %xmm0 */
		break;
	case DIVIDE:
		gen_insn(&g, 0x48, 0xf7, 0xf0);			/* div %rax */
		break;
	case SENT:
	case SENT_ONSTACK:
	case SENT_NO_INFO:
		gen_insn(&g, 0x90);				/* the one behind the syscall */
		break;
	case TIMER:
		gen_insn(&g, 0xeb, 0xfe);			/* jmp to itself */
		break;
	case CALL_NOWHERE:
		gen_call_reg(&g, GEN_DI);
		break;
	default:
		gen_jmp_reg(&g, GEN_DI);
		break;
	}
}

/* @sig: what is sent, if anything is; @more: bytes of frame. Returns as gen_end() */
static int make_trap(enum how how, enum shape shape, int sig, int32_t more)
{
	struct trap *t = &traps[how][shape];

	gen_begin(&g);
	open_frame(shape, more);
	if (how == JUMP_NOWHERE)
		gen_grow(&g, 8, 0x6a, 0);			/* push $0: no return address */
	if (how == TAIL_NOWHERE)
		close_frame(shape);
	if (how >= SENT && how <= SENT_NO_INFO)
		make_kill(sig);
	else
		gen_insn(&g, 0x31, 0xc0);			/* xor %eax, %eax */
	t->at = gen_here(&g);
	make_instruction(how);
	t->resume = how == TAIL_NOWHERE || how == CALL_NOWHERE ? NULL : gen_here(&g);
	t->f.ret = gen_here(&g);
	if (how != TAIL_NOWHERE)
		close_frame(shape);
	gen_ret(&g);
	t->f.start = g.text + g.start;
	t->f.end = gen_here(&g);
	return gen_end(&g, jit, names[how]);
}

#endif /* TRAPS_H */
