// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library is stepped through, and after each of its instructions functions are looked up:
 * by the module's reader, and by slow ones, which began anywhere before and take one word
 * at a time. All that lives must be found at every moment, however a walk and a change
 * fall together.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <ucontext.h>

#include <sfreg/uapi.h>

#include "live_model.h"
#include "tap.h"

#define SLOT		32u
#define SLOTS		40u
#define ROWS		3
#define SLOW		12		/* readers */
#define STEPS		150000		/* of each shape */

struct slot {
	bool lives;
	unsigned int generation;
	uint32_t size;
	unsigned int n_rows;
	struct sfreg_jit_row rows[ROWS];
};

/* One that looks for @offset of @slot, as sfr_live_rule() does. */
struct slow {
	const struct slot *slot;	/* NULL: it has not begun */
	const struct sfr_live *live;
	unsigned int generation;
	uint32_t offset, lo, hi, first;
	uint64_t run;			/* 0: its number is to be read */
	bool in_run;
};

static char text[SLOTS * SLOT];
static struct slot slots[SLOTS];
static struct slow slow[SLOW];
static struct sfreg_jit_live *live;
static struct prng moments = { 4711 };
static unsigned int steps, looks, slow_looks, wrong;

/* --- readers --------------------------------------------------------------------- */

static const struct sfreg_jit_row *row_at(const struct slot *slot, uint32_t offset)
{
	unsigned int i = slot->n_rows - 1;

	while (slot->rows[i].offset > offset)
		i--;
	return &slot->rows[i];
}

static void judge(const struct slot *slot, uint32_t offset, bool right, const char *who)
{
	if (right || wrong++ >= 5)
		return;
	printf("# %s, slot %ld + %u of %u\n", who, (long)(slot - slots), offset, slot->size);
}

static void look(const struct slot *slot)
{
	struct sfr_rule rule = { .flags = 0 };
	uint32_t offset;

	if (!slot->lives)
		return;
	offset = prng_below(&moments, slot->size);
	looks++;
	judge(slot, offset,
	      !sfr_live_rule(kernel.newest, (slot - slots) * SLOT + offset, &rule) &&
	      live_rule_is(&rule, row_at(slot, offset)), "at a moment");
}

/* For one, and, where the runs are not what they were, for all. */
static void look_now(void)
{
	static uint64_t header[1 + SFREG_LIVE_RUNS];
	unsigned int i;

	look(&slots[prng_below(&moments, SLOTS)]);
	if (!memcmp(header, kernel.newest->words, sizeof(header)))
		return;
	memcpy(header, kernel.newest->words, sizeof(header));
	for (i = 0; i < SLOTS; i++)
		look(&slots[i]);
}

static void begin_slow(struct slow *s)
{
	const struct slot *slot = &slots[prng_below(&moments, SLOTS)];

	if (!slot->lives)
		return;
	*s = (struct slow) {
		.slot = slot, .live = kernel.newest, .generation = slot->generation,
		.offset = prng_below(&moments, slot->size), .run = kernel.newest->words[0],
	};
}

/* What was removed meanwhile is not looked for any more. */
static void end_slow(struct slow *s, uint64_t row)
{
	const struct slot *slot = s->slot;
	const struct sfreg_jit_row *want = row_at(slot, s->offset);
	uint64_t says = want->flags & SFREG_JIT_OUTERMOST ? 3 : want->flags & SFREG_JIT_FP ? 2 : 1;
	uint32_t begin = (slot - slots) * SLOT + want->offset;

	s->slot = NULL;
	if (!slot->lives || slot->generation != s->generation)
		return;
	slow_looks++;
	judge(slot, s->offset, (row & 3) == says && row >> 32 == begin &&
	      (says == 3 || (row >> 17 & 0x7fff) * 8 == (uint64_t)want->cfa_offset), "slowly");
}

/* One word. */
static void go_on(struct slow *s)
{
	uint64_t at = (s->slot - slots) * SLOT + s->offset, word;

	if (!s->run) {
		end_slow(s, 0);
	} else if (!s->in_run) {
		word = s->live->words[s->run];
		s->first = word;
		s->lo = s->first;
		s->hi = s->first + (word >> 32);
		s->in_run = true;
	} else if (s->lo != s->hi) {
		uint32_t middle = s->lo + (s->hi - s->lo) / 2;

		if (s->live->words[SFR_LIVE_HEADER + middle] >> 32 <= at)
			s->lo = middle + 1;
		else
			s->hi = middle;
	} else {
		word = s->lo == s->first ? 0 : s->live->words[SFR_LIVE_HEADER + s->lo - 1];
		s->in_run = false;
		s->run--;
		if (word & 3)
			end_slow(s, word);
	}
}

