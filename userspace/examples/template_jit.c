// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A template JIT with epochs, for the toy Forth of forth.h: each operation has a template of
 * machine code (templates.h), and a word's code is its operations' templates one after the
 * other. Words are compiled when they are first called. A window that is full is left for
 * the next; what is hot in the oldest is compiled anew there, and the oldest is wiped, once
 * nothing of it runs any more. Meanwhile words that find no room are interpreted.
 *
 *	sfreg run template_jit [ROUNDS]
 *	perf record -g sfreg run template_jit 100
 *
 * It works through many rules, each for a while, as a server does with its queries. Each
 * result is compared with the interpreter's. Where a word looks, the kernel's idea of
 * the stack is compared with the trace that the code keeps of itself.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sfreg.h>

#include "templates.h"

#define EPOCHS	3
#define WINDOW	4096
#define HOT	200			/* calls within an epoch */
#define RULES	150
#define NUMBERS	10			/* that each is tried on, in a round */
#define DEPTH	1024

/* Before each copy of a word's code. */
struct head {
	uint32_t size, word;
};

static const uint8_t *trace[DEPTH];
static struct sfreg_jit_epochs *epochs;
static uint8_t *area, *window, *fill;	/* all text; the current window, and how far it is full */
static enter_function *enter;
static int full;			/* other windows that are */
static void *main_pc;
static int compiled, moved, wiped, interpreted, looks, wrong;
static bool absent, looking;

static void must(int err, const char *what)
{
	if (err)
		forth_die(strerror(-err), what);
}

/* New code of a word in the current window. Returns 0; -ENOSPC: it is full. */
static int compile_here(int word)
{
	struct head *head = (struct head *)fill;
	struct sfreg_jit *jit = sfreg_jit_epochs_current(epochs, NULL, NULL);
	struct emit e;
	int err;

	if (fill + sizeof(*head) > window + WINDOW)
		return -ENOSPC;
	emit_begin(&e, head + 1, window + WINDOW - (uint8_t *)(head + 1));
	emit_word(&e, word);
	if (!emit_end(&e))
		return -ENOSPC;
	err = sfreg_jit_function(jit, e.start, emit_size(&e), e.rows, e.n_rows,
				 words[word].name);
	if (err == -ENOSPC)
		return err;
	must(err, "describe");
	*head = (struct head) { .size = emit_size(&e), .word = word };
	running.entry[word] = e.start;
	fill = e.start + (emit_size(&e) + 7) / 8 * 8;
	return 0;
}

static bool is_in(const uint8_t *p, const uint8_t *text, size_t len)
{
	return p >= text && p < text + len;
}

/* Nobody calls what is in the oldest window any more, but some may still run. */
static void leave_oldest(void)
{
	void *oldest;

	sfreg_jit_epochs_oldest(epochs, &oldest, NULL);
	for (int i = 0; i < n_words; i++) {
		if (is_in(running.entry[i], oldest, WINDOW)) {
			running.entry[i] = miss_stub;
			if (calls[i] >= HOT && !compile_here(i))
				moved++;
		}
		calls[i] = 0;
	}
}

static bool wipe_oldest(void)
{
	void *oldest;

	sfreg_jit_epochs_oldest(epochs, &oldest, NULL);
	for (const uint8_t **t = trace; t < running.trace; t++)
		if (is_in(*t, oldest, WINDOW))
			return false;
	if (sfreg_jit_epochs_wipe(epochs))
		return false;
	full--;
	wiped++;
	return true;
}

/* Goes on to the next window. As soon as it is the last, the oldest is emptied. */
static bool turn(void)
{
	if (full == EPOCHS - 1 && !wipe_oldest())
		return false;
	if (sfreg_jit_epochs_turn(epochs))
		return false;
	full++;
	sfreg_jit_epochs_current(epochs, (void **)&window, NULL);
	fill = window;
	if (full == EPOCHS - 1) {
		leave_oldest();
		wipe_oldest();
	}
	return true;
}

/* Described and published before it runs; and so is what turn() has moved. */
static bool compile(int word)
{
	bool is_done = !compile_here(word) || (turn() && !compile_here(word));
	int err = sfreg_jit_publish(sfreg_jit_epochs_current(epochs, NULL, NULL));

	if (err != -ENOSYS)
		must(err, "publish");
	compiled += is_done;
	return is_done;
}

/* Calls of words that have no code, by the interpreter and, through miss_stub, by code. */
static int64_t *run(int word, int64_t *sp)
{
	if (!words[word].host && (running.entry[word] != miss_stub || compile(word)))
		return enter(running.entry[word], sp, &running);
	interpreted += !words[word].host;
	return forth_interpret(word, sp, run);
}

/* The stubs have a window of their own, in which nothing changes. */
static void make_stubs(uint8_t *text)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .flags = SFREG_JIT_PERF_MAP, .text = text,
		.text_len = WINDOW, .max_functions = 2, .max_rows = 16,
	};
	struct sfreg_jit *jit;
	struct emit e;

	must(sfreg_jit_open(&options, &jit), "open");
	emit_begin(&e, text, WINDOW / 2);
	emit_enter(&e);
	emit_end(&e);
	enter = (enter_function *)e.start;
	sfreg_jit_function(jit, e.start, emit_size(&e), e.rows, e.n_rows, "enter");
	emit_begin(&e, text + WINDOW / 2, WINDOW / 2);
	emit_miss(&e, run);
	emit_end(&e);
	miss_stub = e.start;
	sfreg_jit_function(jit, e.start, emit_size(&e), e.rows, e.n_rows, "miss");
	sfreg_jit_publish(jit);
}

