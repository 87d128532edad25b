// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Live rows: what a row means, which run is asked, tombstones, rows in disorder, the walk;
 * and threads that write anything anywhere, while every lookup must end, within the memory.
 */
#include <pthread.h>
#include <stdlib.h>
#include "build.h"
#include "live.h"
#include "tap.h"
#include "world.h"

#define TEXT	0x400000ull
#define SP	0x7ffff0000000ull
#define ROWS	64

static u64 *words;		/* allocated: what is read outside is found */
static struct sfr_live live;

static u64 row(u32 offset, u32 kind, u32 cfa, u32 ra, u32 fp)
{
	return (u64)offset << 32 | cfa / 8 << 17 | ra / 8 << 10 | fp / 8 << 4 | kind;
}

static void clear(void)
{
	memset(words, 0, (SFR_LIVE_HEADER + ROWS) * sizeof(*words));
}

static void run(u32 i, u32 first, u32 n)
{
	words[1 + i] = (u64)n << 32 | first;
	if (words[0] <= i)
		words[0] = i + 1;
}

#define AT(i)	words[SFR_LIVE_HEADER + (i)]

static bool says(u32 offset, u8 base, s32 cfa, s32 ra, s32 fp, u8 flags)
{
	struct sfr_rule rule, want = {
		.cfa_base = base, .cfa_off = cfa,
		.ra_base = SFR_BASE_CFA | SFR_BASE_DEREF, .ra_off = ra,
		.fp_base = fp ? SFR_BASE_CFA | SFR_BASE_DEREF : SFR_BASE_FP, .fp_off = fp,
		.flags = flags,
	};

	return !sfr_live_rule(&live, offset, &rule) && rule_equal(&rule, want);
}

static enum sfr_stop stop_at(u32 offset)
{
	struct sfr_rule rule;

	return sfr_live_rule(&live, offset, &rule);
}

static void check_rows(void)
{
	clear();
	is(stop_at(0), SFR_STOP_NO_RULE, "no runs");
	run(0, 0, 0);
	is(stop_at(0), SFR_STOP_NO_RULE, "a run without rows");
	AT(0) = row(0x10, SFR_LIVE_SP, 8, 0, 0);
	AT(1) = row(0x14, SFR_LIVE_SP, 0x3fff8, 0, 16);
	AT(2) = row(0x18, SFR_LIVE_FP, 16, 128, 0x1f8);
	AT(3) = row(0x20, SFR_LIVE_FP | SFR_LIVE_EXACT, 0, 0x3f8, 0);
	AT(4) = row(0x30, SFR_LIVE_OUTERMOST, 0, 0, 0);
	AT(5) = row(0x40, 0, 0, 0, 0);
	AT(6) = row(0xffffffff, SFR_LIVE_SP, 32, 0, 0);
	run(0, 0, 7);
	is(stop_at(0xf), SFR_STOP_NO_RULE, "before the first row");
	ok(says(0x10, SFR_BASE_SP, 8, -8, 0, SFR_RULE_GENERAL), "at the first");
	ok(says(0x13, SFR_BASE_SP, 8, -8, 0, SFR_RULE_GENERAL), "and before the next");
	ok(says(0x14, SFR_BASE_SP, 0x3fff8, -8, -16, SFR_RULE_GENERAL), "the largest CFA offset");
	ok(says(0x18, SFR_BASE_FP, 16, -136, -0x1f8, SFR_RULE_GENERAL), "ra below a red zone");
	ok(says(0x20, SFR_BASE_FP, 0, -0x400, 0, SFR_RULE_EXACT), "an exact caller");
	ok(says(0x30, SFR_BASE_FP, 0, -8, 0, SFR_RULE_OUTERMOST), "outermost");
	is(stop_at(0x40), SFR_STOP_NO_RULE, "a tombstone");
	is(stop_at(0xfffffffe), SFR_STOP_NO_RULE, "to the next row");
	ok(says(0xffffffff, SFR_BASE_SP, 32, -8, 0, SFR_RULE_GENERAL), "the last offset");
}

