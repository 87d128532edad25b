// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Injected calls: machine code of a calculator that knows small integers only. Where that is
 * not enough, or a divisor is zero, it traps. The signal's handler does nothing but make the
 * thread return into a stub; that saves every register and calls the interpreter, which
 * so runs outside of any handler, and may allocate or lock. It does the one instruction
 * with numbers of any length, changes the saved registers, and the code goes on behind the trap.
 *
 *	sfreg run injected_calls [ROUNDS]
 *	perf record -g sfreg run injected_calls 500
 *
 * In the interpreter a walk sees: itself, the stub, the instruction that trapped, exactly,
 * its callers, the C code that entered there, and main.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <sfreg.h>

#include "calculator_code.h"

#define TEXT		4096
#define RED_ZONE	128
#define PUSHED		14		/* registers, by the stub */

/* As the stub pushes them. */
struct saved {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbx, rdx, rcx, rax, flags, rbp;
	uint64_t pc;
};

/* Runs code; returns how many operations that were. */
typedef int64_t enter_function(const uint8_t *code, value variables[]);

static uint8_t *text;
static const uint8_t *stub, *stub_return, *enter_return;
static int traps, looks, factorials, wrong;
static bool absent, looking;
static void *main_pc;
static enter_function *enter;

/* The stub, the trap, those who called; then C code, and main. */
static const char *judge(const struct sfreg_frame *f, int n, const struct guard *guard)
{
	int i = 0;

	while (i < n && f[i].pc != (uintptr_t)stub_return)
		i++;
	if (i + 2 >= n || f[i++].kind != SFREG_KIND_CALL)
		return "no stub";
	if (f[i].pc != (uintptr_t)guard->trap || f[i].kind != SFREG_KIND_DISCONTINUITY ||
	    f[i++].discontinuity != SFREG_DISC_INJECTED)
		return "no trap";
	for (int function = guard->function;; i++) {
		const uint8_t *to = returns_to[function];

		if (i == n || f[i].pc != (uintptr_t)to || f[i].kind != SFREG_KIND_CALL)
			return "another caller";
		if (to == enter_return)
			break;
		for (function = FUNCTIONS - 1; to < code[function];)
			function--;
	}
	while (++i < n)
		if (f[i].pc == (uintptr_t)main_pc)
			return NULL;
	return "no main: is this run by sfreg run?";
}

/* In words, once: the frames that have a name here. */
static void print_stack(const struct sfreg_frame *frames, int n)
{
	printf("a stack:");
	for (int i = 0; i < n; i++) {
		uint64_t pc = frames[i].pc;
		const char *name = pc == (uintptr_t)stub_return ? "stub" :
				   pc == (uintptr_t)enter_return ? "enter" : NULL;

		for (int f = 0; f < FUNCTIONS && !name; f++)
			if (pc - (uintptr_t)code[f] < code_len[f])
				name = functions[f].name;
		if (frames[i].kind == SFREG_KIND_DISCONTINUITY)
			printf(" trap in");
		if (name)
			printf(" %s,", name);
	}
	printf(" main\n");
}

static void look(const struct guard *guard)
{
	struct sfreg_frame frames[64];
	int n = sfreg_backtrace(frames, 64, NULL);
	const char *why;

	absent = n == -ENOSYS;
	if (absent)
		return;
	looks++;
	why = judge(frames, n, guard);
	if (!why && guard->function == FACTORIAL && !factorials++)
		print_stack(frames, n);
	if (!why || wrong++)
		return;
	fprintf(stderr, "%s: %s\n", functions[guard->function].name, why);
	for (int i = 0; i < n; i++)
		fprintf(stderr, "%2d  pc 0x%llx kind %u\n", i, frames[i].pc, frames[i].kind);
}

/* The stub calls it, where the trap was. */
static void trapped(struct saved *regs)
{
	uint64_t *slots[VARIABLES] = { &regs->rsi, &regs->rdi, &regs->r8, &regs->r9 };
	const struct guard *guard = find_guard(regs->pc);
	value v[VARIABLES];

	traps++;
	if (looking)
		look(guard);
	for (int i = 0; i < VARIABLES; i++)
		v[i] = *slots[i];
	interpret_one(guard->insn, v);
	*slots[guard->insn->to] = v[guard->insn->to];
	regs->pc = (uintptr_t)guard->resume;
	/* As any callee may. */
	__asm__ volatile("pcmpeqd %%xmm8, %%xmm8; pcmpeqd %%xmm9, %%xmm9" : : : "xmm8", "xmm9");
}

/*
 * Below the red zone the pc is left, where the stub's rows say that it is. On a stack of
 * its own: else the handler's own frame would be there.
 */
static void on_trap(int sig, siginfo_t *info, void *ucontext)
{
	greg_t *regs = ((ucontext_t *)ucontext)->uc_mcontext.gregs;

	(void)info;
	if (!find_guard(regs[REG_RIP])) {
		signal(sig, SIG_DFL);		/* a fault that is nobody's: again, and die */
		return;
	}
	regs[REG_RSP] -= RED_ZONE + 8;
	*(uint64_t *)regs[REG_RSP] = regs[REG_RIP];
	regs[REG_RIP] = (uintptr_t)stub;
}

static void emit_enter(struct emit *e)
{
	emit_push(e, RBX);
	emit_mov(e, RAX, RDI);
	emit_mov(e, RBX, RSI);
	emit_imm(e, RCX, 1);
	emit(e, 0x66, 0x4c, 0x0f, 0x6e, 0xc9);		/* movq %rcx, %xmm9 */
	emit(e, 0x66, 0x45, 0x0f, 0xef, 0xc0);		/* pxor %xmm8, %xmm8 */
	for (int i = 0; i < VARIABLES; i++)
		emit_load(e, registers[i], RBX, 8 * i);
	emit(e, 0xff, 0xd0);				/* call *%rax */
	enter_return = e->at;
	for (int i = 0; i < VARIABLES; i++)
		emit_store(e, registers[i], RBX, 8 * i);
	emit(e, 0x66, 0x4c, 0x0f, 0x7e, 0xc0);		/* movq %xmm8, %rax */
	emit_pop(e, RBX);
	emit_ret(e);
}

