// SPDX-License-Identifier: GPL-2.0-only
/*
 * A million functions are appended to a live window, mostly upwards, some below others, and
 * some are removed and their text is used for others, while two threads run what is there:
 * code that was described a moment before, in chains of up to eight functions. perf samples
 * them, and they take backtraces of their own; every stack must be the one that the program
 * knows, from the innermost function to the thread's first.
 */
#include "sft_perf.h"
#include "sft_self.h"
#include "live_truth.h"
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>

#define FUNCTIONS	1000000
#define GROUPS		(FUNCTIONS / CODE_FUNCTIONS)
#define CODES		64
#define RUNNERS		2
#define REGION		1000		/* groups; of four, the first comes last */
#define DYING_MAX	8
#define SAMPLES		3000		/* of each runner, in generated code, at least */
#define HZ		2000

enum state { ABSENT, LIVE, DYING };

struct group {
	atomic_uchar state, users;
	uint8_t code;
};

struct runner {
	pthread_t thread;
	uint32_t seed;
	int dev;
	struct sft_perf perf;
	struct live_truth truth;
	int samples, inner, elsewhere, backtraces, wrong;
};

static struct sft_self program;
static struct code codes[CODES];
static struct group groups[GROUPS];
static uint32_t published[GROUPS];
static atomic_uint n_published;
static atomic_bool over;
static uint8_t *text;
static struct sfreg_jit_live *live;
static __thread struct runner *me;

static uint32_t chance(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 8) % n;
}

static bool in_text(uint64_t pc)
{
	return pc - sft_addr(text) < (uint64_t)GROUPS * CODE_SLOT;
}

static void complain(const char *what, const struct live_entry *e, const uint64_t *pcs, int n)
{
	if (me->wrong++ >= 3)
		return;
	printf("# %s: slot %llx, entered %d:", what, (unsigned long long)e->slot, e->in);
	for (int i = 0; i < n && i < 20; i++)
		printf(" %llx", (unsigned long long)pcs[i]);
	printf("\n");
	fflush(stdout);
}

/* --- the truth ------------------------------------------------------------------- */

/* One's own frames, for whom generated code calls out. */
extern const char __start_visitors[], __stop_visitors[];
#define VISITOR __attribute__((noinline, section("visitors")))

/*
 * perf's word. False: it did not hit generated code, nor what that has called. Libraries have
 * no rows, and are not called from there.
 */
static bool judge_sample(const struct sft_sample *s, const struct live_entry *e)
{
	uint64_t want[CODE_FUNCTIONS + LIVE_HOST_MAX];
	int first = 0, in, n;

	if (!in_text(s->ip) && s->ip - program.text >= program.text_len)
		return false;
	while (first < s->n && !in_text(s->chain[first]))
		first++;
	if (first == s->n) {
		if (s->ip - sft_addr(__start_visitors) <
		    (uint64_t)(__stop_visitors - __start_visitors) && e->code)
			complain("lost below a call out", e, s->chain, s->n);
		return false;
	}
	in = first ? 0 : live_function_at(e, s->ip);
	if (in < 0 || (first && s->chain[first] != e->slot + e->code->f[0].ret)) {
		complain("not where it was", e, s->chain, s->n);
		return true;
	}
	n = live_callers(e, in, want);
	if (s->n < first + 1 + n || memcmp(&s->chain[first + 1], want, n * sizeof(want[0])))
		complain("another stack", e, s->chain, s->n);
	me->inner += in < e->in;
	return true;
}

static void judge_backtrace(const struct sfreg_backtrace *bt, const struct sfreg_frame *f,
			    uint64_t pc)
{
	const struct live_entry *e = &me->truth.now;
	uint64_t want[1 + CODE_FUNCTIONS + LIVE_HOST_MAX] = { e->slot + e->code->f[0].ret };
	uint64_t pcs[SFT_FRAMES];
	uint64_t sp = live_cfa(e, 0) - e->code->depth[e->code->f[0].ret];
	int n = 1 + live_callers(e, 0, want + 1);
	bool right = (int)bt->count > n && f[0].pc == pc && f[0].cfa == sp;

	for (int i = 0; right && i < n; i++) {
		uint64_t cfa = i <= e->in ? live_cfa(e, i) : me->truth.host_cfa[i - e->in - 1];

		right = f[1 + i].pc == want[i] && f[1 + i].cfa == cfa &&
			f[1 + i].source == SFREG_SOURCE_SFRAME;
	}
	for (uint32_t i = 0; i < bt->count && i < SFT_FRAMES; i++)
		pcs[i] = f[i].pc;
	if (!right)
		complain("another backtrace", e, pcs, bt->count);
}

