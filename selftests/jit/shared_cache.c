// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shared code cache: four threads run fragments of it while another deletes, replaces and
 * re-uses them. Of a tag there may be a fragment for all, one for each thread alone, and
 * older ones that somebody is still in. Timers interrupt the threads; no stack may come
 * from a row that is stale, or name a fragment that was gone.
 *
 * The cache has a window for each region, the shared one and those of each thread, all in the
 * hands of one thread, the keeper, so that no lock is needed. To delete is to unlink,
 * to wait until nobody is in it (each fragment counts who is), to
 * sfreg_jit_remove() and publish; only then its text is written anew. (A window for each
 * fragment would cost a registration each, and a system call more to delete than a
 * publication that may take several together.)
 *
 * A fragment is told by its place, by its frame, of many sizes and shapes, and by the number
 * of its generation, which it stores at the bottom of its frame: with another fragment's
 * row a walk finds neither its caller nor, below the CFA, that number.
 */
#include "shadow.h"
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>

#define SAMPLES		50000		/* or what SFT_SAMPLES says */
#define THREADS		4
#define TAGS		16
#define SLOT		256		/* bytes */
#define SHARED		32		/* slots */
#define PRIVATE		8		/* of each thread */
#define REGIONS		(1 + THREADS)	/* the first: the shared one */
#define SLOTS		(SHARED + THREADS * PRIVATE)
#define NESTED		3		/* a fragment calls another: so deep */

enum state { ABSENT, LIVE, DYING };

struct fragment {
	struct shadow_call f;
	const uint8_t *from;		/* from here on its number is in its frame */
	int32_t number_at;		/* there: CFA - this */
	uint32_t generation;
	int tag, region;
	atomic_int state, users;
};

struct region {
	struct sfreg_jit *jit;
	int first, n;			/* slots */
};

static struct gen g;
static struct fragment fragments[SLOTS];
static struct region regions[REGIONS];
static struct fragment *_Atomic table[REGIONS][TAGS];
static atomic_int samples, by_depth[NESTED + 1];
static int wanted;
static int made, deleted, replaced, reused;	/* the keeper's counts */

static __thread int self, depth, timer;
static __thread uint32_t seed;
static __thread struct shadow_taken taken;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static bool done(void)
{
	return atomic_load(&samples) >= wanted;
}

static void must(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "# %s: %d\n", what, ret);
	abort();
}

/* The keeper. */

static void dispatch(void);

static void make_spin(void)
{
	int32_t rounds = 500 + chance(8000);

	gen_insn_32(&g, rounds, 0xb9);			/* mov $.., %ecx */
	for (int nops = chance(8); nops; nops--)
		gen_insn(&g, 0x90);
	gen_insn(&g, 0xff, 0xc9);				/* 1: dec %ecx */
	gen_insn(&g, 0x75, 0xfc);				/* jnz 1b */
}

/* New code in a slot that nobody is in. */
static void emit(struct fragment *f)
{
	static uint32_t generation;
	bool frame_pointer = chance(2);
	int32_t room = 16 * (1 + chance(40));

	f->generation = ++generation;
	g.at = (f - fragments) * SLOT;
	f->f.start = gen_here(&g);
	memset(g.depths + g.at, 0, SLOT * sizeof(g.depths[0]));
	memset(g.text + g.at, 0xcc, SLOT);
	gen_begin(&g);
	if (frame_pointer)
		gen_push_frame(&g);
	gen_sub_sp(&g, frame_pointer ? room : room + 8);
	gen_insn_32(&g, f->generation, 0x48, 0xc7, 0x04, 0x24);	/* movq $.., (%rsp) */
	f->from = gen_here(&g);
	f->number_at = g.depth;
	make_spin();
	gen_mov(&g, GEN_AX, sft_addr(dispatch));
	gen_call_reg(&g, GEN_AX);
	f->f.ret = gen_here(&g);
	make_spin();
	if (frame_pointer)
		gen_leave(&g);
	else
		gen_add_sp(&g, room + 8);
	gen_ret(&g);
	f->f.end = gen_here(&g);
	if (f->f.end > f->f.start + SLOT)
		abort();
	must(gen_end(&g, regions[f->region].jit, "fragment"), "function");
}

