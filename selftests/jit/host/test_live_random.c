// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions come and go in a live window, in orders of several kinds; each call must answer
 * what the model says, and after some of them every byte must have the rule that was described, by
 * the module's own reader, and the memory be in order.
 *
 * SEED in the environment chooses other functions than the usual ones.
 */
#include "live_model.h"
#include "tap.h"

#define ROWS	12		/* most of a function */

/* Where the next function begins. */
enum order { ASCENDING, DESCENDING, REGIONS, RANDOM };

struct shape {
	const char *name;
	enum order order;
	uint32_t text_len, max_size, max_rows;
	unsigned int calls, every;	/* and after how many all is looked at */
	unsigned int removals;		/* in 64 calls */
	unsigned int wide;		/* of 64 removals: not of what is one function */
	bool joint;			/* no gaps between functions */
};

static const struct shape shapes[] = {
	{ "ascending", ASCENDING, 8192, 20, 5000, 500, 10, 0, 0, false },
	{ "ascending, joint", ASCENDING, 8192, 20, 5000, 500, 10, 0, 0, true },
	{ "ascending, some go", ASCENDING, 8192, 20, 600, 3000, 20, 20, 8, false },
	{ "descending", DESCENDING, 8192, 20, 9000, 600, 10, 0, 0, false },
	{ "descending, joint", DESCENDING, 8192, 20, 9000, 600, 10, 0, 0, true },
	{ "descending, little room", DESCENDING, 8192, 20, 700, 3000, 20, 20, 8, true },
	{ "regions", REGIONS, 8192, 12, 9000, 2000, 20, 0, 0, false },
	{ "regions, joint", REGIONS, 8192, 12, 9000, 1000, 20, 0, 0, true },
	{ "regions, some go", REGIONS, 8192, 12, 9000, 6000, 20, 24, 8, true },
	{ "random", RANDOM, 8192, 40, 4000, 6000, 50, 16, 8, false },
	{ "random, little room", RANDOM, 8192, 40, 100, 6000, 50, 26, 16, false },
	{ "random, many go", RANDOM, 2048, 20, 400, 8000, 20, 32, 32, true },
	{ "of some bytes", RANDOM, 64, 8, 300, 8000, 5, 24, 24, false },
	{ "of one byte", RANDOM, 1, 1, 8, 2000, 1, 24, 24, false },
};

static char text[LIVE_TEXT];
static struct live_model model;
static struct sfreg_jit_live *live;
static unsigned int compactions, merges, most_runs;
static uint32_t last;		/* where the last function ended, or began */

/* --- the memory ------------------------------------------------------------------ */

static const uint64_t *words(void)
{
	return (const uint64_t *)kernel_find(text)->live->words;
}

/* A run is in the memory, ascends and ends with nothing; adds what it says to @said. */
static bool run_is_good(uint32_t run, uint8_t *said)
{
	uint64_t word = words()[1 + run];
	uint32_t n = word >> 32, first = word, i, at;

	if ((uint64_t)first + n > kernel_find(text)->live->n_rows)
		return false;
	for (i = 0; i < n; i++) {
		const uint64_t *row = &words()[32 + first + i];
		uint32_t next = i + 1 < n ? row[1] >> 32 : model.text_len;

		if (i + 1 < n ? row[0] >> 32 > next : (row[0] & 3) != 0)
			return false;
		for (at = row[0] >> 32; row[0] & 3 && at < next; at++)
			said[at]++;
	}
	return true;
}

/* All runs, and no two of them say something of one byte. */
static bool memory_is_good(void)
{
	uint8_t said[LIVE_TEXT] = { 0 };
	uint64_t run, n = words()[0];
	uint32_t at;

	if (n > 16)
		return !printf("# %llu runs\n", (unsigned long long)n);
	for (run = 0; run < n; run++)
		if (!run_is_good(run, said))
			return !printf("# run %llu is bad\n", (unsigned long long)run);
	for (at = 0; at < model.text_len; at++)
		if (said[at] > 1)
			return !printf("# %u runs say something of %#x\n", said[at], at);
	return true;
}

static bool bytes_are_good(void)
{
	uint32_t at;

	for (at = 0; at < model.text_len; at++) {
		const struct sfr_rule *got = kernel_rule(text + at);
		const struct live_byte *want = &model.at[at];

		if (want->row ? !live_rule_is(got, &want->said) : !!got)
			return !printf("# %#x: got cfa %+d ra %+d fp %+d flags %#x, want %s "
				       "cfa %+d ra %+d fp %+d flags %#x\n", at,
				       got ? got->cfa_off : 0, got ? got->ra_off : 0,
				       got ? got->fp_off : 0, got ? got->flags : -1,
				       want->row ? "" : "nothing, once", want->said.cfa_offset,
				       want->said.ra_offset, want->said.fp_offset,
				       want->said.flags);
	}
	return true;
}

