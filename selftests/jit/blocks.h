/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Three functions of ten bytes that jump to each other for ever, and who calls them:
 *
 *	stepper: framed: outer: [0,9] -> [20,29] -> [10,19] -> [0,9] ..
 *
 * stepper runs the rest with the trap flag set.
 */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "taken.h"

#define BLOCKS	30

enum { STEPPER, FRAMED, OUTER, THREE, CHAIN };

static struct gen g;
static struct sfreg_jit *jit;
static struct shadow_call chain[CHAIN];
static int steps_from, steps_to;	/* the text that runs with the trap flag */

static void function_end(struct __test_metadata *_metadata, int which, const uint8_t *ret,
			 const char *name)
{
	ASSERT_EQ(0, gen_end(&g, jit, name));
	chain[which] = (struct shadow_call) { g.text + g.start, gen_here(&g), ret };
}

static void block(uint32_t at, int32_t depth)
{
	g.at = at;
	gen_begin(&g);
	g.depth = depth;
}

static void block_end(struct __test_metadata *_metadata, uint32_t to)
{
	gen_jmp(&g, to);
	ASSERT_EQ(10, g.at - g.start);
	ASSERT_EQ(0, gen_end(&g, jit, "block"));
}

static void make_blocks(struct __test_metadata *_metadata)
{
	block(0, 0x08);
	gen_grow(&g, 0x18, 0x48, 0x83, 0xec, 0x18);	/* sub $0x18, %rsp */
	gen_insn(&g, 0x90);				/* nop */
	block_end(_metadata, 20);

	block(10, 0x58);
	gen_grow(&g, -0x48, 0x48, 0x83, 0xc4, 0x48);	/* add $0x48, %rsp */
	gen_grow(&g, -8, 0x58);				/* pop %rax */
	block_end(_metadata, 0);

	block(20, 0x20);
	gen_grow(&g, 8, 0x50);				/* push %rax */
	gen_grow(&g, 0x30, 0x48, 0x83, 0xec, 0x30);	/* sub $0x30, %rsp */
	block_end(_metadata, 10);
	ASSERT_EQ(BLOCKS, g.at);
	chain[THREE] = (struct shadow_call) { g.text, g.text + BLOCKS, NULL };
}

static void make_callers(struct __test_metadata *_metadata)
{
	const uint8_t *ret;

	g.at = 64;
	gen_begin(&g);
	gen_sub_sp(&g, 0x38);
	gen_call(&g, 0);
	ret = gen_here(&g);
	gen_add_sp(&g, 0x38);
	gen_ret(&g);
	function_end(_metadata, OUTER, ret, "outer");

	g.at = 128;
	gen_begin(&g);
	gen_push_frame(&g);
	gen_sub_sp(&g, 0x120);
	gen_call(&g, 64);
	ret = gen_here(&g);
	gen_leave(&g);
	gen_ret(&g);
	function_end(_metadata, FRAMED, ret, "framed");
}

/* Flags |= the trap flag, or without it. */
static void make_trap(bool on)
{
	gen_grow(&g, 8, 0x9c);						/* pushfq */
	if (on)
		gen_insn_32(&g, 0x100, 0x81, 0x0c, 0x24);	/* orl  $.., (%rsp) */
	else
		gen_insn_32(&g, ~0x100, 0x81, 0x24, 0x24);	/* andl $.., (%rsp) */
	gen_grow(&g, -8, 0x9d);						/* popfq */
}

/* Calls what is at 128 with the trap flag set. */
static void make_stepper(struct __test_metadata *_metadata)
{
	const uint8_t *ret;

	g.at = 192;
	gen_begin(&g);
	gen_push(&g, GEN_R12);
	make_trap(true);
	gen_insn(&g, 0x90);	/* the first trap is behind the instruction after popf */
	steps_from = g.at;
	gen_call(&g, 128);
	ret = gen_here(&g);
	make_trap(false);
	steps_to = g.at;
	gen_pop(&g, GEN_R12);
	gen_ret(&g);
	function_end(_metadata, STEPPER, ret, "stepper");
}

static void make_all(struct __test_metadata *_metadata)
{
	make_blocks(_metadata);
	make_callers(_metadata);
	make_stepper(_metadata);
}

/* The three never return: so a handler does it for them. */
static void leave(ucontext_t *uc)
{
	greg_t *regs = uc->uc_mcontext.gregs;
	uint64_t cfa = regs[REG_RSP] + gen_depth(&g, regs[REG_RIP]);

	memcpy(&regs[REG_RIP], (const void *)(uintptr_t)(cfa - 8), 8);
	regs[REG_RSP] = cfa;
}

#endif /* BLOCKS_H */
