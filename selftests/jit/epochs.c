// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code in epochs: three threads run chains of generated functions, which a producer makes
 * anew for ever, so that each address means another function with another frame again and
 * again. perf samples the threads; they take backtraces themselves, below the innermost
 * generated function; and each stack is the one of the epoch that it was taken in.
 *
 * With one producer for all, it is a thread of its own. With one for each, a thread makes
 * code between two runs, and in the middle of a run, when its own frames stand in a window
 * that is to be wiped.
 */
#include "producer.h"
#include "runs.h"
#include "taken.h"
#include <pthread.h>
#include <sys/resource.h>

#define THREADS		3
#define HZ		2000
#define SAMPLES		800		/* at least, of perf's in generated code */
#define BACKTRACES	800
#define WIPES		32		/* of each producer */
#define GRANULE		16		/* bytes of text, of which is noted what was sampled */
#define GRANULES	(PRODUCER_WINDOWS * SFT_PAGE / GRANULE)

static struct producer producers[THREADS];
static int n_producers;
static atomic_int sampled, backtraces, others, epochs, depths[SHADOW_CHAIN + 1];

/* The last frame that was sampled here. */
struct place {
	uint32_t epoch;
	int32_t frame;
};

static __thread struct producer *own;
static __thread struct place places[GRANULES];
static __thread uint32_t last_epoch;
static __thread struct shadow_taken taken;

static bool done(void)
{
	for (int i = 0; i < n_producers; i++)
		if (__atomic_load_n(&producers[i].wipes, __ATOMIC_RELAXED) < WIPES)
			return false;
	return sampled >= SAMPLES && backtraces >= BACKTRACES;
}

/* It is right; has this place been sampled as something else before? */
static void note_frame(uint64_t pc, uint32_t epoch, int32_t frame)
{
	struct place *place = &places[(pc - sft_addr(own->gen.text)) / GRANULE];

	if (place->epoch && place->epoch != epoch && place->frame != frame)
		others++;
	*place = (struct place) { epoch, frame };
}

static void note_sample(const struct run *r, const struct sft_sample *s)
{
	int in = run_in(r, s->ip), last = in < r->n ? in : r->n - 1;

	note_frame(in < r->n ? s->ip : sft_addr(r->chain[last].ret), r->id[last],
		   r->frame[last]);
	for (int i = 0; i < last; i++)
		note_frame(sft_addr(r->chain[i].ret), r->id[i], r->frame[i]);
	if (r->id[last] > last_epoch) {
		last_epoch = r->id[last];
		epochs++;
	}
	depths[in]++;
	sampled++;
}

/* What generated the call knows all: where it lies, and how deep the frames above it are. */
static void judge_backtrace(void)
{
	const struct shadow_level *level = sh.level;
	const struct shadow_call *last = &level->chain[level->n_chain - 1];
	struct shadow *want = &taken.want;
	uint64_t sp = level->sp;

	for (int i = 0; i < level->n_chain; i++)
		sp -= gen_depth(sh.gen, sft_addr(level->chain[i].ret));
	want->n = 0;
	want->ends = false;
	shadow_add(want, taken.pc, sp);
	want->f[0].kind = SFREG_KIND_EXACT;
	want->f[0].source = SFREG_SOURCE_REGS;
	shadow_generated(want, sft_addr(last->ret), sp);
	shadow_judge(&taken);
	if (sh.wrong) {
		shadow_print(&taken);
		abort();
	}
	backtraces++;
}

/* The end of each chain. */
static RUN_CALLED void innermost(void)
{
	taken.bt = (struct sfreg_backtrace) {
		.size = sizeof(taken.bt), .frames = sft_addr(taken.frames), .count = SHADOW_MAX,
	};
	taken.ret = sft_backtrace_here(sh.fd, &taken.bt, &taken.pc);
	judge_backtrace();
	/* Seldom so much that the windows of the functions that called us are to be wiped. */
	for (int i = chance(32) ? 2 : 64; i && n_producers > 1 && producer_step(own); i--)
		;
	for (int i = 0; i < 3000; i++)
		asm volatile("");
}

/* Two or more, none twice, of any epochs; the last calls us. */
static void run_chain(void)
{
	struct run *r = &runs.pool[runs.n];
	struct version *v[SHADOW_CHAIN];
	int n = 2 + chance(SHADOW_CHAIN - 1), number = chance(PRODUCER_LIVE);
	int step = 1 + 2 * chance(2);

	r->n = 0;
	for (int i = 0; i < n; i++) {
		v[i] = producer_find(own, (number + i * step) % PRODUCER_LIVE);
		if (i)
			r->next[i - 1] = v[i]->f.start;
		run_add(r, &v[i]->f, v[i]->epoch, v[i]->frame);
	}
	r->next[n - 1] = innermost;
	runs.n++;
	run_enter(r);
	for (int i = 0; i < n; i++)
		producer_leave(v[i]);
}