/* --- the runners ----------------------------------------------------------------- */

/* Generated code calls it. */
static VISITOR void visit(void)
{
	struct sfreg_frame frames[SFT_FRAMES];
	struct sfreg_backtrace bt = {
		.size = sizeof(bt), .frames = sft_addr(frames), .count = SFT_FRAMES,
	};
	uint64_t pc;

	if (sft_backtrace_here(me->dev, &bt, &pc))
		bt.count = 0;
	judge_backtrace(&bt, frames, pc);
	me->backtraces++;
}

/* A group that is there, and stays as long as it is held; often one of the latest. */
static struct group *take(void)
{
	uint32_t n = atomic_load(&n_published), i;
	struct group *group;

	if (!n)
		return NULL;
	i = chance(&me->seed, 2) ? chance(&me->seed, n) : n - 1 - chance(&me->seed, n < 8 ? n : 8);
	group = &groups[published[i]];
	atomic_fetch_add(&group->users, 1);
	if (atomic_load(&group->state) == LIVE)
		return group;
	atomic_fetch_sub(&group->users, 1);
	return NULL;
}

static __attribute__((noinline)) const void *prepare(struct group **group)
{
	struct live_entry *e = &me->truth.now;

	*group = me->truth.n_host ? take() : NULL;
	if (!*group)
		return live_note_host;
	e->code = &codes[(*group)->code];
	e->slot = sft_addr(text) + (*group - groups) * (uint64_t)CODE_SLOT;
	e->in = chance(&me->seed, CODE_FUNCTIONS);
	return (const void *)(uintptr_t)(e->slot + e->code->f[e->in].start);
}

/* What came meanwhile, of this entry alone. */
static __attribute__((noinline)) void settle(struct group *group)
{
	struct sft_sample s;

	while (sft_perf_next(&me->perf, &s))
		if (judge_sample(&s, &me->truth.now))
			me->samples++;
		else
			me->elsewhere++;
	me->truth.now.code = NULL;
	if (group)
		atomic_fetch_sub(&group->users, 1);
}

static __attribute__((noinline)) void step(void)
{
	struct group *group;
	const void *fn = prepare(&group);

	live_enter(&me->truth.now.sp, fn);
	settle(group);
}

static void *run(void *arg)
{
	me = arg;
	mine = &me->truth;
	mine->root = run;
	me->dev = sft_open();
	if (me->dev < 0 || sft_perf_open(&me->perf, 0, -1, HZ, 0))
		return NULL;
	sft_perf_on(&me->perf);
	/* From one place only: it is part of the truth. */
	while (!atomic_load(&over) || me->samples < SAMPLES)
		step();
	sft_perf_off(&me->perf);
	close(me->dev);
	return arg;
}

/* --- the producer ---------------------------------------------------------------- */

static struct {
	uint32_t seed, dying[DYING_MAX];
	int n_dying;
	int appended, removed, reused, merges, compactions;
	const struct sfreg_live_header *header;
} p = { .seed = 1 };

static void must(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "# %s: %d\n", what, ret);
	abort();
}

/* Groups in the order of their coming. */
static uint32_t group_at(uint32_t i)
{
	static const uint32_t order[] = { 1, 2, 3, 0 };
	uint32_t region = i / REGION;

	if (region / 4 * 4 + 4 <= GROUPS / REGION)
		region = region / 4 * 4 + order[region % 4];
	return region * REGION + i % REGION;
}

static void compact(void)
{
	size_t len;

	must(sfreg_jit_live_compact(live, 0), "compact");
	p.header = code_memory(&len);
	p.compactions++;
}

static void describe(const uint8_t *slot, const struct code_function *f)
{
	uint64_t runs = p.header->n_runs;
	int ret = sfreg_jit_live_function(live, slot + f->start, f->size, f->rows, f->n_rows, NULL);

	p.merges += p.header->n_runs < runs;
	if (ret == -ENOSPC) {
		compact();
		ret = sfreg_jit_live_function(live, slot + f->start, f->size, f->rows, f->n_rows,
					      NULL);
	}
	must(ret, "function");
	p.appended++;
}

static void append(uint32_t number)
{
	struct group *group = &groups[number];
	uint8_t *slot = text + (uint64_t)number * CODE_SLOT;

	group->code = chance(&p.seed, CODES);
	memcpy(slot, codes[group->code].bytes, CODE_SLOT);
	for (int i = 0; i < CODE_FUNCTIONS; i++)
		describe(slot, &codes[group->code].f[i]);
}

