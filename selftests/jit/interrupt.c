// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generated code is interrupted anywhere. Three functions of ten bytes, [0,9], [10,19] and
 * [20,29] of one window, jump to each other for ever, 0 -> 2 -> 1 -> 0, each with a frame of
 * another size; they are called through two generated frames more. Timers interrupt
 * them, the trap flag stops them at each instruction, handlers call back into them and
 * are interrupted there, perf samples them: each time every frame is right, up to main.
 */
#include "sft_perf.h"
#include "blocks.h"

#define HITS	10000
#define ROUNDS	1000
#define SAMPLES	1000
#define ALT	(64 * 1024)

static struct shadow_taken taken;
static int hits, wanted;
static int seen[512];			/* by offset */
static int timers[3];

static void handle(struct __test_metadata *_metadata, int sig,
		   void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigaddset(&sa.sa_mask, SIGPROF);
	ASSERT_EQ(0, sigaction(sig, &sa, NULL));
}

static void start(struct __test_metadata *_metadata)
{
	static const int signals[] = { SIGPROF, SIGUSR1, SIGUSR2 };
	struct sfreg_jit_options options = {
		.size = sizeof(options), .max_functions = 16, .max_rows = 64,
	};

	gen_open(&g, SFT_PAGE);
	options.text = g.text;
	options.text_len = g.len;
	ASSERT_EQ(0, sfreg_jit_open(&options, &jit));
	make_all(_metadata);
	ASSERT_EQ(0, sfreg_jit_publish(jit));
	ASSERT_EQ(0, shadow_start(&g));
	for (int i = 0; i < 3; i++) {
		struct sigevent event = {
			.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signals[i],
		};

		ASSERT_EQ(0, syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timers[i]));
	}
}

/* One shot, after 20 to 400 us, so that the work goes on in between. */
static void shoot(int timer)
{
	static uint32_t random = 12345;
	struct itimerspec its = { 0 };

	random = random * 1103515245 + 12345;
	its.it_value.tv_nsec = 20000 + (random >> 8) % 380000;
	syscall(SYS_timer_settime, timers[timer], 0, &its, NULL);
}

static uint64_t offset_of(const ucontext_t *uc)
{
	return uc->uc_mcontext.gregs[REG_RIP] - sft_addr(g.text);
}

static void judge(struct __test_metadata *_metadata)
{
	EXPECT_STREQ("", sh.wrong ?: "") {
		shadow_print(&taken);
	}
}

/* The first words of a handler: the stack that it interrupted. */
static void take(const void *uc, const void *handler)
{
	struct shadow_cut cut;

	shadow_cut_begin(&cut, uc, SFREG_DISC_ASYNC, handler);
	shadow_take(&taken);
	shadow_cut_end(&cut);
	seen[offset_of(uc)]++;
	hits++;
}

static void on_timer(int sig, siginfo_t *info, void *uc)
{
	bool in = offset_of(uc) < BLOCKS;

	(void)sig;
	(void)info;
	if (in && !sh.wrong)
		take(uc, on_timer);
	if (in && (sh.wrong || hits == wanted))
		leave(uc);
	else
		shoot(0);
}

/* An emulated processor takes interrupts at the start of a block only. */
TEST(timer)
{
	start(_metadata);
	handle(_metadata, SIGPROF, on_timer, 0);
	wanted = HITS;
	shoot(0);
	shadow_run(chain + FRAMED, CHAIN - FRAMED, g.text + 128, 0);
	judge(_metadata);
	EXPECT_EQ(HITS, hits);
	for (int i = 0; i < BLOCKS; i += 10) {
		sft_note("at %d: %d\n", i, seen[i]);
		EXPECT_LT(0, seen[i]);
	}
}

static void step(void)
{
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGPROF);
}

/* Delivered when on_trap() returns, where it trapped. */
static void on_step(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	take(uc, on_step);
	if (offset_of(uc) < BLOCKS && (hits > 60 || sh.wrong)) {
		leave(uc);
		step();		/* there the flag would trap one instruction later */
	}
}

