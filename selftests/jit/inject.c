// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls injected at a trap. Generated code divides by zero, from a function with a frame
 * or from a leaf that has values in its red zone; the handler of SIGFPE rewrites the saved
 * registers so that the thread returns into a stub, which saves everything and calls
 * host(). What a walk finds there: host, stub, the dividing instruction, exact, and its
 * callers up to main; and so at every instruction of the stub. Then the code goes on
 * behind the division, with every register and the red zone as they were.
 */
#include "sft_perf.h"
#include "taken.h"
#include "machine.h"

#define SAMPLES	100
#define ALT	(64 * 1024)
#define SHIFTS	8			/* the stack may lie by any of them */
#define TRAP	0x100			/* the flag that stops at each instruction */
#define TEXT	(4 * SFT_PAGE)

enum { OUTER, TRAPPER, CHAIN };

static struct gen g;
static struct sfreg_jit *jit;
static struct shadow_call chains[SHIFTS][CHAIN];
static const struct shadow_call *chain;	/* of these the one that runs */
static const uint8_t *trap, *stub_ret;
static bool framed;			/* the division is in a function with a frame pointer */
static bool by_frame;			/* the stub */

static struct machine before __attribute__((aligned(64))), after __attribute__((aligned(64)));
static struct machine_frame *frame;	/* on another stack, for by_frame */
static struct shadow_taken at_fault, in_host, stepped;
static struct shadow_cut injection;
static int faults, calls, steps;
static int seen[TEXT];
static struct sft_perf *sampling;

static void host(uint64_t *pc);

/* The function that traps, and those that call it: by each sp modulo 64. */
static void make_trapper(struct __test_metadata *_metadata)
{
	struct shadow_call trapper;
	const uint8_t *ret;
	uint32_t at;

	gen_begin(&g);
	if (framed) {
		gen_push_frame(&g);
		gen_sub_sp(&g, 0x150);
	}
	gen_machine_load(&g, framed);
	trap = gen_here(&g);
	gen_machine_trap(&g);
	gen_machine_store(&g, &after);
	if (framed)
		gen_leave(&g);
	gen_ret(&g);
	ASSERT_EQ(0, gen_end(&g, jit, "trapper"));
	trapper = (struct shadow_call) { g.text + g.start, gen_here(&g), NULL };
	at = g.start;
	for (int i = 0; i < SHIFTS; i++) {
		gen_begin(&g);
		gen_sub_sp(&g, 0x48 + 8 * i);
		gen_call(&g, at);
		ret = gen_here(&g);
		gen_add_sp(&g, 0x48 + 8 * i);
		gen_ret(&g);
		ASSERT_EQ(0, gen_end(&g, jit, "outer"));
		chains[i][OUTER] = (struct shadow_call) {
			g.text + g.start, gen_here(&g), ret,
		};
		chains[i][TRAPPER] = trapper;
	}
}

static void make_stub(struct __test_metadata *_metadata)
{
	struct sfreg_jit_row body = {
		.cfa_offset = MACHINE_FRAME(cfa), .ra_offset = MACHINE_RA,
		.flags = SFREG_JIT_CFA_SAVED | SFREG_JIT_EXACT,
	}, leave = {
		.cfa_offset = -MACHINE_RA, .ra_offset = MACHINE_RA, .flags = SFREG_JIT_EXACT,
	};
	uint32_t start = g.at, end;

	if (by_frame) {
		stub_ret = gen_stub_by_frame(&g, host);
		end = g.at;
		gen_leave_stub(&g);
		ASSERT_EQ(0, sfreg_jit_stub(jit, g.text + start, end - start, &body, "stub"));
		ASSERT_EQ(0, sfreg_jit_stub(jit, g.text + end, g.at - end, &leave, "leave"));
	} else {
		stub_ret = gen_stub_by_push(&g, host);
		ASSERT_EQ(0, gen_end(&g, jit, "stub"));
		ASSERT_EQ(4, g.n_rows);
	}
	sh.stub = g.text + start;
	sh.stub_len = g.at - start;
}