/* Some take all their words within a call, some in many. */
static void be_slow(void)
{
	unsigned int i, words;

	for (i = 0; i < SLOW; i++) {
		if (prng_below(&moments, 1u << i))
			continue;
		if (!slow[i].slot)
			begin_slow(&slow[i]);
		for (words = 1 + prng_below(&moments, 20); words && slow[i].slot; words--)
			go_on(&slow[i]);
	}
}

static void on_step(int sig)
{
	(void)sig;
	steps++;
	look_now();
	be_slow();
}

/* --- the producer ---------------------------------------------------------------- */

#define TRAP_FLAG	0x100

static inline void step(void)
{
	asm volatile("sub $128, %%rsp; pushfq; orl %0, (%%rsp); popfq; add $128, %%rsp"
		     : : "i" (TRAP_FLAG) : "memory", "cc");
}

static inline void stop_stepping(void)
{
	asm volatile("sub $128, %%rsp; pushfq; andl %0, (%%rsp); popfq; add $128, %%rsp"
		     : : "i" (~TRAP_FLAG) : "memory", "cc");
}

static int append(struct slot *slot)
{
	char *start = text + (slot - slots) * SLOT;
	int ret;

	step();
	ret = sfreg_jit_live_function(live, start, slot->size, slot->rows, slot->n_rows, NULL);
	stop_stepping();
	if (ret != -ENOSPC)
		return ret;
	step();
	ret = sfreg_jit_live_compact(live, 0);
	stop_stepping();
	return ret ? ret : append(slot);
}

static int make(struct prng *r, struct slot *slot)
{
	int ret;

	slot->size = prng_below(r, 2) ? SLOT : 1 + prng_below(r, SLOT - 1);
	slot->n_rows = live_random_rows(r, slot->size, ROWS, slot->rows);
	slot->generation++;
	ret = append(slot);
	slot->lives = !ret;
	return ret;
}

static int remove_slot(struct slot *slot)
{
	int ret;

	slot->lives = false;
	step();
	ret = sfreg_jit_live_remove(live, text + (slot - slots) * SLOT, slot->size);
	stop_stepping();
	return ret;
}

/* How the next slot is chosen. */
static const struct shape {
	const char *name;
	int step;			/* 0: any */
	unsigned int removals;		/* in 16: another goes, too */
	uint32_t max_rows;
} shapes[] = {
	{ "upwards", 1, 8, 200 },
	{ "downwards", -1, 8, 200 },
	{ "anywhere", 0, 4, 400 },
	{ "anywhere, fewer", 0, 10, 300 },
};

static int produce(struct prng *r, const struct shape *shape)
{
	static uint32_t last;
	struct slot *slot = &slots[last = shape->step ? (last + shape->step) % SLOTS :
							prng_below(r, SLOTS)];
	int ret = slot->lives ? remove_slot(slot) : 0;

	if (!ret)
		ret = make(r, slot);
	slot = &slots[prng_below(r, SLOTS)];
	if (!ret && slot->lives && prng_below(r, 16) < shape->removals)
		ret = remove_slot(slot);
	return ret;
}

static void check(const struct shape *shape, uint64_t seed)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text = text, .text_len = sizeof(text),
		.max_rows = shape->max_rows,
	};
	struct prng r = { seed };
	unsigned int i;
	int ret;

	kernel_reset();
	kernel.keep_sections = true;
	memset(slots, 0, sizeof(slots));
	memset(slow, 0, sizeof(slow));
	steps = 0;
	looks = 0;
	slow_looks = 0;
	wrong = 0;
	ret = sfreg_jit_live_open(&options, &live);
	for (i = 0; steps < STEPS && !ret; i++)
		ret = produce(&r, shape);
	is(ret, 0, "%s, SEED %llu: %u functions", shape->name, (unsigned long long)seed, i);
	is(wrong, 0, "%s: %u steps, %u looks, %u slow ones: each found what there was",
	   shape->name, steps, looks, slow_looks);
	ok(kernel.n_replaced && looks > STEPS / 8 && slow_looks > STEPS / 20,
	   "%s: and they could have missed it", shape->name);
	sfreg_jit_live_close(live);
}

int main(void)
{
	const char *seed = getenv("SEED");
	size_t i;

	signal(SIGTRAP, on_step);
	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		check(&shapes[i], seed ? strtoull(seed, NULL, 0) : i);
	kernel_reset();
	return tap_done();
}
