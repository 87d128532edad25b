/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shared code cache: threads run fragments of it while another, the keeper, deletes,
 * replaces and re-uses them. Of a tag there may be a fragment for all, one for each thread
 * alone, and older ones that somebody is still in.
 *
 * The cache has a window for each region, the shared one and those of each thread, all in the
 * hands of the keeper, so that no lock is needed. To delete is to unlink, to wait until
 * nobody is in it (each fragment counts who is), to sfreg_jit_remove() and publish; only then
 * its text is written anew. (A window for each fragment would cost a registration each, and a
 * system call more to delete than a publication that may take several together.)
 *
 * Who uses it says when it is done(), and what fragments call: dispatch().
 */
#ifndef CACHE_H
#define CACHE_H

#include "chance.h"
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
#define LIVES		4096		/* of a slot: those that are remembered */

enum state { ABSENT, LIVE, DYING };

struct fragment {
	struct shadow_call f;
	const uint8_t *from;		/* from here on its number is in its frame */
	int32_t number_at;		/* there: CFA - this */
	uint32_t generation;
	int tag, region;
	atomic_int state, users;
};

/* When a fragment was there: CLOCK_MONOTONIC, ns. */
struct life {
	uint32_t generation;
	uint64_t from;
	atomic_ulong to;		/* 0: it is */
};

struct region {
	struct sfreg_jit *jit;
	int first, n;			/* slots */
};

static struct gen g;
static struct fragment fragments[SLOTS];
static struct region regions[REGIONS];
static struct fragment *_Atomic table[REGIONS][TAGS];
static struct life lives[SLOTS][LIVES];
static atomic_uint n_lives[SLOTS];
static atomic_int samples, by_depth[NESTED + 1];
static int wanted;
static int made, deleted, replaced, reused;	/* the keeper's counts */

static void dispatch(void);

static inline bool done(void)
{
	return atomic_load(&samples) >= wanted;
}

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* It is described, and nobody has found it yet. */
static inline void life_begin(const struct fragment *f)
{
	int slot = f - fragments;
	unsigned int n = atomic_load(&n_lives[slot]);
	struct life *life = &lives[slot][n % LIVES];

	life->generation = f->generation;
	life->from = now_ns();
	atomic_store(&life->to, 0);
	atomic_store(&n_lives[slot], n + 1);
}

/* Nobody is in it, and nobody can find it. */
static inline void life_end(const struct fragment *f)
{
	int slot = f - fragments;

	atomic_store(&lives[slot][(atomic_load(&n_lives[slot]) - 1) % LIVES].to, now_ns());
}

/* The generation that was in a slot at a time; 0: none was, or it is long ago. */
static inline uint32_t life_at(int slot, uint64_t time)
{
	unsigned int n = atomic_load(&n_lives[slot]);

	for (unsigned int i = 1; i <= n && i < LIVES; i++) {
		struct life *life = &lives[slot][(n - i) % LIVES];
		uint64_t to = atomic_load(&life->to);

		if (life->from <= time)
			return !to || time < to ? life->generation : 0;
	}
	return 0;
}

static inline void make_spin(void)
{
	int32_t rounds = 500 + chance(8000);

	gen_insn_32(&g, rounds, 0xb9);			/* mov $.., %ecx */
	for (int nops = chance(8); nops; nops--)
		gen_insn(&g, 0x90);
	gen_insn(&g, 0xff, 0xc9);				/* 1: dec %ecx */
	gen_insn(&g, 0x75, 0xfc);				/* jnz 1b */
}

/* New code in a slot that nobody is in. */
static inline void emit(struct fragment *f)
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
static inline void unlink_fragment(struct fragment *f)
{
	struct fragment *expected = f;

	atomic_compare_exchange_strong(&table[f->region][f->tag], &expected, NULL);
	atomic_store(&f->state, DYING);
}

/* It is described, and every thread sees its code: from now on it may be run. */
static inline void link_fragment(struct fragment *f)
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

static inline void create(struct fragment *f)
{
	f->tag = chance(TAGS);
	emit(f);
	must(sfreg_jit_publish(regions[f->region].jit), "publish");
	life_begin(f);
	link_fragment(f);
	made++;
}

/* Gone, once it is published; and, one time in two, its text used anew at once. */
static inline void delete_fragment(struct fragment *f)
{
	atomic_store(&f->state, ABSENT);
	life_end(f);
	must(sfreg_jit_remove(regions[f->region].jit, f->f.start), "remove");
	deleted++;
	if (chance(2)) {
		create(f);
		reused++;
	} else {
		must(sfreg_jit_publish(regions[f->region].jit), "publish");
	}
}

static inline void *keep(void *arg)
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

/* One's own before the shared one. */
static inline struct fragment *find(int tag, int region)
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

static inline void leave(struct fragment *f)
{
	atomic_fetch_sub(&f->users, 1);
}

static inline void open_regions(struct __test_metadata *_metadata)
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

static inline void cache_open(struct __test_metadata *_metadata)
{
	const char *n = getenv("SFT_SAMPLES");

	wanted = n ? atoi(n) : SAMPLES;
	ASSERT_EQ(0, syscall(SYS_membarrier,
			     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	open_regions(_metadata);
}

static inline void cache_close(void)
{
	for (int r = 0; r < REGIONS; r++)
		sfreg_jit_close(regions[r].jit);
}

/* The keeper, and each thread's run(its number). */
static inline void cache_run(struct __test_metadata *_metadata, void *(*run)(void *))
{
	pthread_t keeper, threads[THREADS];

	ASSERT_EQ(0, pthread_create(&keeper, NULL, keep, NULL));
	for (intptr_t i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, run, (void *)i));
	ASSERT_EQ(0, pthread_join(keeper, NULL));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
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

#endif /* CACHE_H */