static void on_trap(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	if (gen_has(&g, ((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP]))
		step();
}

/* All instructions of all functions, prologues and epilogues: none is left out. */
TEST(stepped)
{
	int instructions = 0, blocks = 0;

	start(_metadata);
	handle(_metadata, SIGPROF, on_step, 0);
	handle(_metadata, SIGTRAP, on_trap, 0);
	shadow_run(chain, CHAIN, g.text + 192, 0);
	judge(_metadata);
	for (int i = 0; i < steps_to; i++) {
		if (!g.depths[i] || (i >= 192 && i < steps_from))
			continue;
		instructions++;
		blocks += i < BLOCKS;
		EXPECT_LT(0, seen[i]) {
			TH_LOG("at %d", i);
		}
	}
	EXPECT_EQ(9, blocks);
	EXPECT_EQ(9 + 4 + 6 + 4, instructions);
	sft_note("%d steps\n", hits);
}

/*
 * Three interruptions, one in the other: each handler takes the stack that it interrupted,
 * then calls generated code that is interrupted in turn.
 */
static struct shadow_taken at_depth[3];
static int rounds;

/* The index of the frame that the n-th interruption left, from inside; -1: there is none. */
static int interrupted(const struct shadow_taken *t, int n)
{
	for (int i = 1; i < (int)t->bt.count; i++)
		if (t->frames[i].kind == SFREG_KIND_DISCONTINUITY && !n--)
			return i;
	return -1;
}

/*
 * What a tracer does that wants to see the program without its interruptions: by the CFA
 * at which the n-th ends it removes all frames up to there. The rest must be the stack
 * which the handler of that interruption saw below itself.
 */
static void cut_out(const struct shadow_taken *t, int n, const struct shadow_taken *own)
{
	int left = interrupted(t, n), own_left = interrupted(own, 0), i = 0;
	uint64_t end;

	if (left < 1 || own_left < 1) {
		shadow_wrong("no discontinuity", n);
		return;
	}
	end = t->frames[left - 1].cfa;
	if (end != own->frames[own_left - 1].cfa)
		shadow_wrong("the interruption ends at another CFA", n);
	while (i < left && t->frames[i].cfa != end)
		i++;
	if (i != left - 1)
		shadow_wrong("another frame ends there as well", i);
	i++;
	if (t->bt.count - i != own->bt.count - own_left ||
	    memcmp(&t->frames[i], &own->frames[own_left],
		   (t->bt.count - i) * sizeof(t->frames[0])))
		shadow_wrong("what is left is another stack", n);
}

static void nest(int depth, void *uc, const void *handler)
{
	struct shadow_cut cut;

	if (offset_of(uc) >= BLOCKS) {
		shoot(depth);
		return;
	}
	shadow_cut_begin(&cut, uc, SFREG_DISC_ASYNC, handler);
	shadow_take(&taken);
	at_depth[depth] = taken;
	for (int n = 1; n <= depth; n++)
		cut_out(&at_depth[depth], n, &at_depth[depth - n]);
	if (interrupted(&taken, depth) < 0 || interrupted(&taken, depth + 1) >= 0)
		shadow_wrong("not one discontinuity for each interruption", depth);
	if (depth < 2 && !sh.wrong) {
		shoot(depth + 1);
		shadow_run(chain + FRAMED, CHAIN - FRAMED, g.text + 128, 0);
	}
	shadow_cut_end(&cut);
	if (depth || sh.wrong || ++rounds == ROUNDS)
		leave(uc);
	else
		shoot(0);
}

static void nest_0(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	nest(0, uc, nest_0);
}

static void nest_1(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	nest(1, uc, nest_1);
}

static void nest_2(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	nest(2, uc, nest_2);
}

/* The one in the middle has a stack of its own, above that of the thread, or below. */
static void nested(struct __test_metadata *_metadata, void *stack)
{
	stack_t ss = { .ss_sp = stack, .ss_size = ALT };

	start(_metadata);
	ASSERT_EQ(0, sigaltstack(&ss, NULL));
	handle(_metadata, SIGPROF, nest_0, 0);
	handle(_metadata, SIGUSR1, nest_1, SA_ONSTACK);
	handle(_metadata, SIGUSR2, nest_2, 0);
	shoot(0);
	shadow_run(chain + FRAMED, CHAIN - FRAMED, g.text + 128, 0);
	judge(_metadata);
	EXPECT_EQ(ROUNDS, rounds);
}

TEST(nested_stack_below)
{
	nested(_metadata, sft_map(ALT, SFT_RW));
}

TEST(nested_stack_above)
{
	char room[ALT];

	nested(_metadata, room);
}

/* perf has no kinds of frames: its chain is the addresses, up to main. */
static struct sft_perf perf;

static void judge_sample(const struct sft_sample *s)
{
	static struct shadow want;
	uint64_t offset = s->ip - sft_addr(g.text), sp = sh.level->sp;

	for (int i = FRAMED; i < THREE; i++)
		sp -= gen_depth(&g, sft_addr(chain[i].ret));
	want.n = 0;
	shadow_generated(&want, s->ip, sp - gen_depth(&g, s->ip));
	for (int i = 0; i < want.n && !sh.wrong; i++)
		if (i >= s->n || s->chain[i] != want.f[i].pc)
			shadow_wrong("another chain of perf's", i);
	seen[offset]++;
	hits++;
}

static void on_drain(int sig, siginfo_t *info, void *uc)
{
	static struct sft_sample s;

	(void)sig;
	(void)info;
	while (offset_of(uc) < BLOCKS && sft_perf_next(&perf, &s))
		if (s.ip - sft_addr(g.text) < BLOCKS)
			judge_sample(&s);
	if (offset_of(uc) < BLOCKS && (hits >= SAMPLES || sh.wrong))
		leave(uc);
	else
		shoot(0);
}

TEST(sampled)
{
	start(_metadata);
	handle(_metadata, SIGPROF, on_drain, 0);
	ASSERT_EQ(0, sft_perf_open(&perf, 0, -1, 2000, 0));
	sft_perf_on(&perf);
	shoot(0);
	shadow_run(chain + FRAMED, CHAIN - FRAMED, g.text + 128, 0);
	sft_perf_off(&perf);
	judge(_metadata);
	EXPECT_LE(SAMPLES, hits);
	EXPECT_EQ(0, perf.lost);
	for (int i = 0; i < BLOCKS; i += 10)
		sft_note("at %d: %d\n", i, seen[i]);
}

SFT_MAIN
