/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * perf's samples of generated code, and what each must be. Text that is used anew does not
 * say afterwards what stood there, so the sample itself does: while generated code runs,
 * r13 points to a struct run, which nothing changes until the sample has been judged, and
 * which has the whole chain. jit_enter() sets r13, generated code and this program
 * (-ffixed-r13) leave it alone.
 *
 * Judged is each sample in generated code and in functions that it calls, RUN_CALLED.
 */
#ifndef RUNS_H
#define RUNS_H

#include "sft_perf.h"
#include "shadow.h"

#define RUNS		64	/* of a thread, between two looks at its samples */

/* One entry into generated code. */
struct run {
	const void *next[SHADOW_CHAIN + 1];	/* rdi, for who calls through it: then a NULL */
	int n;
	struct shadow_call chain[SHADOW_CHAIN];	/* outermost first */
	uint32_t id[SHADOW_CHAIN];		/* whatever it is told by: epoch, generation */
	int32_t frame[SHADOW_CHAIN];		/* CFA - sp at the call */
	struct shadow_level level;
};

/* Functions that generated code calls: judged where they are the innermost. */
#define RUN_CALLED	__attribute__((noinline, used, section("run_called")))
extern const char __start_run_called[], __stop_run_called[];

/* Of this thread. */
static __thread struct {
	struct sft_perf perf;
	struct run *pool;
	int n;				/* in use */
	int generated, called, elsewhere;	/* samples */
} runs;

/* Returns 0 or -errno. */
static inline int runs_start(unsigned int hz)
{
	runs.n = 0;
	runs.pool = calloc(RUNS, sizeof(runs.pool[0]));
	return runs.pool ? sft_perf_open(&runs.perf, 0, -1, hz, SFT_TIME_R13) : -ENOMEM;
}

static inline void runs_end(void)
{
	sft_perf_close(&runs.perf);
	free(runs.pool);
}

/* The run that the generated code of this thread is in. */
static inline struct run *run_now(void)
{
	struct run *r;

	asm volatile("mov %%r13, %0" : "=r" (r));
	return r;
}

static inline void run_add(struct run *r, const struct shadow_call *f, uint32_t id, int32_t frame)
{
	r->chain[r->n] = *f;
	r->id[r->n] = id;
	r->frame[r->n++] = frame;
}

static inline void run_enter(struct run *r)
{
	shadow_enter(&r->level, r->chain, r->n, r->chain[0].start, (long)r);
}

static inline bool run_has(const struct shadow_call *f, uint64_t pc)
{
	return pc - sft_addr(f->start) < (uint64_t)(f->end - f->start);
}

static inline bool run_is_called(uint64_t pc)
{
	return pc - sft_addr(__start_run_called) <
	       (uint64_t)(__stop_run_called - __start_run_called);
}

/* In which function of the chain @ip is; n: in what the last one calls; -1: in none. */
static inline int run_in(const struct run *r, uint64_t ip)
{
	if (run_is_called(ip))
		return r->n;
	for (int i = 0; i < r->n; i++)
		if (run_has(&r->chain[i], ip))
			return i;
	return -1;
}

/* The sample's run: a NULL and what is wrong, else. */
static inline const struct run *run_of(const struct sft_sample *s, const char **wrong)
{
	uint64_t i = (s->r13 - sft_addr(runs.pool)) / sizeof(runs.pool[0]);

	*wrong = "r13 is no run";
	if (s->r13 < sft_addr(runs.pool) || i >= (uint64_t)runs.n ||
	    s->r13 != sft_addr(&runs.pool[i]))
		return NULL;
	*wrong = run_in(&runs.pool[i], s->ip) < 0 ? "not in this run's functions" : NULL;
	return &runs.pool[i];
}

/* What the chain must be, up to the thread's root. Returns its length. */
static inline int run_want(const struct run *r, uint64_t ip, uint64_t *want)
{
	const struct shadow *below = &r->level.below;
	int n = 0;

	want[n++] = ip;
	for (int i = run_in(r, ip) - 1; i >= 0; i--)
		want[n++] = sft_addr(r->chain[i].ret);
	for (int i = 0; i < below->n; i++)
		want[n++] = below->f[i].pc;
	return n;
}

static inline const char *run_differs(const struct run *r, const struct sft_sample *s)
{
	uint64_t want[SHADOW_CHAIN + 1 + SHADOW_MAX];
	int n = run_want(r, s->ip, want);

	if (s->n < n)
		return "the chain ended too early";
	return memcmp(want, s->chain, n * sizeof(want[0])) ? "another chain" : NULL;
}

static inline void run_print(const struct run *r, const struct sft_sample *s, const char *wrong)
{
	uint64_t want[SHADOW_CHAIN + 1 + SHADOW_MAX];
	int n = r && run_in(r, s->ip) >= 0 ? run_want(r, s->ip, want) : 0;

	printf("# %s: ip %lx r13 %lx time %lu\n", wrong, s->ip, s->r13, s->time);
	for (int i = 0; r && i < r->n; i++)
		printf("# function %u: %p .. %p returns to %p, frame %d\n", r->id[i],
		       r->chain[i].start, r->chain[i].end, r->chain[i].ret, r->frame[i]);
	for (int i = 0; i < n || i < s->n; i++)
		printf("# %2d is %lx want %lx\n", i, i < s->n ? s->chain[i] : 0,
		       i < n ? want[i] : 0);
	fflush(stdout);
}

/*
 * All samples that are there; the first that is wrong ends the program. @right is told of
 * each other, with the index of the function it hit. Called where no run is under way:
 * then all can be used anew.
 */
static inline void runs_judge(const struct gen *g,
			      void (*right)(const struct run *, const struct sft_sample *))
{
	static __thread struct sft_sample s;

	while (sft_perf_next(&runs.perf, &s)) {
		const struct run *r;
		const char *wrong;

		if (!gen_has(g, s.ip) && !run_is_called(s.ip)) {
			runs.elsewhere++;
			continue;
		}
		r = run_of(&s, &wrong);
		if (!wrong)
			wrong = run_differs(r, &s);
		if (wrong) {
			run_print(r, &s, wrong);
			abort();
		}
		if (gen_has(g, s.ip))
			runs.generated++;
		else
			runs.called++;
		right(r, &s);
	}
	runs.n = 0;
}

#endif /* RUNS_H */
