// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers interrupt work; their handlers take a backtrace. In every one of
 * thousands of hits it equals the truth, up to main: on the same stack, on a
 * signal stack below and above it, and with a handler interrupted in turn.
 */
#include "sft_self.h"
#include "worker.h"

#define HITS	2000
#define ALT	(64 * 1024)

static struct {
	int fd;
	int timer, timer2;
	volatile int hits, nested;
	bool nest;
	const char *volatile wrong;
	int at;
	const void *uc_outer;		/* of the handler that is interrupted */
	struct sft_capture capture;
} t;

/*
 * One shot, after 20 to 400 us, so that the work goes on in between. No libc: it
 * may be interrupted as well, and must be this program's own text.
 */
static void shoot(long timer)
{
	register const void *none asm("r10") = NULL;
	static uint32_t random = 12345;
	struct itimerspec its = { 0 };
	long ret;

	random = random * 1103515245 + 12345;
	its.it_value.tv_nsec = 20000 + (random >> 8) % 380000;
	asm volatile("syscall"
		     : "=a" (ret)
		     : "a" (SYS_timer_settime), "D" (timer), "S" (0L), "d" (&its),
		       "r" (none)
		     : "rcx", "r11", "memory");
}

static void note(const char *wrong)
{
	if (wrong && !t.wrong)
		t.wrong = wrong;
}

static void inner(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	t.nested++;
	if (t.wrong)
		return;
	sft_capture(t.fd, &t.capture);
	note(sft_differs(&t.capture, &t.at));
	note(sft_differs_signal(&t.capture, 0, uc, SFREG_DISC_ASYNC, inner));
	note(sft_work_differs(&t.capture, 0, uc));
	note(sft_work_differs(&t.capture, 1, t.uc_outer));
}

/* The outer handler works until it has been interrupted. */
static __attribute__((noinline)) void nest(const void *uc)
{
	int before = t.nested;

	t.uc_outer = uc;
	shoot(t.timer2);
	while (t.nested == before)
		sft_work(20);
}

static void handler(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	if (t.wrong || t.hits >= HITS)
		return;
	if (t.nest) {
		nest(uc);
	} else {
		sft_capture(t.fd, &t.capture);
		note(sft_differs(&t.capture, &t.at));
		note(sft_differs_signal(&t.capture, 0, uc, SFREG_DISC_ASYNC,
					handler));
		note(sft_work_differs(&t.capture, 0, uc));
	}
	t.hits++;
	shoot(t.timer);
}

static void install(struct __test_metadata *_metadata, int flags)
{
	struct sigaction outer = {
		.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags,
	}, other = {
		.sa_sigaction = inner, .sa_flags = SA_SIGINFO | flags,
	};
	struct sigevent prof = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF,
	}, usr = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1,
	};

	t.fd = sft_open();
	ASSERT_LE(0, t.fd);
	ASSERT_EQ(0, sft_self_register(t.fd));
	ASSERT_EQ(0, sigaction(SIGPROF, &outer, NULL));
	ASSERT_EQ(0, sigaction(SIGUSR1, &other, NULL));
	ASSERT_EQ(0, syscall(SYS_timer_create, CLOCK_MONOTONIC, &prof, &t.timer));
	ASSERT_EQ(0, syscall(SYS_timer_create, CLOCK_MONOTONIC, &usr, &t.timer2));
}

/* Compiled frames between the test and the work, of differing shapes. */
static __attribute__((noinline)) long fixed(long n, char *p)
{
	volatile char room[200];

	room[n & 127] = *p;
	sft_work(50);
	return room[n & 127];
}

static __attribute__((noinline)) long variable(long n)
{
	char room[n];		/* CFA by the frame pointer */

	room[0] = 1;
	asm volatile("" : : "r" (room) : "memory");
	return fixed(n, room) + n;
}

/* Until there are enough hits; a hang ends in the harness's timeout. */
static __attribute__((noinline)) void work_until_done(void)
{
	shoot(t.timer);
	for (long n = 1; t.hits < HITS && !t.wrong; n = n % 900 + 7)
		variable(n);
}

static void judge(struct __test_metadata *_metadata)
{
	EXPECT_STREQ("", t.wrong ?: "") {
		TH_LOG("frame %d", t.at);
		sft_capture_print(&t.capture);
	}
	EXPECT_EQ(HITS, t.hits);
}

TEST(on_the_same_stack)
{
	install(_metadata, 0);
	work_until_done();
	judge(_metadata);
}

TEST(on_a_stack_below)
{
	stack_t ss = { .ss_sp = sft_map(ALT, SFT_RW), .ss_size = ALT };

	ASSERT_GT(sft_addr(&ss), sft_addr(ss.ss_sp));
	ASSERT_EQ(0, sigaltstack(&ss, NULL));
	install(_metadata, SA_ONSTACK);
	work_until_done();
	judge(_metadata);
}

/* The walk must go down once: from the signal stack to the thread's own. */
TEST(on_a_stack_above)
{
	char room[ALT];
	stack_t ss = { .ss_sp = room, .ss_size = ALT };

	ASSERT_EQ(0, sigaltstack(&ss, NULL));
	install(_metadata, SA_ONSTACK);
	work_until_done();
	judge(_metadata);
	EXPECT_GT(sft_addr(room) + ALT, t.capture.frames[0].cfa);
	EXPECT_LT(sft_addr(room), t.capture.frames[0].cfa);
}

TEST(nested)
{
	install(_metadata, 0);
	t.nest = true;
	work_until_done();
	judge(_metadata);
	EXPECT_EQ(HITS, t.nested);
	EXPECT_LE(0, sft_discontinuity(&t.capture, 1));
}

TEST(nested_on_a_stack_above)
{
	char room[ALT];
	stack_t ss = { .ss_sp = room, .ss_size = ALT };

	ASSERT_EQ(0, sigaltstack(&ss, NULL));
	install(_metadata, SA_ONSTACK);
	t.nest = true;
	work_until_done();
	judge(_metadata);
	EXPECT_EQ(HITS, t.nested);
}

SFT_MAIN