static void *run(void *arg)
{
	int self = (intptr_t)arg;

	own = &producers[n_producers > 1 ? self : 0];
	seed = self + 1;
	must(shadow_start(&own->gen), "start");
	sh.root = run;
	must(runs_start(HZ), "perf");
	sft_perf_on(&runs.perf);
	while (!done()) {
		if (n_producers > 1)
			producer_step(own);
		run_chain();
		if (runs.n == RUNS)
			runs_judge(&own->gen, note_sample);
	}
	sft_perf_off(&runs.perf);
	runs_judge(&own->gen, note_sample);
	must(runs.perf.lost ? -EIO : 0, "lost samples");
	runs_end();
	close(sh.fd);
	return NULL;
}

static void *produce(void *arg)
{
	/* All others calculate all the time. */
	must(setpriority(PRIO_PROCESS, syscall(SYS_gettid), -10), "priority");
	while (!done())
		if (!producer_step(arg))
			usleep(100);
	return NULL;
}

FIXTURE(epochs) {
	pthread_t producer, threads[THREADS];
};

FIXTURE_VARIANT(epochs) {
	int n;
	bool each, sorted;	/* a producer in each thread; by ascending address */
};

FIXTURE_VARIANT_ADD(epochs, two_one_sorted)
{
	.n = 2, .each = false, .sorted = true,
};

FIXTURE_VARIANT_ADD(epochs, two_one_unsorted)
{
	.n = 2, .each = false, .sorted = false,
};

FIXTURE_VARIANT_ADD(epochs, two_each_sorted)
{
	.n = 2, .each = true, .sorted = true,
};

FIXTURE_VARIANT_ADD(epochs, two_each_unsorted)
{
	.n = 2, .each = true, .sorted = false,
};

FIXTURE_VARIANT_ADD(epochs, three_one_sorted)
{
	.n = 3, .each = false, .sorted = true,
};

FIXTURE_VARIANT_ADD(epochs, three_one_unsorted)
{
	.n = 3, .each = false, .sorted = false,
};

FIXTURE_VARIANT_ADD(epochs, three_each_sorted)
{
	.n = 3, .each = true, .sorted = true,
};

FIXTURE_VARIANT_ADD(epochs, three_each_unsorted)
{
	.n = 3, .each = true, .sorted = false,
};

FIXTURE_VARIANT_ADD(epochs, eight_one_sorted)
{
	.n = 8, .each = false, .sorted = true,
};

FIXTURE_VARIANT_ADD(epochs, eight_one_unsorted)
{
	.n = 8, .each = false, .sorted = false,
};

FIXTURE_VARIANT_ADD(epochs, eight_each_sorted)
{
	.n = 8, .each = true, .sorted = true,
};

FIXTURE_VARIANT_ADD(epochs, eight_each_unsorted)
{
	.n = 8, .each = true, .sorted = false,
};

FIXTURE_SETUP(epochs)
{
	(void)self;
	ASSERT_EQ(0, syscall(SYS_membarrier,
			     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	n_producers = variant->each ? THREADS : 1;
	for (int i = 0; i < n_producers; i++)
		producer_open(&producers[i], variant->n, variant->sorted, 4711 + i);
}

FIXTURE_TEARDOWN(epochs)
{
	(void)self;
	for (int i = 0; i < n_producers; i++)
		producer_close(&producers[i]);
}

TEST_F(epochs, every_stack)
{
	int waits = 0;

	if (!variant->each)
		ASSERT_EQ(0, pthread_create(&self->producer, NULL, produce, &producers[0]));
	for (intptr_t i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&self->threads[i], NULL, run, (void *)i));
	if (!variant->each)
		ASSERT_EQ(0, pthread_join(self->producer, NULL));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(self->threads[i], NULL));
	sft_note("%d samples, %d epochs, %d backtraces; %d where something else had been\n",
		 sampled, epochs, backtraces, others);
	for (int i = 0; i < n_producers; i++) {
		const struct producer *p = &producers[i];

		sft_note("made %d, moved %d; wiped %d times, not yet %d; full: text %d, rows %d\n",
			 p->made, p->moves, p->wipes, p->waits, p->text_full, p->rows_full);
		EXPECT_LE(WIPES, p->wipes);
		EXPECT_LT(WIPES / 3, p->moves);
		waits += p->waits;
		EXPECT_LT(0, p->text_full);
		EXPECT_LT(0, p->rows_full);
	}
	EXPECT_LT(0, waits);
	EXPECT_LE(SAMPLES, sampled);
	EXPECT_LT(SAMPLES / 10, others);
	EXPECT_LT(WIPES / 2, epochs);
	for (int i = 0; i <= SHADOW_CHAIN; i++)
		sft_note("in function %d: %d\n", i, depths[i]);
}

SFT_MAIN
