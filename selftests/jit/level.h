/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program that generates code notes while it runs: where it enters generated code,
 * each time through a level of its own, and what has interrupted what.
 *
 * Compiled code enters generated code by shadow_run(); a handler notes its interruption in
 * a struct shadow_cut as long as it runs. From that shadow.h makes the whole stack.
 */
#ifndef LEVEL_H
#define LEVEL_H

#include "sft_self.h"
#include <ucontext.h>
#include "gen.h"

#define SHADOW_MAX	192
#define SHADOW_CHAIN	4

struct shadow_frame {
	uint64_t pc, cfa, to_pc;
	uint8_t kind, source, discontinuity;
};

/* Innermost first. */
struct shadow {
	int n;
	bool ends;			/* nobody can know the caller of the last one */
	struct shadow_frame f[SHADOW_MAX];
};

/* A generated function on the way: where it lies, and where the one that it called returns. */
struct shadow_call {
	const uint8_t *start, *end, *ret;
};

/* One entry into generated code. */
struct shadow_level {
	uint64_t sp;			/* before the call: the outermost generated frame's CFA */
	struct shadow_level *outer;
	const struct shadow_call *chain;	/* outermost first */
	int n_chain;
	struct shadow below;		/* from jit_enter()'s frame on */
};

/* One interruption under way. */
struct shadow_cut {
	uint64_t pc, sp, to_pc;
	uint8_t source, type;
	bool called;			/* at a jump into nowhere: *sp is a return address */
	bool by_fp;			/* there: fp is that of the frame that jumped */
	struct shadow_cut *outer;
};

/* Of this thread. */
static __thread struct {
	int fd;
	const void *root;		/* the function that chains are compared up to: main */
	const struct gen *gen;
	struct sft_self self;
	uint64_t restorer;
	const uint8_t *stub;		/* of injected calls */
	uint32_t stub_len;
	struct shadow_level *level;
	struct shadow_cut *cut;
	const char *wrong;		/* the first thing that was */
	int at;				/* in which frame */
} sh;

/*
 * long jit_enter(struct shadow_level *, const void *fn, long arg): fn(arg), which may use all
 * registers but sp. It finds 0 in rbp, @arg in r13 as well.
 */
long jit_enter(struct shadow_level *level, const void *fn, long arg);
extern const char jit_enter_ret[];
void shadow_below(struct shadow_level *level);

asm(".pushsection .text\n"
	".type jit_enter, @function\n"
	"jit_enter:\n"
	"	.cfi_startproc\n"
	".irp reg, %rbp, %rbx, %r12, %r13, %r14, %r15\n"
	"	push	\\reg\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset \\reg, 0\n"
	".endr\n"
	"	sub	$8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	mov	%rdi, %rbx\n"
	"	mov	%rsi, %r12\n"
	"	mov	%rdx, %r13\n"
	"	call	shadow_below\n"
	"	mov	%r13, %rdi\n"
	"	mov	%rsp, (%rbx)\n"
	"	xor	%ebp, %ebp\n"
	"	call	*%r12\n"
	"jit_enter_ret:\n"
	"	add	$8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	".irp reg, %r15, %r14, %r13, %r12, %rbx, %rbp\n"
	"	pop	\\reg\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore \\reg\n"
	".endr\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size jit_enter, . - jit_enter\n"
	".popsection\n");

static inline void shadow_wrong(const char *what, int at)
{
	if (what && !sh.wrong) {
		sh.wrong = what;
		sh.at = at;
	}
}

/* Enters @fn, a function of @chain; its value. */
static inline long shadow_enter(struct shadow_level *level, const struct shadow_call *chain,
				int n_chain, const void *fn, long arg)
{
	long ret;

	level->chain = chain;
	level->n_chain = n_chain;
	level->outer = sh.level;
	ret = jit_enter(level, fn, arg);
	sh.level = level->outer;
	return ret;
}

static inline long shadow_run(const struct shadow_call *chain, int n_chain, const void *fn,
			      long arg)
{
	struct shadow_level level;

	return shadow_enter(&level, chain, n_chain, fn, arg);
}

/* A handler's first words: what interrupted what, as the kernel told. */
static inline void shadow_cut_begin(struct shadow_cut *cut, const void *ucontext, int type,
				    const void *to)
{
	const greg_t *regs = ((const ucontext_t *)ucontext)->uc_mcontext.gregs;

	*cut = (struct shadow_cut) {
		.pc = regs[REG_RIP], .sp = regs[REG_RSP], .to_pc = sft_addr(to),
		.source = SFREG_SOURCE_SIGNAL_FRAME, .type = type, .outer = sh.cut,
	};
	sh.cut = cut;
}

static inline void shadow_cut_end(const struct shadow_cut *cut)
{
	sh.cut = cut->outer;
}

#endif /* LEVEL_H */