/* --- calls ----------------------------------------------------------------------- */

static uint32_t random_start(struct prng *r, const struct shape *shape, uint32_t size)
{
	uint32_t gap = shape->joint ? 0 : prng_below(r, 8), start = 0;

	switch (shape->order) {
	case ASCENDING:
		start = last + gap;
		break;
	case DESCENDING:
		start = last - size - gap;
		break;
	case REGIONS:
		start = prng_below(r, 20) ? last + gap : prng_below(r, shape->text_len);
		break;
	case RANDOM:
		start = prng_below(r, shape->text_len);
		break;
	}
	/* Round again: all is there, or something is gone meanwhile. */
	if (start >= shape->text_len || size > shape->text_len - start)
		start = shape->order == DESCENDING && size <= shape->text_len ?
				shape->text_len - size : 0;
	last = shape->order == DESCENDING ? start : start + size;
	return start;
}

static int append(uint32_t start, uint32_t size, const struct sfreg_jit_row *rows,
		  unsigned int n)
{
	int ret = sfreg_jit_live_function(live, text + start, size, rows, n, NULL);

	if (ret != -ENOSPC)
		return ret;
	compactions++;
	ret = sfreg_jit_live_compact(live, 0);
	return ret ? ret : sfreg_jit_live_function(live, text + start, size, rows, n, NULL);
}

static bool call_function(struct prng *r, const struct shape *shape)
{
	uint32_t size = 1 + prng_below(r, shape->max_size);
	uint32_t start = random_start(r, shape, size);
	struct sfreg_jit_row rows[ROWS];
	unsigned int n = live_random_rows(r, size, ROWS, rows);
	uint64_t runs = words()[0], compacted = compactions;
	int got, want;

	if (prng_below(r, 50) == 0)
		rows[prng_below(r, n)].cfa_offset |= 4;
	got = append(start, size, rows, n);
	want = live_model_function(&model, start, size, rows, n);
	merges += words()[0] < runs && compactions == compacted;
	if (words()[0] > most_runs)
		most_runs = words()[0];
	if (got != want)
		printf("# at %#x, %u bytes: %s, not %s\n", start, size, strerror(-got),
		       strerror(-want));
	return got == want;
}

static bool call_remove(struct prng *r, const struct shape *shape)
{
	uint32_t start = prng_below(r, shape->text_len), end, size;
	int got, want;

	/* Mostly what can be removed. */
	while (start && prng_below(r, 50) && live_model_joins(&model, start))
		start--;
	end = start + 1 + (prng_below(r, 64) < shape->wide ? prng_below(r, 300) : 0);
	while (end < shape->text_len && prng_below(r, 50) && live_model_joins(&model, end))
		end++;
	size = end - start;
	got = sfreg_jit_live_remove(live, text + start, size);
	want = live_model_remove(&model, start, size);
	if (got != want)
		printf("# remove %#x, %u bytes: %s, not %s\n", start, size, strerror(-got),
		       strerror(-want));
	return got == want;
}

static void check(const struct shape *shape, uint64_t seed)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text = text, .text_len = shape->text_len,
		.max_rows = shape->max_rows,
	};
	unsigned int i, wrong_calls = 0, wrong_looks = 0;
	struct prng r = { seed };

	memset(&model, 0, sizeof(model));
	model.text_len = shape->text_len;
	compactions = 0;
	merges = 0;
	most_runs = 0;
	last = 0;
	kernel_reset();
	if (sfreg_jit_live_open(&options, &live)) {
		ok(false, "%s: open", shape->name);
		return;
	}
	for (i = 0; i < shape->calls; i++) {
		wrong_calls += prng_below(&r, 64) < shape->removals ?
				       !call_remove(&r, shape) : !call_function(&r, shape);
		if (i % shape->every == 0)
			wrong_looks += !bytes_are_good() || !memory_is_good();
	}
	is(wrong_calls, 0, "%s, SEED %llu: %u calls, each answer as it should be", shape->name,
	   (unsigned long long)seed, shape->calls);
	is(wrong_looks, 0, "%s: each byte as described, and the runs in order", shape->name);
	printf("# up to %u runs, %u merges, %u compactions\n", most_runs, merges, compactions);
	if (shape->order == ASCENDING && !shape->removals)
		is(most_runs, 1, "%s: one run", shape->name);
	if (shape->text_len > 1 && shape->order != ASCENDING)
		ok(most_runs == 16 && merges, "%s: merged", shape->name);
	if (shape->max_rows < 1000 && shape->text_len > 1)
		ok(compactions, "%s: compacted", shape->name);
	sfreg_jit_live_close(live);
	is(kernel.n_windows, 0, "%s: closed, and gone", shape->name);
}

int main(void)
{
	const char *seed = getenv("SEED");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		check(&shapes[i], seed ? strtoull(seed, NULL, 0) : i);
	kernel_reset();
	return tap_done();
}
