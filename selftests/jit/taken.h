/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backtrace beside the truth of the same place: they must agree in everything.
 */
#ifndef TAKEN_H
#define TAKEN_H

#include "shadow.h"

/* A backtrace and the truth, both of the same place. */
struct shadow_taken {
	int ret;
	uint64_t pc;
	struct sfreg_backtrace bt;
	struct sfreg_frame frames[SHADOW_MAX];
	struct shadow want;
};

static inline const char *shadow_frame_differs(const struct sfreg_frame *f,
					       const struct shadow_frame *want)
{
	if (f->pc != want->pc)
		return "another pc";
	if (f->cfa != want->cfa)
		return "another CFA";
	if (f->kind != want->kind)
		return "another kind";
	if (f->source != want->source)
		return "another source";
	if (f->discontinuity != want->discontinuity)
		return "another type of discontinuity";
	if (f->to_pc != want->to_pc)
		return "another to_pc";
	return NULL;
}

static inline void shadow_judge(const struct shadow_taken *t)
{
	const char *differs;

	if (t->ret) {
		shadow_wrong("the call failed", 0);
		return;
	}
	for (int i = 0; i < t->want.n; i++) {
		if (i >= (int)t->bt.count) {
			shadow_wrong("the walk ended too early", i);
			return;
		}
		differs = shadow_frame_differs(&t->frames[i], &t->want.f[i]);
		if (differs) {
			shadow_wrong(differs, i);
			return;
		}
	}
	if (t->want.ends && ((int)t->bt.count != t->want.n || t->bt.stop != SFREG_STOP_NO_WINDOW))
		shadow_wrong("the walk went on from nowhere", t->want.n);
}

/* Where it is called is the innermost frame but one. */
static __attribute__((noinline, unused)) void shadow_take(struct shadow_taken *t)
{
	struct shadow_host h = { 0 };

	t->bt = (struct sfreg_backtrace) {
		.size = sizeof(t->bt), .frames = sft_addr(t->frames), .count = SHADOW_MAX,
	};
	t->ret = sft_backtrace_here(sh.fd, &t->bt, &t->pc);
	_Unwind_Backtrace(shadow_host_note, &h);
	t->want.n = 0;
	t->want.ends = false;
	shadow_of_host(&t->want, &h, 0);
	t->want.f[0].pc = t->pc;
	t->want.f[0].kind = SFREG_KIND_EXACT;
	t->want.f[0].source = SFREG_SOURCE_REGS;
	shadow_judge(t);
}

/* For a failing test's log. */
static inline void shadow_print(const struct shadow_taken *t)
{
	printf("# %s, frame %d; ret %d, %u frames, stop %u\n", sh.wrong ?: "right", sh.at, t->ret,
	       t->bt.count, t->bt.stop);
	for (int i = 0; i < t->want.n || i < (int)t->bt.count; i++) {
		const struct sfreg_frame *f = &t->frames[i];
		const struct shadow_frame *w = &t->want.f[i];

		if (i < (int)t->bt.count)
			printf("# %2d is   pc %llx cfa %llx to %llx kind %u source %u disc %u\n",
			       i, f->pc, f->cfa, f->to_pc, f->kind, f->source, f->discontinuity);
		if (i < t->want.n)
			printf("# %2d want pc %lx cfa %lx to %lx kind %u source %u disc %u\n", i,
			       w->pc, w->cfa, w->to_pc, w->kind, w->source, w->discontinuity);
	}
	fflush(stdout);
}

#endif /* TAKEN_H */