/*
 * The frame of the stub: the caller is the trap, exactly; its pc is below its red zone, and the
 * CFA is its stack pointer. Code that uses the upper halves of ymm wants xsave here.
 */
static void emit_stub(struct emit *e)
{
	static const int pushed[PUSHED] = {
		RAX, RCX, RDX, RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
	};

	e->frame.cfa_offset = RED_ZONE + 8;
	e->frame.ra_offset = -(RED_ZONE + 8);
	e->frame.flags = SFREG_JIT_EXACT;
	emit_frame(e);
	emit_push_frame(e);
	emit(e, 0x9c);					/* pushf */
	for (int i = 0; i < PUSHED; i++)
		emit_push(e, pushed[i]);
	emit_mov(e, RDI, RSP);				/* struct saved */
	emit_lea(e, RSP, RSP, -512);
	emit(e, 0x48, 0x83, 0xe4, 0xf0);		/* and $-16, %rsp */
	emit(e, 0x48, 0x0f, 0xae, 0x04, 0x24);		/* fxsave64 (%rsp) */
	emit(e, 0xfc);					/* cld */
	emit_call_far(e, (uintptr_t)trapped);
	stub_return = e->at;
	emit(e, 0x48, 0x0f, 0xae, 0x0c, 0x24);		/* fxrstor64 (%rsp) */
	emit_lea(e, RSP, RBP, -8 * (PUSHED + 1));
	for (int i = PUSHED; i--;)
		emit_pop(e, pushed[i]);
	emit(e, 0x9d);					/* popf */
	emit_leave(e);
	emit(e, 0xc2, RED_ZONE, 0);			/* ret: the red zone, too, is left behind */
}

/* Emits and describes; returns where the next one may begin. */
static uint8_t *finish(struct sfreg_jit *jit, struct emit *e, const char *name)
{
	if (!emit_end(e) ||
	    sfreg_jit_function(jit, e->start, emit_size(e), e->rows, e->n_rows, name))
		abort();
	return e->at;
}

/* Writable and executable at once: this is about stacks. */
static struct sfreg_jit *make_code(void)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .flags = SFREG_JIT_PERF_MAP, .text_len = TEXT,
		.max_functions = 8, .max_rows = 64,
	};
	struct sfreg_jit *jit;
	struct emit e;
	int err;

	text = mmap(NULL, TEXT, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	options.text = text;
	if (text == MAP_FAILED || sfreg_jit_open(&options, &jit))
		abort();
	emit_begin(&e, text, TEXT);
	emit_stub(&e);
	stub = e.start;
	emit_begin(&e, finish(jit, &e, "stub"), text + TEXT - e.at);
	emit_enter(&e);
	enter = (enter_function *)e.start;
	for (int i = 0; i < FUNCTIONS; i++) {
		uint8_t *at = finish(jit, &e, i ? functions[i - 1].name : "enter");

		emit_begin(&e, at, text + TEXT - at);
		emit_function(&e, i);
		code_len[i] = emit_size(&e);
	}
	finish(jit, &e, functions[FUNCTIONS - 1].name);
	returns_to[FIBONACCI] = enter_return;
	returns_to[SUM] = enter_return;
	err = sfreg_jit_publish(jit);
	if (err && err != -ENOSYS)
		fprintf(stderr, "publish: %s\n", strerror(-err));
	return jit;
}

static void catch_traps(void)
{
	static char stack[64 * 1024];
	struct sigaction sa = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&ss, NULL);
	sigaction(SIGILL, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
}

/* Prints variable @which; it has to be what the interpreter alone finds, as is the count. */
static int calculate(int function, value n, int which)
{
	value by_code[VARIABLES], by_interpreter[VARIABLES];
	char text[2][1024];
	int64_t count;

	for (int i = 0; i < VARIABLES; i++)
		by_code[i] = n * 2;
	memcpy(by_interpreter, by_code, sizeof(by_code));
	count = enter(code[function], by_code);
	if (count != interpret(function, by_interpreter))
		return 1;
	for (int i = VARIABLES; i--;) {
		big_print(text[0], sizeof(text[0]), by_code[(which + i) % VARIABLES]);
		big_print(text[1], sizeof(text[1]), by_interpreter[(which + i) % VARIABLES]);
		if (strcmp(text[0], text[1]))
			return 1;
	}
	if (looking)
		printf("%s: %s, %ld operations\n", functions[function].name, text[0], count);
	return 0;
}

static __attribute__((noinline)) int work(int rounds)
{
	int failed = 0;

	main_pc = __builtin_return_address(0);
	for (int i = 0; i < rounds; i++) {
		looking = !i;
		failed += calculate(FIBONACCI, 150, B);
		failed += calculate(SUM, 30, D);
		failed += calculate(SUM, 30, C);
	}
	return failed;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1, failed;
	struct sfreg_jit *jit = make_code();

	catch_traps();
	failed = work(rounds);
	sfreg_jit_close(jit);
	if (failed)
		printf("%d results are not the interpreter's\n", failed);
	if (absent)
		printf("%d traps; sfreg is not there: nobody has looked at the stacks\n", traps);
	else
		printf("%d traps, %d stacks looked at, %d not as they should be\n", traps, looks,
		       wrong);
	return failed || wrong ? 1 : 0;
}
