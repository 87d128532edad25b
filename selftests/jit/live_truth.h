/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a thread that runs code of live_code.h knows of its own stack, without any row: the
 * slot and the function that it has entered, and with what stack pointer; what lies below
 * that, by libgcc's unwinder.
 */
#ifndef LIVE_TRUTH_H
#define LIVE_TRUTH_H

#include "sft_truth.h"
#include "live_code.h"

#define LIVE_HOST_MAX	16

/* One entry into generated code: the truth. */
struct live_entry {
	const struct code *code;
	uint64_t slot, sp;		/* sp: the entered function's CFA */
	int in;				/* the entered function */
};

/* Of a thread. */
struct live_truth {
	const void *root;		/* its first function */
	struct live_entry now;
	int n_host;			/* frames below generated ones, to the root */
	uint64_t host_pc[LIVE_HOST_MAX], host_cfa[LIVE_HOST_MAX];
};

static __thread struct live_truth *mine;

/* What returns to where: generated frames outside of function @in, then those of the host. */
static inline int live_callers(const struct live_entry *e, int in, uint64_t *pcs)
{
	int n = 0;

	while (in < e->in)
		pcs[n++] = e->slot + e->code->f[++in].ret;
	for (int i = 0; i < mine->n_host; i++)
		pcs[n++] = mine->host_pc[i];
	return n;
}

static inline uint64_t live_cfa(const struct live_entry *e, int in)
{
	uint64_t cfa = e->sp;

	for (int i = e->in; i > in; i--)
		cfa -= e->code->depth[e->code->f[i].ret];
	return cfa;
}

/* In which function, at an instruction's begin; -1: in none. */
static inline int live_function_at(const struct live_entry *e, uint64_t pc)
{
	uint64_t at = pc - e->slot;

	if (at >= CODE_SLOT || !e->code->depth[at])
		return -1;
	for (int i = 0; i <= e->in; i++)
		if (at - e->code->f[i].start < e->code->f[i].size)
			return i;
	return -1;
}

/* live_enter(&sp, fn): fn(), after the stack pointer before the call has been noted. */
void live_enter(uint64_t *sp, const void *fn);

asm(".pushsection .text\n"
	".type live_enter, @function\n"
	"live_enter:\n"
	"	.cfi_startproc\n"
	"	push	%rbp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rbp, 0\n"
	"	mov	%rsp, (%rdi)\n"
	"	xor	%ebp, %ebp\n"
	"	call	*%rsi\n"
	"	pop	%rbp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %rbp\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size live_enter, . - live_enter\n"
	".popsection\n");

static _Unwind_Reason_Code live_note_frame(struct _Unwind_Context *ctx, void *arg)
{
	int *n = arg;
	int i = (*n)++;

	/* The first is the noting one itself, which generated code will be in place of. */
	if (i > LIVE_HOST_MAX)
		return _URC_END_OF_STACK;
	if (i > 1)
		mine->host_cfa[i - 2] = _Unwind_GetCFA(ctx);
	if (mine->n_host)
		return _URC_END_OF_STACK;
	if (i)
		mine->host_pc[i - 1] = _Unwind_GetIP(ctx);
	if (_Unwind_GetRegionStart(ctx) == sft_addr(mine->root))
		mine->n_host = i;
	return _URC_NO_REASON;
}

static __attribute__((noinline, unused)) void live_note_host(void)
{
	int n = 0;

	_Unwind_Backtrace(live_note_frame, &n);
	asm volatile("" : : : "memory");
}

#endif /* LIVE_TRUTH_H */