static void check_runs(void)
{
	clear();
	for (u32 i = 0; i < SFR_LIVE_RUNS; i++) {
		AT(2 * i) = row(0x100 * i, SFR_LIVE_SP, 8 * (i + 1), 0, 0);
		AT(2 * i + 1) = row(0x100 * i + 0x80, 0, 0, 0, 0);
		run(i, 2 * i, 2);
	}
	ok(says(0, SFR_BASE_SP, 8, -8, 0, SFR_RULE_GENERAL) &&
	   says(0x77f, SFR_BASE_SP, 64, -8, 0, SFR_RULE_GENERAL) &&
	   says(0xf7f, SFR_BASE_SP, 128, -8, 0, SFR_RULE_GENERAL), "each of 16 runs is asked");
	is(stop_at(0x80), SFR_STOP_NO_RULE, "where none knows anything");
	AT(30) = row(0, SFR_LIVE_SP, 256, 0, 0);
	ok(says(0, SFR_BASE_SP, 256, -8, 0, SFR_RULE_GENERAL), "the last run that knows counts");
	AT(30) = row(0, 0, 0, 0, 0);
	ok(says(0, SFR_BASE_SP, 8, -8, 0, SFR_RULE_GENERAL), "buried: the one before it");
}

static void check_disorder(void)
{
	clear();
	AT(0) = row(0x10, SFR_LIVE_SP, 8, 0, 0);
	run(0, 0, 1);
	words[0] = SFR_LIVE_RUNS + 1;
	is(stop_at(0x10), SFR_STOP_UNSTEADY, "17 runs");
	words[0] = ~0ull;
	is(stop_at(0x10), SFR_STOP_UNSTEADY, "as many as can be said");
	words[0] = 1;
	words[1] = 1ull << 32 | ROWS;
	is(stop_at(0x10), SFR_STOP_UNSTEADY, "a run behind the last row");
	words[1] = (u64)(ROWS + 1) << 32;
	is(stop_at(0x10), SFR_STOP_UNSTEADY, "one that is too long");
	words[1] = ~0ull;
	is(stop_at(0x10), SFR_STOP_UNSTEADY, "one whose end wraps");
	words[1] = (u64)ROWS << 32;
	is(stop_at(0x10), SFR_STOP_NO_RULE, "rows of zeroes know nothing");
	AT(1) = row(0x20, SFR_LIVE_SP, 8, 0, 0);
	AT(2) = row(0x18, SFR_LIVE_SP, 8, 0, 0);
	run(0, 0, 3);
	is(stop_at(0x18), SFR_STOP_NONE, "a row that is never met does no harm");
	AT(1) = row(0x10, SFR_LIVE_SP, 8, 0, 0);
	AT(0) = row(0x20, SFR_LIVE_SP, 8, 0, 0);
	AT(2) = row(0x30, SFR_LIVE_SP, 8, 0, 0);
	is(stop_at(0x10), SFR_STOP_NONE, "nor one in disorder that is not");
	AT(0) = row(0x10, SFR_LIVE_SP, 8, 0, 0);
	run(0, 0, 1);
	AT(0) |= SFR_LIVE_RESERVED;
	is(stop_at(0x10), SFR_STOP_UNSTEADY, "a reserved bit");
	is(stop_at(0xf), SFR_STOP_NO_RULE, "of a row that is not asked");
	AT(0) = row(0x10, SFR_LIVE_SP, 8, 0, 0);
	is(stop_at(0x10), SFR_STOP_NONE, "and all is well");
}

static void check_walk(void)
{
	static struct world w;
	struct sfr_walk walk;
	u64 pcs[4];

	clear();
	AT(0) = row(0x00, SFR_LIVE_SP, 16, 0, 0);
	AT(1) = row(0x20, SFR_LIVE_SP, 32, 0, 0);
	AT(2) = row(0x40, SFR_LIVE_OUTERMOST, 0, 0, 0);
	AT(3) = row(0x60, SFR_LIVE_SP | SFR_LIVE_EXACT, 136, 128, 0);
	AT(4) = row(0x80, 0, 0, 0, 0);
	run(0, 0, 5);
	world_window(&w, TEXT, 0x100, TEXT, &sfr_no_rows);
	w.windows[0].live = &live;
	world_word(&w, SP + 8, TEXT + 0x20);
	world_word(&w, SP + 0x18, TEXT + 0x41);
	world_start(&w, &walk, TEXT, SP, 0);
	is(sfr_walk_run(&walk, pcs, 4), 0, "the fast lane leaves live windows alone");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "a step by a live row");
	ok(walk.frame.regs.pc == TEXT + 0x20 && walk.cfa == SP + 16 &&
	   walk.frame.source == SFR_SOURCE_SFRAME, "leads where it says");
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "a return address is looked up before itself");
	ok(walk.frame.regs.pc == TEXT + 0x41 && walk.cfa == SP + 32, "cfa = sp + 16");
	is(sfr_walk_next(&walk), SFR_STOP_OUTERMOST, "outermost");

	world_clear(&w);
	world_word(&w, SP, TEXT + 0x20);
	world_start(&w, &walk, TEXT + 0x60, SP, 0);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "out of an injected call's stub");
	ok(walk.frame.kind == SFR_KIND_DISCONTINUITY && walk.cfa == SP + 136, "to an exact pc");

	world_clear(&w);
	world_word(&w, 0x1000, 0x2000);
	world_word(&w, 0x1008, TEXT + 0x41);
	world_start(&w, &walk, TEXT + 0x80, SP, 0x1000);
	is(sfr_walk_next(&walk), SFR_STOP_NONE, "without a row: by the frame pointer");
	AT(4) |= SFR_LIVE_RESERVED;
	world_start(&w, &walk, TEXT + 0x80, SP, 0x1000);
	is(sfr_walk_next(&walk), SFR_STOP_UNSTEADY, "rows in disorder end the walk");
}