/* One that nobody is in any more goes; its text is used anew, one time in two. */
static void bury(void)
{
	int i = chance(&p.seed, p.n_dying);
	uint32_t number = p.dying[i];
	struct group *group = &groups[number];
	uint8_t *slot = text + (uint64_t)number * CODE_SLOT;

	if (atomic_load(&group->users))
		return;
	p.dying[i] = p.dying[--p.n_dying];
	must(sfreg_jit_live_remove(live, slot, CODE_SLOT), "remove");
	memset(slot, 0xcc, CODE_SLOT);
	p.removed += CODE_FUNCTIONS;
	if (chance(&p.seed, 2)) {
		append(number);
		/* Other threads may have run what was there. */
		must(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0),
		     "membarrier");
		p.reused += CODE_FUNCTIONS;
		atomic_store(&group->state, LIVE);
	} else {
		atomic_store(&group->state, ABSENT);
	}
}

static void unlink_one(void)
{
	uint32_t number = published[chance(&p.seed, n_published)];

	if (p.n_dying == DYING_MAX || groups[number].state != LIVE)
		return;
	atomic_store(&groups[number].state, DYING);
	p.dying[p.n_dying++] = number;
}

static void produce(void)
{
	for (uint32_t i = 0; i < GROUPS; i++) {
		uint32_t number = group_at(i);

		append(number);
		atomic_store(&groups[number].state, LIVE);
		published[i] = number;
		atomic_store(&n_published, i + 1);
		if (i % 64 == 0)
			unlink_one();
		if (p.n_dying && i % 16 == 0)
			bury();
	}
}

/* --- the test -------------------------------------------------------------------- */

FIXTURE(million) {
	int dev;
	struct runner runners[RUNNERS];
};

FIXTURE_SETUP(million)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = (size_t)GROUPS * CODE_SLOT,
		.max_rows = FUNCTIONS,
	};
	struct gen g;
	size_t len;

	program = sft_self();
	self->dev = sft_open();
	ASSERT_LE(0, self->dev);
	ASSERT_EQ(0, sft_self_register(self->dev));
	ASSERT_EQ(0, syscall(SYS_membarrier,
			     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	gen_open(&g, SFT_PAGE);
	for (int i = 0; i < CODES; i++)
		code_make(&g, &codes[i], 4711 * i, i % 4 ? NULL : visit);
	text = sft_map(options.text_len, SFT_RWX);
	options.text = text;
	ASSERT_EQ(0, sfreg_jit_live_open(&options, &live));
	p.header = code_memory(&len);
	ASSERT_NE(NULL, p.header);
}

FIXTURE_TEARDOWN(million)
{
	sfreg_jit_live_close(live);
	close(self->dev);
}

TEST_F_TIMEOUT(million, appended_while_sampled, 600)
{
	uint64_t begin = sft_now_ms();
	void *ended;

	for (int i = 0; i < RUNNERS; i++) {
		self->runners[i].seed = i + 1;
		ASSERT_EQ(0, pthread_create(&self->runners[i].thread, NULL, run,
					    &self->runners[i]));
	}
	produce();
	sft_note("%d appended, %d removed, %d of their places used anew\n", p.appended, p.removed,
		 p.reused);
	sft_note("%d merges, %d compactions, %llu ms\n", p.merges, p.compactions,
		 (unsigned long long)(sft_now_ms() - begin));
	atomic_store(&over, true);
	for (int i = 0; i < RUNNERS; i++) {
		struct runner *r = &self->runners[i];

		ASSERT_EQ(0, pthread_join(r->thread, &ended));
		ASSERT_EQ(r, ended);
		sft_note("%d samples in generated code, %d of them below what was entered\n",
			 r->samples, r->inner);
		sft_note("%d samples elsewhere, %d lost; %d backtraces\n", r->elsewhere,
			 (int)r->perf.lost, r->backtraces);
		EXPECT_EQ(0, r->wrong);
		EXPECT_EQ(0, r->perf.lost);
		EXPECT_LT(SAMPLES / 2, r->inner);
		EXPECT_LT(SAMPLES / 10, r->backtraces);
		sft_perf_close(&r->perf);
	}
	EXPECT_LE(FUNCTIONS, p.appended);
	EXPECT_LT(FUNCTIONS / 200, p.removed);
	EXPECT_LT(FUNCTIONS / 500, p.reused);
	EXPECT_LT(10, p.merges);
	EXPECT_LT(0, p.compactions);
}

SFT_MAIN
