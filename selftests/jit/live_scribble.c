// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads scribble over the rows, runs and number of a live window while perf samples a
 * thread in its text, which takes backtraces, too, and while the library goes on appending
 * and removing there: no crash, no hang, no stack without an end; the first frame is always
 * right, and the reason one that there is.
 */
#include "sft_perf.h"
#include "sft_self.h"
#include "live_truth.h"
#include <pthread.h>

#define GROUPS		8
#define ROWS		2000
#define SAMPLES		2000
#define BACKTRACES	20000
#define HZ		2000

static struct code codes[GROUPS];
static uint8_t *text;
static struct sfreg_jit_live *live;
static uint64_t *words;
static size_t n_words;
static bool over;
static int dev;
static unsigned int stops[SFREG_STOP_COUNT], backtraces, wrong;

/* The first few are told. */
static void complain(const char *what, long a, long b)
{
	if (__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED) < 5)
		sft_note("%s: %ld, %ld\n", what, a, b);
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void put(size_t i, uint64_t word)
{
	__atomic_store_n(&words[i % n_words], word, __ATOMIC_RELAXED);
}

/* Anything anywhere; and, mostly, what nearly makes sense: a number, a run, a row of this text. */
static void *scribble(void *arg)
{
	uint64_t x = (uintptr_t)arg;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		next_random(&x);
		put(x >> 8, x * 0x9e3779b97f4a7c15);
		put(x >> 20 & 15, (x >> 30 & 255) << 32 | (x >> 40 & 127));
		put(0, x >> 50 & 15);
		put(32 + (x >> 8 & 255), (x & 2047) << 32 | (x >> 33 & 0x1ffff7));
	}
	return NULL;
}

static bool is_error(int ret, const int *errors)
{
	while (*errors && *errors != -ret)
		errors++;
	return *errors;
}

/* The producer does not trust the memory, either: any answer that there is, and no more. */
static void *append(void *arg)
{
	static const int appending[] = { EEXIST, ENOSPC, 0 }, removing[] = { EINVAL, ENOENT, 0 };
	uint64_t x = (uintptr_t)arg;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		const struct code *c = &codes[next_random(&x) % GROUPS];
		const struct code_function *f = &c->f[(x >> 8) % CODE_FUNCTIONS];
		const uint8_t *slot = text + CODE_SLOT * ((x >> 16) % GROUPS);
		int ret = sfreg_jit_live_function(live, slot + f->start, f->size, f->rows,
						  f->n_rows, NULL);

		if (ret && !is_error(ret, appending))
			complain("append", ret, 0);
		ret = sfreg_jit_live_remove(live, slot + f->start, f->size);
		if (ret && !is_error(ret, removing))
			complain("remove", ret, 0);
	}
	return NULL;
}

/* Generated code calls it. */
static __attribute__((noinline)) void visit(void)
{
	struct sfreg_frame frames[SFT_FRAMES];
	struct sfreg_backtrace bt = {
		.size = sizeof(bt), .frames = sft_addr(frames), .count = SFT_FRAMES,
	};
	uint64_t pc;
	int ret = sft_backtrace_here(dev, &bt, &pc);

	backtraces++;
	if (ret || !bt.count || bt.count > SFT_FRAMES || bt.stop >= SFREG_STOP_COUNT ||
	    bt.stop == SFREG_STOP_NONE || frames[0].pc != pc)
		complain("backtrace", bt.count, bt.stop);
	else
		stops[bt.stop]++;
}

/* The innermost frame is where the sample hit, whatever follows. */
static int judge_samples(struct sft_perf *perf)
{
	struct sft_sample s;
	int n = 0;

	while (sft_perf_next(perf, &s)) {
		if (s.n < 1 || s.chain[0] != s.ip)
			complain("sample", s.n, s.n ? s.chain[0] - s.ip : 0);
		n += s.ip - sft_addr(text) < GROUPS * CODE_SLOT;
	}
	return n;
}

FIXTURE(scribbled) {
	pthread_t threads[3];
};

FIXTURE_SETUP(scribbled)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = GROUPS * CODE_SLOT, .max_rows = ROWS,
	};
	size_t len = 0;
	struct gen g;

	(void)self;
	dev = sft_open();
	ASSERT_LE(0, dev);
	ASSERT_EQ(0, sft_self_register(dev));
	gen_open(&g, SFT_PAGE);
	text = sft_map(SFT_PAGE, SFT_RWX);
	options.text = text;
	for (int i = 0; i < GROUPS; i++) {
		code_make(&g, &codes[i], 4711 * i, i % 2 ? visit : NULL);
		memcpy(text + i * CODE_SLOT, codes[i].bytes, CODE_SLOT);
	}
	ASSERT_EQ(0, sfreg_jit_live_open(&options, &live));
	words = (uint64_t *)code_memory(&len);
	ASSERT_NE(NULL, words);
	n_words = (sizeof(struct sfreg_live_header) + 8 * ROWS) / 8;
	ASSERT_LE(8 * n_words, len);
}

FIXTURE_TEARDOWN(scribbled)
{
	(void)self;
	sfreg_jit_live_close(live);
	close(dev);
}

TEST_F_TIMEOUT(scribbled, while_perf_walks, 300)
{
	uint64_t walks = sft_stat("hook_taken"), sp, x = 1;
	struct sft_perf perf;
	int samples = 0;

	ASSERT_EQ(0, sft_perf_open(&perf, 0, -1, HZ, 0));
	for (intptr_t i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&self->threads[i], NULL, i < 2 ? scribble : append,
					    (void *)(4711 * (i + 1))));
	sft_perf_on(&perf);
	while (samples < SAMPLES || backtraces < BACKTRACES) {
		uint64_t random = next_random(&x);
		const struct code *c = &codes[random % GROUPS];

		live_enter(&sp, text + random % GROUPS * CODE_SLOT +
				c->f[(random >> 8) % CODE_FUNCTIONS].start);
		samples += judge_samples(&perf);
	}
	sft_perf_off(&perf);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		pthread_join(self->threads[i], NULL);
	EXPECT_EQ(0, wrong);
	/* They were met: rows in disorder, and rows that lead anywhere. */
	EXPECT_LT(0, stops[SFREG_STOP_UNSTEADY]);
	EXPECT_LT(0, stops[SFREG_STOP_NO_RULE]);
	for (int i = 0; i < SFREG_STOP_COUNT; i++)
		if (stops[i])
			sft_note("stop %d: %u times\n", i, stops[i]);
	sft_note("%d samples in the text, %llu walks of perf's\n", samples,
		 (unsigned long long)(sft_stat("hook_taken") - walks));
	sft_perf_close(&perf);
}

SFT_MAIN
