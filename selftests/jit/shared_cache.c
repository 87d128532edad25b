// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shared code cache whose threads are interrupted by timers, and take backtraces: no
 * stack may come from a row that is stale, or name a fragment that was gone.
 *
 * A fragment is told by its place, by its frame, of many sizes and shapes, and by the number
 * of its generation, which it stores at the bottom of its frame: with another fragment's
 * row a walk finds neither its caller nor, below the CFA, that number.
 */
#include "cache.h"
#include "taken.h"

static __thread int self, depth, timer;
static __thread struct shadow_taken taken;

static __attribute__((noinline)) void run_one(void)
{
	struct fragment *f = find(chance(TAGS), 1 + self);

	if (!f)
		return;
	depth++;
	shadow_run(&f->f, 1, f->f.start, 0);
	depth--;
	leave(f);
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

FIXTURE(cache) {
	int none;
};

FIXTURE_SETUP(cache)
{
	struct sigaction sa = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART };

	self->none = 0;
	cache_open(_metadata);
	ASSERT_EQ(0, sigaction(SIGPROF, &sa, NULL));
}

FIXTURE_TEARDOWN(cache)
{
	self->none = 0;
	cache_close();
}

/* As long as it takes; a hang ends with the suite. */
TEST_F_TIMEOUT(cache, interrupted, 7200)
{
	(void)self;
	cache_run(_metadata, run);
}

SFT_MAIN
