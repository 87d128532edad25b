/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backtrace of the calling thread, taken twice: by the module, and by libgcc
 * from .eh_frame, which knows nothing of SFrame, windows or the module. The two
 * must agree in every frame up to main: pc, CFA, and where an interruption lies.
 *
 * sft_capture() may be called from a signal handler, as long as the handler
 * interrupted this program's own text (libgcc takes the loader's lock).
 */
#ifndef SFT_TRUTH_H
#define SFT_TRUTH_H

#include "sft.h"
#include <ucontext.h>
#include <unwind.h>

#define SFT_FRAMES	64

struct sft_true_frame {
	uint64_t pc, sp;
	bool exact;		/* left by a signal, not by a call */
};

struct sft_capture {
	int ret;
	uint64_t pc;		/* of the instruction after the system call */
	struct sfreg_backtrace bt;
	struct sfreg_frame frames[SFT_FRAMES];
	uint32_t true_count;	/* up to and including main's caller */
	int true_main;		/* index of main; -1: not reached */
	struct sft_true_frame truth[SFT_FRAMES];
};

/* The harness's or the program's main: where a compared chain ends. */
int main(int argc, char **argv);

static _Unwind_Reason_Code sft_truth_note(struct _Unwind_Context *ctx, void *arg)
{
	struct sft_capture *c = arg;
	struct sft_true_frame *f = &c->truth[c->true_count];
	int exact = 0;

	if (c->true_count == SFT_FRAMES)
		return _URC_END_OF_STACK;
	f->pc = _Unwind_GetIPInfo(ctx, &exact);
	f->sp = _Unwind_GetCFA(ctx);
	f->exact = exact;
	c->true_count++;
	if (c->true_main >= 0)
		return _URC_END_OF_STACK;
	if (_Unwind_GetRegionStart(ctx) == sft_addr(main))
		c->true_main = c->true_count - 1;
	return _URC_NO_REASON;
}

/* No libc in between: the first frame is this function's own. */
#define sft_backtrace_here(fd, bt_pointer, pc_pointer) ({			\
	long ret_;								\
	asm volatile("lea 1f(%%rip), %%r8\n\t"					\
		     "mov %%r8, (%[pc])\n\t"					\
		     "syscall\n"						\
		     "1:"							\
		     : "=a" (ret_)						\
		     : "a" (SYS_ioctl), "D" ((long)(fd)),			\
		       "S" (SFREG_IOC_BACKTRACE), "d" (bt_pointer),		\
		       [pc] "r" (pc_pointer)					\
		     : "rcx", "r8", "r11", "memory");				\
	(int)ret_;								\
})

static __attribute__((noinline, unused)) void sft_capture(int fd, struct sft_capture *c)
{
	c->true_count = 0;
	c->true_main = -1;
	c->bt = (struct sfreg_backtrace) {
		.size = sizeof(c->bt), .frames = sft_addr(c->frames),
		.count = SFT_FRAMES,
	};
	c->ret = sft_backtrace_here(fd, &c->bt, &c->pc);
	_Unwind_Backtrace(sft_truth_note, c);
	asm volatile("" : : : "memory");	/* not a tail call: this frame counts */
}

/* What differs, in words; NULL: nothing. *@at: the first frame that does. */
static inline const char *sft_differs(const struct sft_capture *c, int *at)
{
	*at = 0;
	if (c->ret)
		return "the call failed";
	if (c->true_main < 0 || (int)c->true_count < c->true_main + 2)
		return "the truth does not reach main";
	if (c->frames[0].pc != c->pc)
		return "the first pc is not the one after the call";
	for (int i = 0; i <= c->true_main; i++) {
		const struct sfreg_frame *f = &c->frames[i];
		const struct sft_true_frame *t = &c->truth[i];

		*at = i;
		if (i >= (int)c->bt.count)
			return "the walk ended before main";
		if (i && f->pc != t->pc)
			return "another pc";
		if (f->cfa != t[1].sp)
			return "another CFA";
		if (f->kind != (!i ? SFREG_KIND_EXACT :
				t->exact ? SFREG_KIND_DISCONTINUITY :
				SFREG_KIND_CALL))
			return "another kind";
		if (f->source != (!i ? SFREG_SOURCE_REGS :
				  t->exact ? SFREG_SOURCE_SIGNAL_FRAME :
				  SFREG_SOURCE_SFRAME))
			return "another source";
		if (!t->exact && f->discontinuity != SFREG_DISC_NONE)
			return "a discontinuity that is none";
		if (f->pad[0] | f->pad[1] | f->pad[2] | f->pad[3] | f->pad[4])
			return "padding that is not zero";
	}
	return NULL;
}

/* The n-th discontinuity's index (n from 0), or -1. */
static inline int sft_discontinuity(const struct sft_capture *c, int n)
{
	for (uint32_t i = 0; !c->ret && i < c->bt.count; i++)
		if (c->frames[i].kind == SFREG_KIND_DISCONTINUITY && !n--)
			return i;
	return -1;
}

/*
 * The n-th discontinuity against what the kernel told the handler: the exact
 * pc, the stack pointer at which the interruption ends, why, and where it went.
 */
static inline const char *sft_differs_at(const struct sft_capture *c, int n,
					 uint64_t pc, uint64_t sp, int type,
					 const void *handler)
{
	int i = sft_discontinuity(c, n);

	if (i < 1)
		return "no discontinuity";
	if (c->frames[i].pc != pc)
		return "not the interrupted pc";
	if (c->frames[i - 1].cfa != sp)
		return "not the interrupted sp";
	if (c->frames[i].discontinuity != type)
		return "another type of discontinuity";
	if (c->frames[i].to_pc != sft_addr(handler))
		return "to_pc is not the handler";
	return NULL;
}

static inline const char *sft_differs_signal(const struct sft_capture *c, int n,
					     const void *ucontext, int type,
					     const void *handler)
{
	const ucontext_t *uc = ucontext;

	return sft_differs_at(c, n, uc->uc_mcontext.gregs[REG_RIP],
			      uc->uc_mcontext.gregs[REG_RSP], type, handler);
}

/* For a failing test's log. */
static inline void sft_capture_print(const struct sft_capture *c)
{
	printf("# ret %d, %u frames, stop %u; truth %u frames, main at %d\n",
	       c->ret, c->bt.count, c->bt.stop, c->true_count, c->true_main);
	for (uint32_t i = 0; i < SFT_FRAMES; i++) {
		const struct sfreg_frame *f = &c->frames[i];

		if (i < c->bt.count)
			printf("# %2u pc %llx cfa %llx to %llx kind %u source %u disc %u\n",
			       i, f->pc, f->cfa, f->to_pc, f->kind, f->source,
			       f->discontinuity);
		if (i + 1 < c->true_count)
			printf("#    pc %lx cfa %lx%s\n", c->truth[i].pc,
			       c->truth[i + 1].sp,
			       c->truth[i].exact ? " exact" : "");
	}
	fflush(stdout);
}

#endif /* SFT_TRUTH_H */
