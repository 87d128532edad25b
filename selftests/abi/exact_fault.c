// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults, and handlers installed in every way: which instruction, which type of
 * discontinuity, where control went, and the whole chain below it.
 */
#include "sft_self.h"
#include "worker.h"
#include <setjmp.h>

static struct {
	int fd, hits;
	const char *wrong;
	int at;
	struct sft_capture capture;
	/* What the handler expects. */
	uint64_t pc;			/* 0: what the ucontext says */
	int type;
	const void *to;
	sigjmp_buf out;
	bool jump_out;
} t;

static void note(const char *wrong)
{
	if (wrong && !t.wrong)
		t.wrong = wrong;
}

static __attribute__((noinline)) void judge_here(void *uc)
{
	const ucontext_t *u = uc;
	uint64_t pc = t.pc ?: (uint64_t)u->uc_mcontext.gregs[REG_RIP];

	sft_capture(t.fd, &t.capture);
	note(sft_differs(&t.capture, &t.at));
	note(sft_differs_at(&t.capture, 0, pc, u->uc_mcontext.gregs[REG_RSP],
			    t.type, t.to));
	t.hits++;
}

static void with_info(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	judge_here(uc);
	if (t.jump_out)
		siglongjmp(t.out, 1);
}

/* The kernel passes the ucontext to every handler. */
static void without_info(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	judge_here(uc);
}

static void install(struct __test_metadata *_metadata, int sig, int flags)
{
	struct sigaction sa = {
		.sa_sigaction = flags & SA_SIGINFO ? with_info : without_info,
		.sa_flags = flags,
	};

	if (!t.fd) {
		t.fd = sft_open();
		ASSERT_LE(0, t.fd);
		ASSERT_EQ(0, sft_self_register(t.fd));
	}
	ASSERT_EQ(0, sigaction(sig, &sa, NULL));
	t.to = sa.sa_sigaction;
}

static void judge(struct __test_metadata *_metadata, int hits)
{
	EXPECT_STREQ("", t.wrong ?: "") {
		TH_LOG("frame %d", t.at);
		sft_capture_print(&t.capture);
	}
	EXPECT_EQ(hits, t.hits);
}

/* Sent by the thread itself, from this program's own text. */
static __attribute__((noinline)) void send(int sig)
{
	long pid = getpid(), ret;

	asm volatile("syscall"
		     : "=a" (ret)
		     : "a" (SYS_kill), "D" (pid), "S" ((long)sig)
		     : "rcx", "r11", "memory");
}

static void fault(struct __test_metadata *_metadata, int sig, void (*f)(void *),
		  const char *at)
{
	install(_metadata, sig, SA_SIGINFO);
	t.pc = sft_addr(at);
	t.type = SFREG_DISC_FAULT;
	t.jump_out = true;
	if (!sigsetjmp(t.out, 1))
		f(NULL);
	judge(_metadata, 1);
}

TEST(fault_load)
{
	fault(_metadata, SIGSEGV, sft_fault_load, sft_fault_load_at);
}

TEST(fault_divide)
{
	fault(_metadata, SIGFPE, (void (*)(void *))sft_fault_divide,
	      sft_fault_divide_at);
}

TEST(fault_undefined)
{
	fault(_metadata, SIGILL, (void (*)(void *))sft_fault_undefined,
	      sft_fault_undefined_at);
}

/* A breakpoint has been executed: the next instruction is named. */
TEST(trap)
{
	install(_metadata, SIGTRAP, SA_SIGINFO);
	t.type = SFREG_DISC_TRAP;
	asm volatile("lea\t1f(%%rip), %%rax\n\t"
		     "mov\t%%rax, %0\n\t"
		     "int3\n"
		     "1:" : "=m" (t.pc) : : "rax", "memory");
	judge(_metadata, 1);
}

/* The same signals, but sent: no instruction caused them. */
static void sent(struct __test_metadata *_metadata, int sig)
{
	install(_metadata, sig, SA_SIGINFO);
	t.type = SFREG_DISC_ASYNC;
	send(sig);
	judge(_metadata, 1);
}

TEST(segv_that_was_sent)
{
	sent(_metadata, SIGSEGV);
}

TEST(trap_that_was_sent)
{
	sent(_metadata, SIGTRAP);
}