static bool over;

static void *scribble(void *arg)
{
	u64 x = 88172645463325252ull + (unsigned long)arg;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		__atomic_store_n(&words[x % (SFR_LIVE_HEADER + ROWS)],
				 x >> 40 & 1 ? x : x >> 58, __ATOMIC_RELAXED);
		/* Mostly near to what makes sense: a run, a number of runs, a row. */
		__atomic_store_n(&words[x >> 32 & 15], (x >> 8 & 127) << 32 | (x >> 50 & 31),
				 __ATOMIC_RELAXED);
		__atomic_store_n(&words[0], x >> 20 & 15, __ATOMIC_RELAXED);
		__atomic_store_n(&AT(x >> 24 & 63), (x & 1023) << 32 | (x >> 36 & 0xfff7),
				 __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Every answer is one of three; that nothing else is read, ASan says. */
static void check_scribbled(void)
{
	unsigned long answers[3] = { 0 };
	pthread_t threads[2];
	u32 i;

	clear();
	for (long k = 0; k < 2; k++)
		pthread_create(&threads[k], NULL, scribble, (void *)k);
	/* The scribblers may not have begun yet. */
	for (i = 0; i < 300000 || (i < 100000000 && !(answers[0] && answers[2])); i++) {
		enum sfr_stop stop = stop_at(i * 2654435761u >> (i & 31));

		answers[stop == SFR_STOP_NONE ? 0 : stop == SFR_STOP_NO_RULE ? 1 : 2]++;
		if (stop && stop != SFR_STOP_NO_RULE && stop != SFR_STOP_UNSTEADY)
			answers[0] = -1ul >> 1;
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (int k = 0; k < 2; k++)
		pthread_join(threads[k], NULL);
	ok(answers[0] + answers[1] + answers[2] == i, "two threads scribble: %lu %lu %lu",
	   answers[0], answers[1], answers[2]);
	ok(answers[0] && answers[2], "and both were seen");
}

/* A producer who keeps to the rules is never taken for one who does not. */
static void *append(void *arg)
{
	u32 n = 0;

	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		/* Bury all, then a fresh run of rows, and begin anew. */
		if (n == ROWS) {
			__atomic_store_n(&words[0], 0, __ATOMIC_RELEASE);
			n = 0;
		}
		__atomic_store_n(&AT(n), row(16 * n, SFR_LIVE_SP, 8 * (n + 1), 0, 0),
				 __ATOMIC_RELAXED);
		n++;
		__atomic_store_n(&words[1], (u64)n << 32, __ATOMIC_RELEASE);
		__atomic_store_n(&words[0], 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void check_appended(void)
{
	unsigned long wrong = 0, right = 0;
	struct sfr_rule rule;
	pthread_t thread;

	clear();
	over = false;
	pthread_create(&thread, NULL, append, NULL);
	for (u32 i = 0; right < 200000 && !wrong; i++) {
		u32 offset = i * 2654435761u % (16 * ROWS);
		enum sfr_stop stop = sfr_live_rule(&live, offset, &rule);

		/* The row at the offset, or, not appended yet, the last one before. */
		if (!stop && rule.cfa_off <= 8 * (s32)(offset / 16 + 1) && rule.cfa_off >= 8)
			right++;
		else if (stop != SFR_STOP_NO_RULE)
			wrong++;
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	ok(right && !wrong, "a producer appends: %lu right, %lu wrong", right, wrong);
}

int main(void)
{
	words = calloc(SFR_LIVE_HEADER + ROWS, sizeof(*words));
	live = (struct sfr_live) { .words = words, .n_rows = ROWS };
	check_rows();
	check_runs();
	check_disorder();
	check_walk();
	check_scribbled();
	check_appended();
	free(words);
	return tap_done();
}