/* Nobody finds it any more; who is in it may stay. */
static void unlink_fragment(struct fragment *f)
{
	struct fragment *expected = f;

	atomic_compare_exchange_strong(&table[f->region][f->tag], &expected, NULL);
	atomic_store(&f->state, DYING);
}

/* It is described, and every thread sees its code: from now on it may be run. */
static void link_fragment(struct fragment *f)
{
	struct fragment *old;

	must(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0), "sync");
	atomic_store(&f->state, LIVE);
	old = atomic_exchange(&table[f->region][f->tag], f);
	if (old) {
		atomic_store(&old->state, DYING);
		replaced++;
	}
}

static void create(struct fragment *f)
{
	f->tag = chance(TAGS);
	emit(f);
	must(sfreg_jit_publish(regions[f->region].jit), "publish");
	link_fragment(f);
	made++;
}

/* Gone, once it is published; and, one time in two, its text used anew at once. */
static void delete_fragment(struct fragment *f)
{
	atomic_store(&f->state, ABSENT);
	must(sfreg_jit_remove(regions[f->region].jit, f->f.start), "remove");
	deleted++;
	if (chance(2)) {
		create(f);
		reused++;
	} else {
		must(sfreg_jit_publish(regions[f->region].jit), "publish");
	}
}

static void *keep(void *arg)
{
	seed = 4711;
	while (!done()) {
		struct fragment *f = &fragments[chance(SLOTS)];

		if (f->state == ABSENT)
			create(f);
		else if (f->state == LIVE && chance(2))
			unlink_fragment(f);
		else if (f->state == DYING && !atomic_load(&f->users))
			delete_fragment(f);
	}
	return arg;
}

/* The threads. */

/* One's own before the shared one. */
static struct fragment *find(int tag, int region)
{
	struct fragment *f = atomic_load(&table[region][tag]);

	if (!f)
		return region ? find(tag, 0) : NULL;
	atomic_fetch_add(&f->users, 1);
	/* Still linked: then whoever unlinks it now sees the count. */
	if (atomic_load(&table[region][tag]) == f)
		return f;
	atomic_fetch_sub(&f->users, 1);
	return NULL;
}

static __attribute__((noinline)) void run_one(void)
{
	struct fragment *f = find(chance(TAGS), 1 + self);

	if (!f)
		return;
	depth++;
	shadow_run(&f->f, 1, f->f.start, 0);
	depth--;
	atomic_fetch_sub(&f->users, 1);
}

/* Called by fragments. */
static __attribute__((noinline)) void dispatch(void)
{
	if (depth < NESTED && !chance(depth + 1))
		run_one();
	asm volatile("" : : : "memory");
}

static void shoot(void)
{
	struct itimerspec its = { .it_value.tv_nsec = 20000 + chance(200) * 1000 };

	syscall(SYS_timer_settime, timer, 0, &its, NULL);
}

/* Each fragment that the walk names is there, and is the one that is in its frame. */
static int judge_fragments(void)
{
	int n = 0;

	for (uint32_t i = 0; i < taken.bt.count; i++) {
		const struct sfreg_frame *frame = &taken.frames[i];
		const struct fragment *f;
		uint64_t number;

		if (!gen_has(&g, frame->pc))
			continue;
		n++;
		f = &fragments[(frame->pc - sft_addr(g.text)) / SLOT];
		if (atomic_load(&f->state) == ABSENT || !atomic_load(&f->users))
			shadow_wrong("a fragment that is gone", i);
		if (frame->pc < sft_addr(f->from) ||
		    gen_depth(&g, frame->pc) != f->number_at || sh.wrong)
			continue;
		memcpy(&number, (const void *)(uintptr_t)(frame->cfa - f->number_at), 8);
		if (number != f->generation)
			shadow_wrong("a row of another generation", i);
	}
	return n;
}

