// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads look up functions all the time, by the module's own reader, while another
 * appends, removes and describes anew, and runs are merged and compacted. What a reader
 * holds while it looks must be found each time, right to the row: there is no gap.
 *
 * As code is run: a function is published when it is described, and removed when nobody finds it
 * any more and nobody is in it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "live_model.h"
#include "tap.h"

#define READERS		2
#define SLOT		32u
#define SLOTS		(LIVE_TEXT / SLOT)
#define ROWS		4
#define LOOKS		200000		/* of each reader, at least */
#define APPENDS		20000		/* and of the producer */

enum state { ABSENT, LIVE, DYING };

struct slot {
	atomic_int state, users;
	uint32_t size;
	unsigned int n_rows;
	struct sfreg_jit_row rows[ROWS];
};

/* How slots are taken: one up or down from the last, or any; and how many may be there. */
struct shape {
	const char *name;
	int step;			/* 0: any */
	unsigned int max_live;
	uint32_t max_rows;
	bool joint;			/* functions are as large as their slots */
};

static const struct shape shapes[] = {
	{ "upwards", 1, 200, 4000, false },
	{ "upwards, joint", 1, 200, 4000, true },
	{ "downwards, joint", -1, 200, 20000, true },
	{ "anywhere", 0, 128, 20000, false },
	{ "anywhere, joint, little room", 0, 128, 1500, true },
	{ "mostly full, joint", 0, SLOTS, 20000, true },
};

static char text[LIVE_TEXT];
static struct slot slots[SLOTS];
static struct sfreg_jit_live *live;
static atomic_uint finished;
static atomic_bool over;

struct reader {
	pthread_t thread;
	struct prng r;
	unsigned int looks, wrong;
};

static const struct sfreg_jit_row *row_at(const struct slot *slot, uint32_t offset)
{
	unsigned int i = slot->n_rows - 1;

	while (slot->rows[i].offset > offset)
		i--;
	return &slot->rows[i];
}

static void complain(const struct slot *slot, uint32_t offset, enum sfr_stop stop,
		     const struct sfr_rule *rule)
{
	const struct sfreg_jit_row *row = row_at(slot, offset);

	printf("# slot %ld + %u of %u: stop %d, cfa %+d ra %+d flags %#x, want cfa %+d ra %+d "
	       "flags %#x\n", (long)(slot - slots), offset, slot->size, stop, rule->cfa_off,
	       rule->ra_off, rule->flags, row->cfa_offset, row->ra_offset, row->flags);
}

/* The walk's part. The memory may be replaced meanwhile; what was there stays readable. */
static bool look(const struct slot *slot, uint32_t offset)
{
	const struct sfr_live *newest = __atomic_load_n(&kernel.newest, __ATOMIC_ACQUIRE);
	struct sfr_rule rule = { .flags = 0 };
	enum sfr_stop stop = sfr_live_rule(newest, (slot - slots) * SLOT + offset, &rule);

	if (!stop && live_rule_is(&rule, row_at(slot, offset)))
		return true;
	complain(slot, offset, stop, &rule);
	return false;
}

static void *read_all(void *arg)
{
	struct reader *reader = arg;

	while (!atomic_load(&over)) {
		struct slot *slot = &slots[prng_below(&reader->r, SLOTS)];

		if (atomic_load(&slot->state) != LIVE)
			continue;
		atomic_fetch_add(&slot->users, 1);
		/* Still: then who removes it now sees the count. */
		if (atomic_load(&slot->state) == LIVE) {
			reader->wrong += !look(slot, prng_below(&reader->r, slot->size));
			atomic_fetch_add(&finished, ++reader->looks == LOOKS);
			if (reader->wrong == 10)
				atomic_store(&over, true);
		}
		atomic_fetch_sub(&slot->users, 1);
	}
	return NULL;
}

/* --- the producer ---------------------------------------------------------------- */

static unsigned int n_live, appended, removed, compacted, merged;

static uint64_t n_runs(void)
{
	return kernel.newest->words[0];
}

static int append(struct slot *slot)
{
	char *start = text + (slot - slots) * SLOT;
	uint64_t before = n_runs();
	int ret = sfreg_jit_live_function(live, start, slot->size, slot->rows, slot->n_rows, NULL);

	merged += n_runs() < before;
	if (ret != -ENOSPC)
		return ret;
	compacted++;
	ret = sfreg_jit_live_compact(live, 0);
	return ret ? ret : append(slot);
}

static int make(struct prng *r, const struct shape *shape, struct slot *slot)
{
	int ret;

	slot->size = shape->joint ? SLOT : 1 + prng_below(r, SLOT - 1);
	slot->n_rows = live_random_rows(r, slot->size, ROWS, slot->rows);
	ret = append(slot);
	if (ret)
		return ret;
	atomic_store(&slot->state, LIVE);
	n_live++;
	appended++;
	return 0;
}

static int remove_slot(struct slot *slot)
{
	int ret;

	atomic_store(&slot->state, DYING);
	while (atomic_load(&slot->users))
		sched_yield();
	ret = sfreg_jit_live_remove(live, text + (slot - slots) * SLOT, slot->size);
	atomic_store(&slot->state, ABSENT);
	n_live--;
	removed++;
	return ret;
}

/* The next slot of the order comes, another goes; whatever there is, some is removed. */
static int produce(struct prng *r, const struct shape *shape)
{
	static uint32_t last;
	struct slot *slot = &slots[last = shape->step ? (last + shape->step) % SLOTS :
							prng_below(r, SLOTS)];
	int ret = 0;

	if (slot->state == LIVE)
		ret = remove_slot(slot);
	if (!ret)
		ret = make(r, shape, slot);
	slot = &slots[prng_below(r, SLOTS)];
	if (!ret && slot->state == LIVE && n_live > shape->max_live)
		ret = remove_slot(slot);
	return ret;
}

static void check(const struct shape *shape, uint64_t seed)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text = text, .text_len = LIVE_TEXT,
		.max_rows = shape->max_rows,
	};
	struct reader readers[READERS] = { 0 };
	struct prng r = { seed };
	unsigned int i, wrong = 0;
	int ret = 0;

	kernel_reset();
	kernel.keep_sections = true;
	memset(slots, 0, sizeof(slots));
	n_live = 0;
	appended = 0;
	removed = 0;
	compacted = 0;
	merged = 0;
	finished = 0;
	over = false;
	is(sfreg_jit_live_open(&options, &live), 0, "%s: a window", shape->name);
	for (i = 0; i < READERS; i++) {
		readers[i].r.state = seed + 100 + i;
		pthread_create(&readers[i].thread, NULL, read_all, &readers[i]);
	}
	while (!ret && !over && !(finished == READERS && appended >= APPENDS))
		ret = produce(&r, shape);
	over = true;
	for (i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		wrong += readers[i].wrong;
	}
	is(ret, 0, "%s: %u appended, %u removed, %u times merged, %u times compacted", shape->name,
	   appended, removed, merged, compacted);
	is(wrong, 0, "%s: all that was looked for was found, each time", shape->name);
	ok(removed > APPENDS / 2 && compacted && (shape->step == 1 || merged),
	   "%s: and there was something to be missed", shape->name);
	sfreg_jit_live_close(live);
}

int main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		check(&shapes[i], i);
	kernel_reset();
	return tap_done();
}
