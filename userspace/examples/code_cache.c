// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A shared code cache: threads filter packets by fragments of machine code, one for each rule,
 * while the main thread replaces the rules. A fragment is forgotten, and its slot used anew,
 * as soon as no thread can be in it any more; all others run on. Fragments are described in a
 * live window: nothing of this takes a system call of sfreg's.
 *
 *	sfreg run code_cache [ROUNDS]
 *	perf record -g sfreg run code_cache 10
 *
 * The grace protocol is that of quiescent states. Between two packets a thread is in no
 * fragment, and says so by noting the time, which is a counter. A fragment that is taken
 * out of the table gets the next time; when all threads have noted that or a later
 * one, it is nobody's.
 *
 * Now and then a thread compares the kernel's idea of its stack with what it knows: in
 * which fragments it is, and where each of them will go on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <sfreg.h>

#include "emit.h"

#define THREADS		4
#define RULES		64
#define SLOTS		(2 * RULES)	/* as many may wait for their end */
#define SLOT		256		/* bytes */
#define REPLACEMENTS	1000		/* in a round */
#define FIELDS		8
#define CHAIN		4		/* rules lead to rules: so deep */
#define LOOK		512		/* every so many packets */

/* One of the things that a packet must be. */
struct condition {
	enum { EQUAL, OTHER, BELOW, ABOVE } is;
	uint32_t field, value;
};

struct rule {
	int n, next;			/* conditions; which rule to try if they are met */
	struct condition conditions[3];
};

struct fragment {
	struct rule rule;
	int (*code)(const uint32_t *packet);	/* are they met? */
	const uint8_t *returns_to;		/* from accepted() */
	uint64_t retired;			/* the time; or 0 */
	struct fragment *older;			/* of those that are retired, or free */
};

static uint8_t *text;
static struct sfreg_jit_live *live;		/* NULL: there is no sfreg */
static struct fragment fragments[SLOTS], *free_list, *retired;
static struct fragment *_Atomic table[RULES];
static _Atomic uint64_t now = 1, noted[THREADS];
static atomic_bool over;
static atomic_int looks, wrong;

static __thread struct fragment *running[CHAIN];
static __thread int depth;
static __thread bool look_now;
static __thread void *worker_pc;
static __thread unsigned int seed;

static unsigned int chance(unsigned int n)
{
	return rand_r(&seed) / 7 % n;
}

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

/*
 * What the threads do.
 */

static void complain(const char *what, const struct sfreg_frame *frames, int n)
{
	if (atomic_fetch_add(&wrong, 1))
		return;
	fprintf(stderr, "%s\n", what);
	for (int i = 0; i < n; i++)
		fprintf(stderr, "%2d  pc 0x%llx kind %u\n", i, frames[i].pc, frames[i].kind);
	for (int i = depth; i--;)
		fprintf(stderr, "    in 0x%lx to 0x%lx\n", (uintptr_t)running[i]->code,
			(uintptr_t)running[i]->returns_to);
}

/* The frames in fragments are those that run, where they are, and behind them comes worker(). */
static void look(void)
{
	struct sfreg_frame frames[64];
	int n = sfreg_backtrace(frames, 64, NULL), i, left = depth;

	if (n == -ENOSYS)
		return;
	look_now = false;
	atomic_fetch_add(&looks, 1);
	for (i = 0; i < n && frames[i].pc != (uintptr_t)worker_pc; i++) {
		if (frames[i].pc - (uintptr_t)text >= SLOTS * SLOT)
			continue;
		if (!left || frames[i].kind != SFREG_KIND_CALL ||
		    frames[i].pc != (uintptr_t)running[--left]->returns_to)
			return complain("another frame", frames, n);
	}
	if (left || i >= n)
		complain("no way to worker(): is this run by sfreg run?", frames, n);
}

static bool is_met(const struct rule *rule, const uint32_t *packet)
{
	for (int i = 0; i < rule->n; i++) {
		const struct condition *c = &rule->conditions[i];
		bool equal = packet[c->field] == c->value, below = packet[c->field] < c->value;
		const bool met[] = { equal, !equal, below, !equal && !below };

		if (!met[c->is])
			return false;
	}
	return true;
}

static __attribute__((noinline)) void try_rule(int number, const uint32_t *packet)
{
	struct fragment *f = atomic_load(&table[number]);

	running[depth++] = f;
	if (f->code(packet) != is_met(&f->rule, packet))
		complain("a wrong result", NULL, 0);
	depth--;
}

/* Fragments call it. */
static void accepted(const uint32_t *packet, const struct fragment *f)
{
	if (depth < CHAIN)
		try_rule(f->rule.next, packet);
	if (look_now)
		look();
}

static __attribute__((noinline)) void work(int number)
{
	uint32_t packet[FIELDS];

	worker_pc = __builtin_return_address(0);
	for (int n = 0; !atomic_load(&over); n++) {
		atomic_store(&noted[number], atomic_load(&now));
		for (int i = 0; i < FIELDS; i++)
			packet[i] = chance(16);
		look_now = n % LOOK == 0;
		try_rule(chance(RULES), packet);
	}
}

