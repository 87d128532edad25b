// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shared code cache whose threads perf samples: no chain may come from a row that is
 * stale, or name a fragment that was gone before the sample.
 *
 * Each sample is judged twice. Its whole chain must be that of the run which r13 points to;
 * and each fragment that the chain names must be the generation which, by the keeper's log,
 * lived at that place at the sample's time.
 */
#include "cache.h"
#include "runs.h"

#define HZ		4000

static atomic_int others;		/* fragments where another was sampled before */

static __thread int self, depth;
static __thread uint32_t last[SLOTS];	/* generation sampled there */

static __attribute__((noinline)) void run_one(void)
{
	struct fragment *f = find(chance(TAGS), 1 + self);
	struct run *r;

	if (!f)
		return;
	r = &runs.pool[runs.n++];
	r->n = 0;
	run_add(r, &f->f, f->generation, f->number_at);
	depth++;
	run_enter(r);
	depth--;
	leave(f);
}

/* Called by fragments. */
static RUN_CALLED void dispatch(void)
{
	if (depth < NESTED && !chance(depth + 1))
		run_one();
	asm volatile("" : : : "memory");
}

static const struct run *run_of_level(const struct shadow_level *level)
{
	return (const void *)((const char *)level - offsetof(struct run, level));
}

/* Each fragment of the chain, and there are no others, lived when it was sampled. */
static void judge_lives(const struct run *r, const struct sft_sample *s)
{
	const struct run *innermost = r;
	int n = 0;

	for (int i = 0; i < s->n; i++) {
		int slot = (s->chain[i] - sft_addr(g.text)) / SLOT;

		if (!gen_has(&g, s->chain[i]))
			continue;
		if (life_at(slot, s->time) != r->id[0]) {
			run_print(innermost, s, "a fragment that was not there");
			abort();
		}
		others += last[slot] && last[slot] != r->id[0];
		last[slot] = r->id[0];
		n++;
		if (r->level.outer)
			r = run_of_level(r->level.outer);
	}
	by_depth[n]++;
	samples++;
}

static void *run(void *arg)
{
	self = (intptr_t)arg;
	seed = self + 1;
	must(shadow_start(&g), "start");
	sh.root = run;
	must(runs_start(HZ), "perf");
	sft_perf_on(&runs.perf);
	while (!done()) {
		run_one();
		if (runs.n > RUNS - NESTED)
			runs_judge(&g, judge_lives);
	}
	sft_perf_off(&runs.perf);
	runs_judge(&g, judge_lives);
	must(runs.perf.lost ? -EIO : 0, "lost samples");
	runs_end();
	close(sh.fd);
	return NULL;
}

FIXTURE(cache) {
	int none;
};

FIXTURE_SETUP(cache)
{
	self->none = 0;
	cache_open(_metadata);
}

FIXTURE_TEARDOWN(cache)
{
	self->none = 0;
	cache_close();
}

/* As long as it takes; a hang ends with the suite. */
TEST_F_TIMEOUT(cache, sampled, 7200)
{
	(void)self;
	cache_run(_metadata, run);
	sft_note("%d where another fragment had been sampled\n", others);
	EXPECT_LT(wanted / 50, others);
}

SFT_MAIN