/* Writable and executable at once: this is about stacks. */
static void open_area(void)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .flags = SFREG_JIT_PERF_MAP,
		.text_len = EPOCHS * WINDOW, .max_functions = 64, .max_rows = 512,
	};
	uint8_t *text = mmap(NULL, (1 + EPOCHS) * WINDOW, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (text == MAP_FAILED)
		must(-errno, "mmap");
	make_stubs(text);
	area = text + WINDOW;
	options.text = area;
	must(sfreg_jit_epochs_open(&options, EPOCHS, &epochs), "open");
	window = area;
	fill = area;
	running.trace = trace;
	for (int i = 0; i < WORDS; i++)
		running.entry[i] = miss_stub;
}

static void print_stack(const struct sfreg_frame *frames, int n)
{
	fprintf(stderr, "another stack (is this run by sfreg run?)\n");
	for (int i = 0; i < n; i++)
		fprintf(stderr, "%2d  pc 0x%llx kind %u\n", i, frames[i].pc, frames[i].kind);
	for (const uint8_t **t = running.trace; t-- > trace;)
		fprintf(stderr, "    in %s, 0x%lx\n", words[((struct head *)*t)[-1].word].name,
			(uintptr_t)*t);
}

/* The frames in the area are those of the trace, and behind them comes main. */
static int64_t *look(int64_t *sp)
{
	struct sfreg_frame frames[256];
	const uint8_t **t = running.trace;
	int n, i;

	if (!looking)
		return sp;
	n = sfreg_backtrace(frames, 256, NULL);
	absent = n == -ENOSYS;
	for (i = 0; i < n && frames[i].pc != (uintptr_t)main_pc; i++) {
		uint64_t pc = frames[i].pc;

		if (pc - (uintptr_t)area >= EPOCHS * WINDOW)
			continue;
		/* Called, and will return into this copy. */
		if (t == trace || frames[i].kind != SFREG_KIND_CALL ||
		    pc - (uintptr_t)t[-1] - 1 >= ((struct head *)t[-1])[-1].size)
			break;
		t--;
	}
	if (!absent && (i >= n || frames[i].pc != (uintptr_t)main_pc || t != trace) && !wrong++)
		print_stack(frames, n);
	looks++;
	return sp;
}

/* Words look in the middle of a loop, too, with something on the return stack. */
static const char library[] =
	": fib dup 2 < if exit then dup 1 - fib swap 2 - fib + ;"
	" : prime? dup 2 < if drop 0 exit then 2 >r begin dup r@ r@ * < 0 = while"
	"	dup r@ mod 0 = if drop r> drop 0 exit then r> 1 + >r repeat look drop r> drop 1 ;"
	" : collatz 0 >r begin dup 1 = 0 = while"
	"	dup 2 mod if 3 * 1 + else 2 / then r> 1 + >r repeat drop r> ;"
	" : down dup if dup >r 1 - down drop r> else look then ;";

static int64_t *interpret(int word, int64_t *sp)
{
	return forth_interpret(word, sp, interpret);
}

static int rounds = 1, rules;
static int64_t sum;

/* By code, in each round, and once by the interpreter. */
static void try_rules(int n)
{
	for (; n; n--) {
		int64_t stack[64], *sp = stack + 32, results[NUMBERS];
		char text[256];
		int rule = rules++, word;

		snprintf(text, sizeof(text), ": rule%d dup %d mod %d < if %d * 1 + collatz "
			 "else %d + prime? then %d down + 15 fib + ;", rule, 3 + rule % 5,
			 1 + rule % 3, 7 + rule, 1000 + rule, rule % 20);
		word = forth_read(text);
		looking = true;
		for (int64_t i = 0; i < NUMBERS; i++) {
			*sp = i;
			results[i] = *interpret(word, sp);
		}
		for (int i = 0; i < rounds * NUMBERS; i++) {
			looking = i < NUMBERS;
			*sp = i % NUMBERS;
			if (*run(word, sp) != results[i % NUMBERS])
				forth_die("the interpreter has another result", words[word].name);
			sum += results[i % NUMBERS];
		}
	}
	looking = true;
}

/* A third of the rules, below a word whose epoch cannot be wiped meanwhile. */
static int64_t *rest(int64_t *sp)
{
	try_rules(RULES / 3);
	return sp;
}

static __attribute__((noinline)) void work(void)
{
	int64_t stack[64];

	main_pc = __builtin_return_address(0);
	forth_add("look")->host = look;
	forth_add("rest")->host = rest;
	forth_read(library);
	try_rules(RULES / 3);
	run(forth_read(": nest look rest look ;"), stack + 32);
	try_rules(RULES / 3);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atoi(argv[1]);
	open_area();
	work();
	printf("%d rules, sum of all results %ld, as the interpreter has it\n", rules, sum);
	printf("%d words compiled, %d moved, %d epochs wiped, %d calls interpreted: no room\n",
	       compiled, moved, wiped, interpreted);
	if (absent)
		printf("sfreg is not there: nobody has looked at the stacks\n");
	else
		printf("%d stacks looked at, %d not as the code has traced them\n", looks, wrong);
	sfreg_jit_epochs_close(epochs);
	return wrong ? 1 : 0;
}
