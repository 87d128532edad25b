// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interruptions of every kind in each other, thousands of times, by chance: generated
 * code faults, is sent a signal, is hit by a timer, or jumps to where no code is; the
 * handler, on a stack of its own or not, faults itself or calls generated code, and so on.
 * Before each the program writes down which instruction it will be, where the stack
 * pointer will be, of which type, and which handler it leads to. In each handler a walk
 * must have one record for each of these boundaries, and all of them, and each frame in
 * between, as it was written down. The first that differs ends the program.
 */
#include "chance.h"
#include "traps.h"

#define ROUNDS	3000
#define DEPTH	5
#define TEXT	(8 * SFT_PAGE)
#define STACK	(64 * 1024)

/* What the program writes down before each. */
struct plan {
	enum how how;
	const struct trap *trap;
	uint64_t target;		/* of a jump */
};

static struct plan plan;
static struct shadow_taken taken;
static uint8_t *stacks[DEPTH + 2], *nowhere[3];
static int depth, timer;
static int taken_of[HOWS], takes, deepest;

/* A load from NULL in compiled code; it notes its stack pointer. */
void host_load(uint64_t *sp);
extern const char host_load_at[], host_load_after[];

asm(".pushsection .text\n"
	".type host_load, @function\n"
	"host_load:\n"
	"	.cfi_startproc\n"
	"	sub	$0x58, %rsp\n"
	"	.cfi_adjust_cfa_offset 0x58\n"
	"	mov	%rsp, (%rdi)\n"
	"	xor	%eax, %eax\n"
	"host_load_at:\n"
	"	mov	(%rax), %rax\n"
	"host_load_after:\n"
	"	add	$0x58, %rsp\n"
	"	.cfi_adjust_cfa_offset -0x58\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size host_load, . - host_load\n"
	".popsection\n");

static uint64_t host_sp;

/* The signal that each is delivered as, and its handler. */
static void on_undefined(int sig, siginfo_t *info, void *uc);
static void on_segment(int sig, siginfo_t *info, void *uc);
static void on_divide(int sig, siginfo_t *info, void *uc);
static void on_sent(int sig, siginfo_t *info, void *uc);
static void on_sent_onstack(int sig, siginfo_t *info, void *uc);
static void on_sent_no_info(int sig, siginfo_t *info, void *uc);
static void on_timer(int sig, siginfo_t *info, void *uc);

static const struct {
	int sig, flags, type;
	void (*handler)(int sig, siginfo_t *info, void *uc);
} signals[HOWS] = {
	[UNDEFINED] = { SIGILL, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_undefined },
	[NULL_LOAD] = { SIGSEGV, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_segment },
	[MISALIGNED] = { SIGSEGV, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_segment },
	[DIVIDE] = { SIGFPE, SA_SIGINFO, SFREG_DISC_FAULT, on_divide },
	[SENT] = { SIGUSR1, SA_SIGINFO, SFREG_DISC_ASYNC, on_sent },
	[SENT_ONSTACK] = { SIGUSR2, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_ASYNC, on_sent_onstack },
	[SENT_NO_INFO] = { SIGHUP, 0, SFREG_DISC_UNKNOWN, on_sent_no_info },
	[TIMER] = { SIGPROF, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_ASYNC, on_timer },
	[CALL_NOWHERE] = { SIGSEGV, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_segment },
	[TAIL_NOWHERE] = { SIGSEGV, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_segment },
	[JUMP_NOWHERE] = { SIGSEGV, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_segment },
	[IN_HANDLER] = { SIGSEGV, SA_SIGINFO | SA_ONSTACK, SFREG_DISC_FAULT, on_segment },
};

static struct shadow_cut cut_of_plan(void)
{
	const struct shadow_level *level = sh.level;
	const struct trap *t = plan.trap;
	struct shadow_cut cut = {
		.pc = plan.target, .source = SFREG_SOURCE_SIGNAL_FRAME,
		.type = signals[plan.how].type, .outer = sh.cut,
		.called = plan.how == CALL_NOWHERE || plan.how == TAIL_NOWHERE,
	};

	cut.by_fp = plan.how == JUMP_NOWHERE && t == &traps[JUMP_NOWHERE][FRAME_POINTER];
	if (cut.type != SFREG_DISC_UNKNOWN)
		cut.to_pc = sft_addr(signals[plan.how].handler);
	if (plan.how == IN_HANDLER) {
		cut.pc = sft_addr(host_load_at);
		cut.sp = host_sp;
		return cut;
	}
	if (!plan.target)
		cut.pc = sft_addr(t->at);
	cut.sp = level->sp - gen_depth(&g, sft_addr(t->at)) - 8 * (plan.how == CALL_NOWHERE);
	return cut;
}

static void check(void)
{
	int boundaries = 0, cuts = 0;

	shadow_take(&taken);
	for (uint32_t i = 0; i < taken.bt.count; i++)
		boundaries += taken.frames[i].kind == SFREG_KIND_DISCONTINUITY;
	for (const struct shadow_cut *cut = sh.cut; cut; cut = cut->outer)
		cuts++;
	if (!taken.want.ends && boundaries != cuts)
		shadow_wrong("not one record for each boundary", boundaries);
	if (sh.wrong) {
		shadow_print(&taken);
		abort();
	}
	takes++;
	deepest = cuts > deepest ? cuts : deepest;
}