static void *worker(void *arg)
{
	seed = 1 + (intptr_t)arg;
	work((intptr_t)arg);
	return NULL;
}

/*
 * What the main thread does.
 */

/* Frames of all sizes. */
static void emit_fragment(struct emit *e, struct fragment *f)
{
	static const int jump_if_not[] = { JNE, JE, JAE, JBE };
	int room = 8 + 16 * chance(32);
	uint8_t *no[3];

	emit(e, 0x48, 0x81, 0xec);			/* sub $.., %rsp */
	emit_32(e, room);
	emit_grow(e, room);
	emit(e, 0x31, 0xc0);				/* xor %eax, %eax */
	for (int i = 0; i < f->rule.n; i++) {
		const struct condition *c = &f->rule.conditions[i];

		emit(e, 0x81, 0x7f, 4 * c->field);	/* cmpl $.., ..(%rdi) */
		emit_32(e, c->value);
		no[i] = emit_jump_ahead(e, jump_if_not[c->is]);
	}
	emit_imm(e, RSI, (uintptr_t)f);
	emit_call_far(e, (uintptr_t)accepted);
	f->returns_to = e->at;
	emit_imm(e, RAX, 1);
	for (int i = 0; i < f->rule.n; i++)
		emit_land(e, no[i]);
	emit(e, 0x48, 0x81, 0xc4);			/* add $.., %rsp */
	emit_32(e, room);
	emit_grow(e, -room);
	emit_ret(e);
}

static void make_rule(struct rule *rule)
{
	rule->n = 1 + chance(3);
	rule->next = chance(RULES);
	for (int i = 0; i < rule->n; i++)
		rule->conditions[i] = (struct condition) {
			.is = chance(4), .field = chance(FIELDS), .value = chance(16),
		};
}

/* From when this returns, walks know it. */
static void describe(const struct emit *e, int number)
{
	char name[32];
	int err;

	if (!live)
		return;
	snprintf(name, sizeof(name), "rule%d", number);
	err = sfreg_jit_live_function(live, e->start, emit_size(e), e->rows, e->n_rows, name);
	if (err == -ENOSPC) {
		must(sfreg_jit_live_compact(live, 0), "compact");
		err = sfreg_jit_live_function(live, e->start, emit_size(e), e->rows, e->n_rows,
					      name);
	}
	must(err, "describe");
}

/* Those that all threads have left: first walks forget them, then the slot may be used anew. */
static void reclaim(void)
{
	struct fragment **end = &retired, *f;
	uint64_t oldest = UINT64_MAX;

	for (int i = 0; i < THREADS; i++) {
		uint64_t time = atomic_load(&noted[i]);

		oldest = time < oldest ? time : oldest;
	}
	while (*end && (*end)->retired > oldest)
		end = &(*end)->older;
	while ((f = *end)) {
		if (live)
			must(sfreg_jit_live_remove(live, (uint8_t *)f->code, SLOT), "remove");
		*end = f->older;
		f->older = free_list;
		free_list = f;
	}
}

static void retire(struct fragment *f)
{
	f->retired = atomic_fetch_add(&now, 1) + 1;
	f->older = retired;
	retired = f;
}

/* Emitted, described, seen by all processors, and only then found. */
static void replace(int number)
{
	struct fragment *f = free_list, *old;
	struct emit e;

	free_list = f->older;
	make_rule(&f->rule);
	emit_begin(&e, text + (f - fragments) * SLOT, SLOT);
	emit_fragment(&e, f);
	if (!emit_end(&e))
		abort();
	f->code = (int (*)(const uint32_t *))e.start;
	describe(&e, number);
	syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
	old = atomic_exchange(&table[number], f);
	if (old)
		retire(old);
}

static __attribute__((noinline)) void replace_many(int n)
{
	for (; n; n--) {
		while (!free_list) {
			reclaim();
			sched_yield();
		}
		replace(chance(RULES));
	}
}

/* Writable and executable at once: this is about stacks. */
static void open_cache(void)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .flags = SFREG_JIT_PERF_MAP, .text_len = SLOTS * SLOT,
		.max_rows = 8 * SLOTS,
	};
	int err;

	text = mmap(NULL, options.text_len, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (text == MAP_FAILED)
		abort();
	options.text = text;
	err = sfreg_jit_live_open(&options, &live);
	if (err != -ENOSYS && err != -EOPNOTSUPP)
		must(err, "live window");
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0))
		must(-errno, "membarrier");
	for (int i = SLOTS; i--; free_list = &fragments[i])
		fragments[i].older = free_list;
	for (int i = 0; i < RULES; i++)
		replace(i);
}

int main(int argc, char **argv)
{
	int n = (argc > 1 ? atoi(argv[1]) : 1) * REPLACEMENTS;
	pthread_t threads[THREADS];

	open_cache();
	for (intptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, worker, (void *)i))
			abort();
	replace_many(n);
	atomic_store(&over, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%d rules replaced, while %d threads ran them\n", n, THREADS);
	if (live)
		printf("%d stacks looked at, %d not as they should be\n", looks, wrong);
	else
		printf("sfreg is not there: nobody has looked at the stacks\n");
	sfreg_jit_live_close(live);
	return wrong ? 1 : 0;
}
