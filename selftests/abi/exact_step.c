// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every instruction of some functions is interrupted once: the trap flag raises
 * SIGTRAP after each, its handler sends SIGPROF, which is delivered when SIGTRAP's
 * handler returns, at exactly that instruction. The backtrace from SIGPROF's
 * handler must equal the truth. (An emulated processor takes a timer's interrupt
 * only at some instructions; this takes all, prologues and epilogues included.)
 */
#include "sft_self.h"
#include "worker.h"

static struct {
	int fd, hits, work_hits;
	const char *wrong;
	int at;
	struct sft_capture capture;
	struct sft_self self;
} t;

static void note(const char *wrong)
{
	if (wrong && !t.wrong)
		t.wrong = wrong;
}

static void on_prof(int sig, siginfo_t *info, void *uc)
{
	const ucontext_t *u = uc;
	uint64_t pc = u->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (t.wrong || pc - t.self.text >= t.self.text_len)
		return;
	sft_capture(t.fd, &t.capture);
	note(sft_differs(&t.capture, &t.at));
	note(sft_differs_signal(&t.capture, 0, uc, SFREG_DISC_ASYNC, on_prof));
	note(sft_work_differs(&t.capture, 0, uc));
	t.work_hits += !!sft_work_depth(pc);
	t.hits++;
}

static void on_trap(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	(void)uc;
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGPROF);
}

static void install(struct __test_metadata *_metadata)
{
	struct sigaction trap = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	struct sigaction prof = { .sa_sigaction = on_prof, .sa_flags = SA_SIGINFO };

	sigaddset(&trap.sa_mask, SIGPROF);
	sigaddset(&prof.sa_mask, SIGTRAP);
	t.fd = sft_open();
	ASSERT_LE(0, t.fd);
	t.self = sft_self();
	ASSERT_EQ(0, sft_self_register(t.fd));
	ASSERT_EQ(0, sigaction(SIGTRAP, &trap, NULL));
	ASSERT_EQ(0, sigaction(SIGPROF, &prof, NULL));
}

static void judge(struct __test_metadata *_metadata, int at_least)
{
	EXPECT_STREQ("", t.wrong ?: "") {
		TH_LOG("frame %d", t.at);
		sft_capture_print(&t.capture);
	}
	EXPECT_LE(at_least, t.hits);
	sft_note("%d instructions\n", t.hits);
}

static void work(long rounds)
{
	sft_work(rounds);
}

/* Exactly this many instructions, each with the truth in registers. */
TEST(by_hand)
{
	install(_metadata);
	sft_stepped(work, 6);
	judge(_metadata, 6 * 20);
	EXPECT_LE(6 * 20, t.work_hits);
}

static volatile long sink;

static __attribute__((noinline)) long leaf(long a, long b)
{
	return a * b + sink;
}

static __attribute__((noinline)) long many(long a, long b, long c, long d, long e,
					   long f, long g, long h)
{
	long x = leaf(a, b), y = leaf(c, d), z = leaf(e, f), w = leaf(g, h);

	for (int i = 0; i < 3; i++) {
		x += leaf(y, z);
		y ^= leaf(z, w);
		if (x & 1)
			return x - y;
		z -= leaf(w, x);
	}
	return x + y + z + w;
}

static __attribute__((noinline)) long large(long n)
{
	volatile long room[3000];

	room[n] = n;
	room[2999] = leaf(n, 3);
	return room[n] + room[2999];
}

static __attribute__((noinline)) long variable(long n)
{
	volatile char room[n];

	room[n - 1] = n;
	return leaf(room[n - 1], n) + large(n);
}

static __attribute__((noinline)) long choose(long n)
{
	static long (*const way[])(long) = { large, variable };

	switch (n % 5) {
	case 0: return leaf(n, n);
	case 1: return way[0](n);
	case 2: return way[1](n) + 1;
	case 3: return many(n, 1, 2, 3, 4, 5, 6, 7);
	default: return many(n, n, n, n, n, n, n, n) + variable(n);
	}
}

static void compiled_work(long n)
{
	for (long i = 1; i <= n; i++)
		sink = choose(i);
}

TEST(by_compiler)
{
	install(_metadata);
	sft_stepped(compiled_work, 10);
	judge(_metadata, 500);
}

SFT_MAIN