TEST(without_siginfo)
{
	install(_metadata, SIGUSR1, 0);
	t.type = SFREG_DISC_UNKNOWN;
	t.to = NULL;
	send(SIGUSR1);
	judge(_metadata, 1);
}

/* By then the handler is forgotten; that there was a signal frame is not. */
TEST(reset_hand)
{
	install(_metadata, SIGUSR1, SA_SIGINFO | SA_RESETHAND);
	t.type = SFREG_DISC_ASYNC;
	t.to = NULL;
	send(SIGUSR1);
	judge(_metadata, 1);
}

/*
 * A jump into nowhere: the interrupted pc is the target, where there is no
 * window; the word at its stack pointer is the return address of the call. No
 * second opinion here: libgcc reads code at the pc, where there is none.
 */
static void on_jump(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	(void)uc;
	t.capture.bt = (struct sfreg_backtrace) {
		.size = sizeof(t.capture.bt), .count = SFT_FRAMES,
		.frames = sft_addr(t.capture.frames),
	};
	t.capture.ret = sft_backtrace_here(t.fd, &t.capture.bt, &t.capture.pc);
	t.hits++;
	siglongjmp(t.out, 1);
}

TEST(jump_into_nowhere)
{
	struct sigaction sa = { .sa_sigaction = on_jump, .sa_flags = SA_SIGINFO };
	struct sfreg_frame *f;
	int at;

	install(_metadata, SIGSEGV, SA_SIGINFO);
	ASSERT_EQ(0, sigaction(SIGSEGV, &sa, NULL));
	if (!sigsetjmp(t.out, 1))
		sft_fault_jump((void *)0x10);
	EXPECT_EQ(1, t.hits);
	at = sft_discontinuity(&t.capture, 0);
	ASSERT_LT(0, at);
	f = &t.capture.frames[at];
	EXPECT_EQ(0x10, f[0].pc);
	EXPECT_EQ(SFREG_DISC_FAULT, f[0].discontinuity);
	ASSERT_LT(at + 2, (int)t.capture.bt.count);
	EXPECT_EQ(sft_addr(sft_fault_jump_after), f[1].pc);
	EXPECT_EQ(SFREG_KIND_CALL, f[1].kind);
	EXPECT_EQ(f[0].cfa, f[-1].cfa + 8);
}

/*
 * More changes of stack than the limit: each handler runs on a stack above the
 * one that it interrupted. With a limit of n, n are followed and the next is not.
 */
#define DEPTH	6

static char stacks[DEPTH][65536];
static int depth;

static void deeper(int sig, siginfo_t *info, void *uc)
{
	stack_t ss = { .ss_size = 65536, .ss_flags = 1U << 31 /* AUTODISARM */ };

	(void)info;
	(void)uc;
	if (++depth == DEPTH) {
		sft_capture(t.fd, &t.capture);
		return;
	}
	ss.ss_sp = stacks[depth];
	sigaltstack(&ss, NULL);
	send(sig);
}

TEST(stack_switch_limit)
{
	struct sigaction sa = {
		.sa_sigaction = deeper,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};
	stack_t ss = {
		.ss_sp = stacks[0], .ss_size = 65536, .ss_flags = 1U << 31,
	};
	uint64_t limit = sft_param("limit_stack_switches");

	install(_metadata, SIGUSR1, SA_SIGINFO);
	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
	/* The first switch goes up to the thread's stack: no change of direction. */
	for (int n = 0; n < DEPTH; n++) {
		ASSERT_EQ(0, sigaltstack(&ss, NULL));
		ASSERT_EQ(0, sft_param_set("limit_stack_switches", n));
		depth = 0;
		send(SIGUSR1);
		if (n == DEPTH - 1) {
			EXPECT_STREQ("", sft_differs(&t.capture, &t.at) ?: "");
			EXPECT_NE(SFREG_STOP_SWITCH_LIMIT, t.capture.bt.stop);
			continue;
		}
		EXPECT_EQ(SFREG_STOP_SWITCH_LIMIT, t.capture.bt.stop) {
			TH_LOG("limit %d", n);
			sft_capture_print(&t.capture);
		}
		EXPECT_EQ(-1, sft_discontinuity(&t.capture, n));
		if (n)
			EXPECT_LT(0, sft_discontinuity(&t.capture, n - 1));
	}
	EXPECT_EQ(0, sft_param_set("limit_stack_switches", limit));
}

SFT_MAIN
