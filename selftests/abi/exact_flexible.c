// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that flexible rows tell: a CFA that lies on the stack, or in any of the
 * registers; return address and frame pointer in a register. Every instruction is
 * interrupted once, and timers interrupt some; from the handler the walk is exact
 * from there to flex_root, which is outermost, or ends where a register is not known.
 */
#include "sft.h"
#include <ucontext.h>
#include "flexible.h"
#include "worker.h"

#define FRAMES	64
#define ROWS	1000

static struct {
	int fd, timer;
	uint64_t restorer;
	flex_fn *fn;
	struct flex_truth truth;
	volatile int hits;
	int row_hits[ROWS];
	const char *wrong;
	uint64_t wrong_pc, wrong_number;
	struct sfreg_backtrace bt;
	struct sfreg_frame frames[FRAMES];
	flex_fn *inner;			/* run by the handler, and stepped in turn */
	bool in_inner;
	flex_fn *outer_fn;		/* then: what was interrupted first, */
	uint64_t outer_pc;		/* where, */
	struct flex_truth outer_truth;	/* and its truth */
} t;

static inline bool note(const char *wrong, uint64_t number)
{
	if (wrong && !t.wrong) {
		t.wrong = wrong;
		t.wrong_number = number;
	}
	return wrong;
}

/* The frames from @at, a discontinuity, on against those in @want. */
static inline bool stack_differs(uint32_t at, const struct flex_stack *want, bool to_root)
{
	for (int i = 0; i < want->n; i++) {
		const struct sfreg_frame *f = &t.frames[at + i];
		bool last = i == want->n - 1 && to_root;

		if (at + i >= t.bt.count)
			return note("too few frames", i);
		if (f->pc != want->pc[i])
			return note("another pc", i);
		if (f->cfa != (last ? 0 : want->cfa[i]))
			return note("another CFA", i);
		if (f->kind != (i ? SFREG_KIND_CALL : SFREG_KIND_DISCONTINUITY))
			return note("another kind", i);
		if (f->source != (i ? SFREG_SOURCE_SFRAME : SFREG_SOURCE_SIGNAL_FRAME))
			return note("another source", i);
	}
	if (to_root && t.bt.count != at + want->n)
		return note("too many frames", t.bt.count);
	return to_root && t.bt.stop != want->stop && note("another stop", t.bt.stop);
}

/*
 * In a handler: this frame, the trampoline's, and what was interrupted. The kernel
 * puts the ucontext at the handler's CFA.
 */
static inline __attribute__((always_inline))
void judge_here(const ucontext_t *uc, int type, const void *handler)
{
	uint64_t pc = uc->uc_mcontext.gregs[REG_RIP], here;
	struct flex_stack want = flex_stack(&t.truth, t.fn, pc);

	t.bt = (struct sfreg_backtrace) {
		.size = sizeof(t.bt), .frames = sft_addr(t.frames), .count = FRAMES,
	};
	if (sft_backtrace_here(t.fd, &t.bt, &here))
		note("the call failed", 0);
	else if (t.bt.count < 3 || t.frames[0].pc != here || t.frames[0].cfa != sft_addr(uc))
		note("not the handler", 0);
	else if (t.frames[1].pc != t.restorer)
		note("not the trampoline", 0);
	else if (t.frames[1].cfa != (uint64_t)uc->uc_mcontext.gregs[REG_RSP])
		note("not the interrupted sp", 0);
	else if (t.frames[2].discontinuity != type || t.frames[2].to_pc != sft_addr(handler))
		note("another discontinuity", 0);
	else
		stack_differs(2, &want, !t.in_inner);
	if (t.wrong && !t.wrong_pc)
		t.wrong_pc = pc;
	t.row_hits[flex_row(pc) - __start_flex_rows]++;
	t.hits++;
}

/* The second discontinuity: its registers are those of its own signal frame. */
static void judge_outer(void)
{
	struct flex_stack want = flex_stack(&t.outer_truth, t.outer_fn, t.outer_pc);
	int n = 0;

	for (uint32_t i = 0; i < t.bt.count; i++) {
		if (t.frames[i].kind == SFREG_KIND_DISCONTINUITY && n++ == 1) {
			stack_differs(i, &want, false);
			return;
		}
	}
	note("no second discontinuity", t.bt.count);
}

static void work(long shift)
{
	flex_root(t.fn, 2, &t.truth, shift);
}

static void step_inner(uint64_t pc)
{
	t.outer_truth = t.truth;
	t.outer_fn = t.fn;
	t.outer_pc = pc;
	t.fn = t.inner;
	t.in_inner = true;
	sft_stepped(work, 0);
	t.in_inner = false;
	t.fn = t.outer_fn;
	t.truth = t.outer_truth;
}

static bool in_flex_text(uint64_t pc)
{
	return pc - sft_addr(flex_text) < (uint64_t)(flex_text_end - flex_text);
}