/* All that a callee may change, and more than the stub's caller may see. */
static void clobber(void)
{
	asm volatile("pcmpeqd %%xmm0, %%xmm0\n\t"
		     ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
		     "movdqa %%xmm0, %%xmm\\n\n\t"
		     ".endr\n\t"
		     ".irp r, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11\n\t"
		     "mov $-1, %%\\r\n\t"
		     ".endr\n\t"
		     "xor %%eax, %%eax"
		     : : : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc",
		       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
		       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	if (machine_has_avx())
		asm volatile("vzeroall" : : : "memory");
}

extern const char spin_end[];
void spin(void);

/* Without a frame of its own. */
asm(".pushsection .text\n"
	".type spin, @function\n"
	"spin:	.cfi_startproc\n"
	"	mov	$300000, %eax\n"
	"1:	dec	%eax\n"
	"	jnz	1b\n"
	"	ret\n"
	"	.cfi_endproc\n"
	"spin_end:\n"
	".popsection\n");

/* How many samples of spin() have the chain of this place, from the stub on. */
static int count_samples(const struct shadow_taken *t)
{
	static struct sft_sample s;
	int n = 0;

	while (sft_perf_next(sampling, &s)) {
		if (s.ip - sft_addr(spin) >= (uint64_t)(spin_end - (const char *)spin))
			continue;
		/* spin, host, and from here on as shadow_take() and host() were */
		for (int i = 2; i < t->want.n && !sh.wrong; i++)
			if (i >= s.n || s.chain[i] != t->want.f[i].pc)
				shadow_wrong("another chain of perf's", i);
		n++;
	}
	return n;
}

/* The stub calls it, on the thread that was interrupted. */
static __attribute__((noinline)) void host(uint64_t *pc)
{
	int samples = 0;

	calls++;
	if (*pc != sft_addr(trap))
		shadow_wrong("the stub has lost the pc", 0);
	shadow_take(&in_host);
	while (sampling && samples < SAMPLES && !sh.wrong) {
		sft_perf_on(sampling);
		spin();
		sft_perf_off(sampling);
		samples += count_samples(&in_host);
	}
	/* Go on behind the division. */
	*pc += MACHINE_TRAP;
	injection.pc += MACHINE_TRAP;
	clobber();
	if (before.flags & TRAP)	/* see on_trap() */
		asm volatile("sub $128, %%rsp\n\t"
			     "pushfq\n\t"
			     "orl %0, (%%rsp)\n\t"
			     "popfq\n\t"
			     "sub $-128, %%rsp"
			     : : "i" (TRAP) : "memory", "cc");
}

/* SIGPROF, as soon as the handler under way returns, where it returns to. */
static void step(void)
{
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGPROF);
}

static void on_fault(int sig, siginfo_t *info, void *ucontext)
{
	ucontext_t *uc = ucontext;
	greg_t *regs = uc->uc_mcontext.gregs;
	struct shadow_cut cut;
	uint64_t *slot = (uint64_t *)(uintptr_t)(regs[REG_RSP] + MACHINE_RA);

	(void)sig;
	(void)info;
	faults++;
	shadow_cut_begin(&cut, uc, SFREG_DISC_FAULT, on_fault);
	shadow_take(&at_fault);
	shadow_cut_end(&cut);

	injection = (struct shadow_cut) {
		.pc = regs[REG_RIP], .sp = regs[REG_RSP], .source = SFREG_SOURCE_SFRAME,
		.type = SFREG_DISC_INJECTED, .outer = sh.cut,
	};
	sh.cut = &injection;
	*slot = regs[REG_RIP];
	if (by_frame) {
		frame->cfa = regs[REG_RSP];
		frame->leave_sp = sft_addr(slot);
		frame->default_mxcsr = 0x1f80;
		regs[REG_RSP] = sft_addr(frame);
	} else {
		regs[REG_RSP] = sft_addr(slot);
	}
	regs[REG_RIP] = sft_addr(sh.stub);
	if (before.flags & TRAP)
		step();		/* there the flag would trap one instruction later */
}

/* Delivered when on_trap() returns, where it trapped. */
static void on_step(int sig, siginfo_t *info, void *ucontext)
{
	const ucontext_t *uc = ucontext;
	struct shadow_cut cut;

	(void)sig;
	(void)info;
	shadow_cut_begin(&cut, uc, SFREG_DISC_ASYNC, on_step);
	shadow_take(&stepped);
	shadow_cut_end(&cut);
	seen[uc->uc_mcontext.gregs[REG_RIP] - sft_addr(g.text)]++;
	steps++;
}

/* Compiled code runs freely; host() sets the flag again before it returns. */
static void on_trap(int sig, siginfo_t *info, void *ucontext)
{
	ucontext_t *uc = ucontext;
	uint64_t pc = uc->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (gen_has(&g, pc))
		step();
	else if (pc == sft_addr(host))
		uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP;
}

static void handle(struct __test_metadata *_metadata, int sig, int flags,
		   void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigaddset(&sa.sa_mask, SIGPROF);
	ASSERT_EQ(0, sigaction(sig, &sa, NULL));
}

static void fill(uint64_t flags)
{
	uint8_t *p = (void *)&before;

	for (size_t i = 0; i < sizeof(before); i++)
		p[i] = i * 37 + 11;
	before.gpr[GEN_CX] = 0;			/* the divisor */
	before.mxcsr = 0x7fa5;			/* rounds to zero; with some flags */
	before.flags = flags;
}

static void start(struct __test_metadata *_metadata, uint64_t flags)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .max_functions = 16, .max_rows = 64, .text_len = TEXT,
	};
	stack_t ss = { .ss_sp = sft_map(ALT, SFT_RW), .ss_size = ALT };

	fill(flags);
	gen_open(&g, TEXT);
	options.text = g.text;
	ASSERT_EQ(0, sfreg_jit_open(&options, &jit));
	ASSERT_EQ(0, shadow_start(&g));
	make_trapper(_metadata);
	make_stub(_metadata);
	ASSERT_EQ(0, sfreg_jit_publish(jit));
	frame = (void *)((uint8_t *)sft_map(16 * SFT_PAGE, SFT_RW) + 8 * SFT_PAGE);
	/* Rules lead up the stack only. */
	ASSERT_LT(sft_addr(frame), sft_addr(&options));
	ASSERT_EQ(0, sigaltstack(&ss, NULL));
	handle(_metadata, SIGFPE, SA_ONSTACK, on_fault);
	handle(_metadata, SIGPROF, 0, on_step);
	handle(_metadata, SIGTRAP, 0, on_trap);
}