static void on_timer(int sig, siginfo_t *info, void *ucontext)
{
	const ucontext_t *uc = ucontext;
	struct shadow_cut cut;

	(void)sig;
	(void)info;
	if (gen_has(&g, uc->uc_mcontext.gregs[REG_RIP]) && !done()) {
		shadow_cut_begin(&cut, uc, SFREG_DISC_ASYNC, on_timer);
		shadow_take(&taken);
		atomic_fetch_add(&by_depth[judge_fragments()], 1);
		shadow_cut_end(&cut);
		if (sh.wrong) {
			shadow_print(&taken);
			abort();
		}
		atomic_fetch_add(&samples, 1);
	}
	shoot();
}

static void *run(void *arg)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF,
		._sigev_un._tid = syscall(SYS_gettid),
	};

	self = (intptr_t)arg;
	seed = self + 1;
	must(shadow_start(&g), "start");
	sh.root = run;
	must(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer), "timer");
	shoot();
	while (!done())
		run_one();
	syscall(SYS_timer_delete, timer);
	close(sh.fd);
	return NULL;
}

static void open_regions(struct __test_metadata *_metadata)
{
	gen_open(&g, SLOTS * SLOT);
	for (int r = 0, slot = 0; r < REGIONS; r++) {
		struct sfreg_jit_options options = {
			.size = sizeof(options), .text = g.text + slot * SLOT,
		};

		regions[r].first = slot;
		regions[r].n = r ? PRIVATE : SHARED;
		options.text_len = regions[r].n * SLOT;
		options.max_functions = regions[r].n;
		options.max_rows = regions[r].n * 8;
		ASSERT_EQ(0, sfreg_jit_open(&options, &regions[r].jit));
		for (; slot < regions[r].first + regions[r].n; slot++)
			fragments[slot].region = r;
	}
}

FIXTURE(cache) {
	pthread_t keeper, threads[THREADS];
};

FIXTURE_SETUP(cache)
{
	struct sigaction sa = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART };
	const char *n = getenv("SFT_SAMPLES");

	self->keeper = pthread_self();
	wanted = n ? atoi(n) : SAMPLES;
	ASSERT_EQ(0, syscall(SYS_membarrier,
			     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	ASSERT_EQ(0, sigaction(SIGPROF, &sa, NULL));
	open_regions(_metadata);
}

FIXTURE_TEARDOWN(cache)
{
	(void)self;
	for (int r = 0; r < REGIONS; r++)
		sfreg_jit_close(regions[r].jit);
}

/* As long as it takes; a hang ends with the suite. */
TEST_F_TIMEOUT(cache, interrupted, 7200)
{
	ASSERT_EQ(0, pthread_create(&self->keeper, NULL, keep, NULL));
	for (intptr_t i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&self->threads[i], NULL, run, (void *)i));
	ASSERT_EQ(0, pthread_join(self->keeper, NULL));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(self->threads[i], NULL));
	sft_note("%d samples, %d, %d and %d of them with 1, 2, 3 fragments\n", samples,
		 by_depth[1], by_depth[2], by_depth[3]);
	sft_note("%d made, %d deleted, %d replaced, %d used anew at once\n", made, deleted,
		 replaced, reused);
	EXPECT_LE(wanted, samples);
	EXPECT_EQ(0, by_depth[0]);
	for (int i = 1; i <= NESTED; i++)
		EXPECT_LT(wanted / 50, by_depth[i]);
	EXPECT_LT(wanted / 50, deleted);
	EXPECT_LT(wanted / 100, reused);
	EXPECT_LT(wanted / 200, replaced);
}

SFT_MAIN