static void on_trap(int sig, siginfo_t *info, void *uc)
{
	uint64_t pc = ((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (t.wrong || !in_flex_text(pc))
		return;
	if (t.inner && !t.in_inner) {
		/* Only in the function itself: the frames are complete there. */
		if (pc >= sft_addr(flex_leaf_end))
			step_inner(pc);
		return;
	}
	/* What flex_root notes first is there behind it. */
	if (t.in_inner && pc < sft_addr(flex_root_end))
		return;
	judge_here(uc, SFREG_DISC_TRAP, on_trap);
	if (t.in_inner)
		judge_outer();
}

/* One shot, so that the work goes on in between. */
static void shoot(void)
{
	static uint32_t random = 12345;
	struct itimerspec its = { 0 };

	random = random * 1103515245 + 12345;
	its.it_value.tv_nsec = 20000 + (random >> 8) % 380000;
	syscall(SYS_timer_settime, t.timer, 0, &its, NULL);
}

static void on_prof(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	if (!t.wrong && in_flex_text(((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP]))
		judge_here(uc, SFREG_DISC_ASYNC, on_prof);
	shoot();
}

static void install(struct __test_metadata *_metadata, bool outermost, int flags)
{
	struct sigaction trap = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | flags };
	struct sigaction prof = { .sa_sigaction = on_prof, .sa_flags = SA_SIGINFO };
	struct { uint64_t handler, flags, restorer, mask; } kernels;

	ASSERT_GE(ROWS, FLEX_ROWS);
	t.fd = sft_open();
	ASSERT_LE(0, t.fd);
	ASSERT_EQ(0, flex_register(t.fd, outermost));
	ASSERT_EQ(0, sigaction(SIGTRAP, &trap, NULL));
	ASSERT_EQ(0, sigaction(SIGPROF, &prof, NULL));
	ASSERT_EQ(0, syscall(SYS_rt_sigaction, SIGTRAP, NULL, &kernels, 8));
	t.restorer = kernels.restorer;
}

static void judge(struct __test_metadata *_metadata, const char *name)
{
	EXPECT_STREQ("", t.wrong ?: "") {
		TH_LOG("%s + %lx, %lu", name, t.wrong_pc - sft_addr(t.fn), t.wrong_number);
		for (uint32_t i = 0; i < t.bt.count; i++)
			printf("# %u pc %llx cfa %llx\n", i, t.frames[i].pc, t.frames[i].cfa);
		printf("# stop %u\n", t.bt.stop);
		fflush(stdout);
	}
}

/* Every instruction of @fn and of its callers. */
static void step(struct __test_metadata *_metadata, const char *name, flex_fn *fn, long shift)
{
	t.fn = fn;
	sft_stepped(work, shift);
	judge(_metadata, name);
}

/* How often the row of @fn that was hit least was. */
static int row_hits(const void *fn)
{
	const struct flex_func *f = __start_flex_funcs;
	int least = INT32_MAX, n = 0;

	while (f->start != sft_addr(fn))
		f++;
	for (int i = 0; i < FLEX_ROWS; i++) {
		if (__start_flex_rows[i].at - f->start >= f->end - f->start)
			continue;
		least = t.row_hits[i] < least ? t.row_hits[i] : least;
		n++;
	}
	return n ? least : 0;
}

/* How far the stack is realigned differs with how it was. */
TEST(realigned_stack)
{
	install(_metadata, true, 0);
	for (long shift = 0; shift < 64; shift += 16)
		step(_metadata, "flex_drap", flex_drap, shift);
	EXPECT_EQ(4, row_hits(flex_drap));
	EXPECT_EQ(4, row_hits(flex_leaf));
	EXPECT_EQ(4, row_hits(flex_outer));
	EXPECT_EQ(4, row_hits(flex_root));
	sft_note("%d instructions\n", t.hits);
}

/* The register table: each has its own place in a signal frame. */
TEST(each_register)
{
	install(_metadata, true, 0);
	ASSERT_EQ(16, FLEX_BYS);
	for (int i = 0; i < FLEX_BYS; i++) {
		step(_metadata, __start_flex_bys[i].name, __start_flex_bys[i].fn, 0);
		EXPECT_EQ(1, row_hits(__start_flex_bys[i].fn)) {
			TH_LOG("%s", __start_flex_bys[i].name);
		}
	}
	sft_note("%d instructions\n", t.hits);
}

/* r10 in a frame that has called: callees may change it, so the row says that they do not. */
TEST(register_below_the_top)
{
	install(_metadata, true, 0);
	step(_metadata, "flex_early", flex_early, 0);
	EXPECT_EQ(1, row_hits(flex_early));
	EXPECT_EQ(1, row_hits(flex_leaf));
}

/* They cost the row that names them, not the section nor the next row. */
TEST(registers_that_there_are_not)
{
	install(_metadata, true, 0);
	step(_metadata, "flex_none", flex_none, 0);
	EXPECT_EQ(1, row_hits(flex_none));
}

/* A handler is interrupted in turn: two signal frames, each with registers of its own. */
TEST(nested)
{
	static flex_fn *const outer[] = { flex_by_rbx, flex_by_r10, flex_by_rax, flex_drap };

	install(_metadata, false, SA_NODEFER);
	t.inner = flex_by_r12;
	for (size_t i = 0; i < ARRAY_SIZE(outer); i++)
		step(_metadata, "nested", outer[i], 0);
	EXPECT_EQ(3 * 22 + 24, row_hits(flex_by_r12));
	sft_note("%d instructions\n", t.hits);
}

#define HITS	60

TEST(timers)
{
	struct sigevent prof = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF,
	};

	install(_metadata, true, 0);
	ASSERT_EQ(0, syscall(SYS_timer_create, CLOCK_MONOTONIC, &prof, &t.timer));
	shoot();
	for (int i = 0; i < FLEX_BYS + 2 && !t.wrong; i++) {
		t.fn = i < FLEX_BYS ? __start_flex_bys[i].fn :
		       i == FLEX_BYS ? flex_drap : flex_early;
		t.hits = 0;
		while (t.hits < HITS && !t.wrong)
			flex_root(t.fn, 2000, &t.truth, 16 * (i & 3));
	}
	judge(_metadata, "timers");
}

SFT_MAIN