static void judge_registers(struct __test_metadata *_metadata)
{
	size_t width = machine_has_avx() ? 32 : 16;

	for (int i = 0; i < 16; i++) {
		if (i == GEN_SP || (i == GEN_BP && framed))
			continue;
		EXPECT_EQ(before.gpr[i], after.gpr[i]) {
			TH_LOG("register %d", i);
		}
	}
	EXPECT_EQ(injection.sp, after.gpr[GEN_SP]);
	EXPECT_EQ(framed ? injection.sp + 0x150 : before.gpr[GEN_BP], after.gpr[GEN_BP]);
	EXPECT_EQ(before.flags | 0x202, after.flags);
	EXPECT_EQ((uint32_t)before.mxcsr, (uint32_t)after.mxcsr);
	EXPECT_EQ(0, memcmp(before.red, after.red, sizeof(before.red)));
	for (int i = 0; i < MACHINE_VECTORS; i++) {
		EXPECT_EQ(0, memcmp(before.vector[i], after.vector[i], width)) {
			TH_LOG("vector register %d", i);
		}
	}
}

/* The frames that the issue names, by their place; all of them were compared already. */
static void judge_host(struct __test_metadata *_metadata)
{
	const struct sfreg_frame *f = in_host.frames;

	ASSERT_LE(7, in_host.bt.count);
	EXPECT_EQ(sft_addr(stub_ret), f[2].pc);
	EXPECT_EQ(SFREG_KIND_CALL, f[2].kind);
	EXPECT_EQ(injection.sp, f[2].cfa);
	EXPECT_EQ(sft_addr(trap), f[3].pc);
	EXPECT_EQ(SFREG_KIND_DISCONTINUITY, f[3].kind);
	EXPECT_EQ(SFREG_DISC_INJECTED, f[3].discontinuity);
	EXPECT_EQ(0, f[3].to_pc);
	EXPECT_EQ(sft_addr(chain[OUTER].ret), f[4].pc);
	EXPECT_EQ(sft_addr(jit_enter_ret), f[5].pc);
}

static void run(struct __test_metadata *_metadata, int shift)
{
	chain = chains[shift];
	faults = 0;
	calls = 0;
	shadow_run(chain, CHAIN, chain[OUTER].start, (long)&before);
	sh.cut = NULL;
	EXPECT_STREQ("", sh.wrong ?: "") {
		shadow_print(steps ? &stepped : calls ? &in_host : &at_fault);
	}
	EXPECT_EQ(1, faults);
	EXPECT_EQ(1, calls);
	judge_registers(_metadata);
	judge_host(_metadata);
}

/* CF, PF, AF, ZF, SF, OF; and DF, which one of the stubs saves. */
#define FLAGS	0x8d5
#define DF	0x400

FIXTURE(inject) {
	uint64_t flags;
};

FIXTURE_VARIANT(inject) {
	bool framed, by_frame;
};

FIXTURE_VARIANT_ADD(inject, leaf)
{
	.framed = false,
};

FIXTURE_VARIANT_ADD(inject, framed)
{
	.framed = true,
};

FIXTURE_VARIANT_ADD(inject, leaf_by_frame)
{
	.by_frame = true,
};

FIXTURE_VARIANT_ADD(inject, framed_by_frame)
{
	.framed = true, .by_frame = true,
};

FIXTURE_SETUP(inject)
{
	framed = variant->framed;
	by_frame = variant->by_frame;
	self->flags = by_frame ? FLAGS : FLAGS | DF;
}

FIXTURE_TEARDOWN(inject)
{
	sfreg_jit_close(jit);
	close(sh.fd);
}

TEST_F(inject, and_resumed)
{
	start(_metadata, self->flags);
	for (int shift = 0; shift < SHIFTS; shift++) {
		memset(&after, 0, sizeof(after));
		run(_metadata, shift);
	}
}

/* Every instruction from the popf before the trap to the popf behind it. */
TEST_F(inject, stepped)
{
	start(_metadata, self->flags | TRAP);
	run(_metadata, 0);
	for (uint32_t i = 0; i < sh.stub_len; i++) {
		if (!gen_depth(&g, sft_addr(sh.stub) + i))
			continue;
		EXPECT_EQ(1, seen[sh.stub + i - g.text]) {
			TH_LOG("byte %u of the stub", i);
		}
	}
	sft_note("%d steps\n", steps);
}

TEST_F(inject, sampled)
{
	struct sft_perf perf;

	ASSERT_EQ(0, sft_perf_open(&perf, 0, -1, 2000, 0));
	sampling = &perf;
	start(_metadata, self->flags);
	run(_metadata, 0);
	EXPECT_EQ(0, perf.lost);
}

SFT_MAIN
