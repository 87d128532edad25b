/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program that generates code knows of its own stack, without any row: compiled
 * frames by libgcc's unwinder from .eh_frame, generated ones from where the code was
 * entered and how deep the generator was at each instruction (level.h), interruptions from
 * what handlers were told.
 */
#ifndef SHADOW_H
#define SHADOW_H

#include "sft_truth.h"
#include "level.h"

/* Where the walk of compiled frames is. */
struct shadow_host {
	int n;
	bool foreign;			/* it ended where no compiled code is */
	struct sft_true_frame f[SHADOW_MAX];
	int after_root;
};

static inline bool shadow_is_host(uint64_t pc)
{
	return pc - sh.self.text < sh.self.text_len;
}

static inline void shadow_host_add(struct shadow_host *h, uint64_t pc, uint64_t sp, bool exact)
{
	if (h->n < SHADOW_MAX)
		h->f[h->n++] = (struct sft_true_frame) { pc, sp, exact };
}

static _Unwind_Reason_Code shadow_host_note(struct _Unwind_Context *ctx, void *arg)
{
	struct shadow_host *h = arg;
	int exact = 0;
	uint64_t pc = _Unwind_GetIPInfo(ctx, &exact), sp = _Unwind_GetCFA(ctx);
	const ucontext_t *uc = (const void *)(uintptr_t)sp;

	shadow_host_add(h, pc, sp, exact);
	if (h->after_root)
		return _URC_END_OF_STACK;
	if (gen_has(sh.gen, pc)) {
		h->foreign = true;
		return _URC_END_OF_STACK;
	}
	/* Here the signal's frame begins. libgcc would read code where there may be none. */
	if (pc == sh.restorer && !shadow_is_host(uc->uc_mcontext.gregs[REG_RIP])) {
		shadow_host_add(h, uc->uc_mcontext.gregs[REG_RIP],
				uc->uc_mcontext.gregs[REG_RSP], true);
		h->foreign = true;
		return _URC_END_OF_STACK;
	}
	h->after_root = _Unwind_GetRegionStart(ctx) == sft_addr(sh.root);
	return _URC_NO_REASON;
}

static inline struct shadow_frame *shadow_add(struct shadow *s, uint64_t pc, uint64_t cfa)
{
	if (s->n == SHADOW_MAX)
		abort();
	s->f[s->n] = (struct shadow_frame) {
		.pc = pc, .cfa = cfa, .kind = SFREG_KIND_CALL, .source = SFREG_SOURCE_SFRAME,
	};
	return &s->f[s->n++];
}

static inline void shadow_cut_here(struct shadow_frame *f, uint64_t sp,
				   const struct shadow_cut *cut)
{
	if (!cut || cut->pc != f->pc || cut->sp != sp) {
		shadow_wrong("an interruption that the program did not record", 0);
		return;
	}
	f->kind = SFREG_KIND_DISCONTINUITY;
	f->source = cut->source;
	f->discontinuity = cut->type;
	f->to_pc = cut->to_pc;
}

/* What lies below the generated frames of this level. Returns its innermost frame. */
static inline struct shadow_frame *shadow_add_below(struct shadow *s)
{
	const struct shadow *below = &sh.level->below;
	int first = s->n;

	if (s->n + below->n > SHADOW_MAX)
		abort();
	memcpy(&s->f[s->n], below->f, below->n * sizeof(s->f[0]));
	s->n += below->n;
	s->ends = below->ends;
	return &s->f[first];
}

/*
 * Generated frames from @pc on, which the stack pointer must confirm, and what lies below
 * them. Returns the innermost.
 */
static inline struct shadow_frame *shadow_generated(struct shadow *s, uint64_t pc, uint64_t sp)
{
	const struct shadow_level *level = sh.level;
	const struct shadow_call *chain = level->chain;
	uint64_t cfa[SHADOW_CHAIN] = { level->sp };
	int first = s->n, in = 0;

	while (in < level->n_chain && pc - sft_addr(chain[in].start) >=
				      (uint64_t)(chain[in].end - chain[in].start))
		in++;
	if (in == level->n_chain) {
		shadow_wrong("not in the generated functions of this level", s->n);
		return shadow_add(s, pc, 0);
	}
	for (int i = 1; i <= in; i++)
		cfa[i] = cfa[i - 1] - gen_depth(sh.gen, sft_addr(chain[i - 1].ret));
	if (!gen_depth(sh.gen, pc) || sp != cfa[in] - gen_depth(sh.gen, pc))
		shadow_wrong("the generator's own record is wrong", s->n);
	shadow_add(s, pc, cfa[in]);
	for (int i = in - 1; i >= 0; i--)
		shadow_add(s, sft_addr(chain[i].ret), cfa[i]);
	shadow_add_below(s);
	return &s->f[first];
}