/* The handlers' stack for what comes now: one of its own, by chance, or the one in use. */
static void choose_stack(void)
{
	stack_t ss = {
		.ss_sp = stacks[depth], .ss_size = STACK,
		.ss_flags = chance(2) ? SS_DISABLE : (int)(1U << 31) /* AUTODISARM */,
	};

	if (sigaltstack(&ss, NULL))
		abort();
}

static void shoot(void)
{
	struct itimerspec its = { .it_value.tv_nsec = 20000 + chance(300) * 1000 };

	syscall(SYS_timer_settime, timer, 0, &its, NULL);
}

/*
 * A handler that takes no siginfo leaves what lies there as it was: if that is an earlier signal's,
 * the module takes it for this one's, and nobody could tell.
 */
static __attribute__((noinline)) void wipe_below(void)
{
	volatile char below[16384];

	for (size_t i = 0; i < sizeof(below); i++)
		below[i] = 0;
}

/* Plans one interruption, and has it happen. */
static void descend(void)
{
	const struct trap *t;

	depth++;
	choose_stack();
	plan = (struct plan) { .how = chance(depth > 1 ? HOWS : IN_HANDLER) };
	if (plan.how == IN_HANDLER) {
		host_load(&host_sp);
		depth--;
		return;
	}
	t = &traps[plan.how][chance(SHAPES)];
	plan.trap = t;
	if (plan.how >= CALL_NOWHERE)
		plan.target = sft_addr(nowhere[chance(3)]) + chance(SFT_PAGE);
	if (plan.how == SENT_NO_INFO)
		wipe_below();
	if (plan.how == TIMER)
		shoot();
	shadow_run(&t->f, 1, t->f.start, plan.target);
	depth--;
}

static void resume(ucontext_t *uc, const struct plan *was)
{
	greg_t *regs = uc->uc_mcontext.gregs;
	uint64_t sp = regs[REG_RSP];

	if (was->how == IN_HANDLER) {
		regs[REG_RIP] = sft_addr(host_load_after);
	} else if (was->trap->resume) {
		regs[REG_RIP] = sft_addr(was->trap->resume);
	} else {
		memcpy(&regs[REG_RIP], (const void *)(uintptr_t)sp, 8);
		regs[REG_RSP] = sp + 8;
	}
}

/* In every handler. */
static void interrupted(ucontext_t *uc)
{
	struct shadow_level *level = sh.level;
	struct plan was = plan;
	struct shadow_cut cut = cut_of_plan();

	sh.cut = &cut;
	taken_of[was.how]++;
	check();
	for (int more = depth < DEPTH ? chance(3) : 0; more; more--) {
		descend();
		if (sh.level != level || sh.cut != &cut)
			abort();
	}
	if (depth < DEPTH)
		check();
	shadow_cut_end(&cut);
	resume(uc, &was);
}

static void on_undefined(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	interrupted(uc);
}

static void on_segment(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	interrupted(uc);
}

static void on_divide(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	interrupted(uc);
}

static void on_sent(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	interrupted(uc);
}

static void on_sent_onstack(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	interrupted(uc);
}

static void on_sent_no_info(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	interrupted(uc);
}

/* It may come before the code is where it waits. */
static void on_timer(int sig, siginfo_t *info, void *ucontext)
{
	ucontext_t *uc = ucontext;
	uint64_t pc = uc->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (plan.how == TIMER && sft_addr(plan.trap->at) == pc)
		interrupted(uc);
	else
		shoot();
}

static void install(struct __test_metadata *_metadata)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF };

	for (int i = 0; i < HOWS; i++) {
		struct sigaction sa = {
			.sa_sigaction = signals[i].handler,
			.sa_flags = signals[i].flags | SA_NODEFER,
		};

		ASSERT_EQ(0, sigaction(signals[i].sig, &sa, NULL));
	}
	ASSERT_EQ(0, syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer));
	for (int i = 0; i < DEPTH + 2; i++)
		stacks[i] = sft_map(STACK, SFT_RW);
	nowhere[0] = sft_map(SFT_PAGE, PROT_NONE);
	nowhere[1] = sft_map(SFT_PAGE, SFT_RW);
	nowhere[2] = sft_map(SFT_PAGE, SFT_RW);
	ASSERT_EQ(0, munmap(nowhere[2], SFT_PAGE));
}

static void generate(struct __test_metadata *_metadata)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = TEXT,
		.max_functions = IN_HANDLER * SHAPES, .max_rows = IN_HANDLER * SHAPES * 8,
	};

	gen_open(&g, TEXT);
	options.text = g.text;
	ASSERT_EQ(0, sfreg_jit_open(&options, &jit));
	for (int how = 0; how < IN_HANDLER; how++)
		for (int shape = 0; shape < SHAPES; shape++)
			ASSERT_EQ(0, make_trap(how, shape, signals[how].sig, 16 * chance(9)));
	ASSERT_EQ(0, sfreg_jit_publish(jit));
}

TEST(random_nestings)
{
	generate(_metadata);
	ASSERT_EQ(0, shadow_start(&g));
	install(_metadata);
	for (int i = 0; i < ROUNDS; i++)
		descend();
	for (int i = 0; i < HOWS; i++) {
		sft_note("%s: %d\n", names[i], taken_of[i]);
		EXPECT_LT(ROUNDS / 50, taken_of[i]);
	}
	EXPECT_EQ(DEPTH, deepest);
	sft_note("%d stacks compared, up to %d interruptions in each other\n", takes, deepest);
}

SFT_MAIN