/* From a jump's target where no code is. */
static inline struct shadow_frame *shadow_nowhere(struct shadow *s, uint64_t pc, uint64_t sp,
						  const struct shadow_cut *cut)
{
	struct shadow_frame *f = shadow_add(s, pc, sp + 8);
	uint64_t ra;

	if (cut && cut->by_fp) {
		f->cfa = sh.level->sp;
		shadow_add_below(s)->source = SFREG_SOURCE_FRAME_POINTER;
		return f;
	}
	if (!cut || !cut->called) {
		f->cfa = 0;
		s->ends = true;
		return f;
	}
	memcpy(&ra, (const void *)(uintptr_t)sp, sizeof(ra));
	if (ra == sft_addr(jit_enter_ret)) {
		shadow_add_below(s)->source = SFREG_SOURCE_FRAME_POINTER;
	} else {
		shadow_generated(s, ra, sp + 8)->source = SFREG_SOURCE_FRAME_POINTER;
	}
	return f;
}

/* A call was injected: the stub lies below the frame that it interrupted. */
static inline void shadow_stub(struct shadow *s, const struct sft_true_frame *in,
			       const struct shadow_cut *cut)
{
	const struct shadow_cut *injected = in->exact && cut ? cut->outer : cut;
	struct shadow_frame *f;

	if (!injected) {
		shadow_wrong("in the stub without an injection", s->n);
		return;
	}
	f = shadow_add(s, in->pc, injected->sp);
	if (in->exact)
		shadow_cut_here(f, in->sp, cut);
	f = shadow_generated(s, injected->pc, injected->sp);
	shadow_cut_here(f, injected->sp, injected);
}

/* The walk of compiled frames came to one that is none. */
static inline void shadow_foreign(struct shadow *s, const struct sft_true_frame *in,
				  const struct shadow_cut *cut)
{
	struct shadow_frame *f;

	if (in->pc - sft_addr(sh.stub) < sh.stub_len) {
		shadow_stub(s, in, cut);
		return;
	}
	f = gen_has(sh.gen, in->pc) ? shadow_generated(s, in->pc, in->sp) :
				      shadow_nowhere(s, in->pc, in->sp, cut);
	if (in->exact)
		shadow_cut_here(f, in->sp, cut);
}

static __attribute__((noinline)) void shadow_of_host(struct shadow *s, const struct shadow_host *h,
						     int first)
{
	const struct shadow_cut *cut = sh.cut;
	const struct sft_true_frame *last = &h->f[h->n - 1];
	struct shadow_frame *f;

	for (int i = first; i < h->n - 1; i++) {
		f = shadow_add(s, h->f[i].pc, h->f[i + 1].sp);
		if (h->f[i].exact) {
			shadow_cut_here(f, h->f[i].sp, cut);
			cut = cut ? cut->outer : NULL;
		}
	}
	if (!h->foreign) {
		if (!h->after_root)
			shadow_wrong("the truth does not reach the root", h->n);
		return;
	}
	shadow_foreign(s, last, cut);
}

/* Called by jit_enter() only. */
__attribute__((used)) void shadow_below(struct shadow_level *level)
{
	struct shadow_host h = { 0 };

	_Unwind_Backtrace(shadow_host_note, &h);
	level->below.n = 0;
	level->below.ends = false;
	shadow_of_host(&level->below, &h, 1);
	level->below.f[0].pc = sft_addr(jit_enter_ret);
	sh.level = level;
	asm volatile("" : : : "memory");
}

/* How libc's handlers return: what it tells the kernel behind the caller's back. */
static inline uint64_t shadow_restorer(void)
{
	struct {
		void *handler;
		unsigned long flags;
		uint64_t restorer, mask;
	} action = { 0 };
	struct sigaction any = { .sa_handler = SIG_DFL };

	sigaction(SIGUSR2, &any, NULL);
	syscall(SYS_rt_sigaction, SIGUSR2, NULL, &action, 8);
	return action.restorer;
}

/* Returns 0, or -errno of the device or of the program's own window. */
static inline int shadow_start(const struct gen *gen)
{
	struct shadow_host h = { 0 };

	memset(&sh, 0, sizeof(sh));
	sh.gen = gen;
	sh.root = main;
	sh.self = sft_self();
	sh.restorer = shadow_restorer();
	_Unwind_Backtrace(shadow_host_note, &h);	/* what it allocates, it allocates now */
	sh.fd = sft_open();
	return sh.fd < 0 ? sh.fd : sft_self_register(sh.fd);
}

#endif /* SHADOW_H */
