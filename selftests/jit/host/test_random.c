// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random functions come and go, in any order, in windows of several kinds; each call must
 * answer what the model says, and after each publication every byte of the text must have
 * the rule that was described.
 *
 * SEED in the environment chooses other functions than the usual ones.
 */
#include <errno.h>
#include <sys/mman.h>

#include "model.h"
#include "tap.h"

/* What kind of rows a window has, or-ed. */
#define FLEXIBLE	1u
#define EXACT		2u
#define OUTERMOST	4u
#define WIDE		8u	/* offsets of up to 4 bytes */
#define ALL_KINDS	(FLEXIBLE | EXACT | OUTERMOST | WIDE)

struct shape {
	const char *name;
	unsigned int kinds;
	bool far;		/* the text is where 32 bits do not reach */
	uint32_t text_len, max_size, max_functions, max_rows;
	unsigned int rounds, calls;	/* publications, and calls between them */
	unsigned int removals;	/* in 16 calls */
};

static const struct shape shapes[] = {
	{ "plain", 0, false, 4096, 100, 50, 400, 40, 60, 4 },
	{ "flexible", FLEXIBLE, false, 4096, 100, 50, 400, 40, 60, 4 },
	{ "exact", EXACT, false, 4096, 100, 50, 400, 40, 60, 4 },
	{ "outermost", OUTERMOST, false, 4096, 100, 50, 400, 40, 60, 4 },
	{ "all kinds", ALL_KINDS, false, 4096, 100, 50, 400, 40, 60, 4 },
	{ "plain, far", 0, true, 4096, 100, 50, 400, 20, 60, 4 },
	{ "all kinds, far", ALL_KINDS, true, 4096, 100, 50, 400, 20, 60, 4 },
	{ "few functions", WIDE, false, 4096, 30, 7, 100, 40, 60, 6 },
	{ "few rows", WIDE | EXACT, false, 4096, 30, 100, 23, 40, 60, 6 },
	{ "one of each", EXACT, false, 64, 64, 1, 1, 20, 20, 8 },
	{ "long", FLEXIBLE | EXACT, false, MODEL_TEXT, 30000, 50, 400, 10, 100, 6 },
	{ "many", EXACT, false, MODEL_TEXT, 20, 6000, 20000, 12, 5000, 4 },
	{ "many, and fewer again", 0, false, MODEL_TEXT, 8, 8000, 20000, 16, 5000, 9 },
};

static struct model model;

/* Offsets of one, two or four bytes. */
static int32_t offset_of(struct prng *r, unsigned int kinds)
{
	unsigned int bits = kinds & WIDE ? 1 + prng_below(r, 31) : 7;

	return (int32_t)prng_below(r, 1u << bits) - (int32_t)(1u << bits >> 1);
}

static struct sfreg_jit_row random_row(struct prng *r, unsigned int kinds)
{
	struct sfreg_jit_row row = {
		.cfa_offset = offset_of(r, kinds), .ra_offset = -8,
		.fp_offset = offset_of(r, kinds), .flags = prng_below(r, 8) & ~SFREG_JIT_CFA_SAVED,
	};

	if (kinds & FLEXIBLE && prng_below(r, 4) == 0)
		row.flags |= SFREG_JIT_CFA_SAVED;
	if (kinds & (FLEXIBLE | EXACT) && prng_below(r, 4) == 0)
		row.ra_offset = offset_of(r, kinds);
	if (kinds & EXACT && prng_below(r, 3) == 0)
		row.flags |= SFREG_JIT_EXACT;
	if (kinds & OUTERMOST && prng_below(r, 8) == 0)
		row.flags |= SFREG_JIT_OUTERMOST;
	/* Mostly such that it can be a frame. */
	if (prng_below(r, 50) && row.cfa_offset < 0)
		row.cfa_offset = ~row.cfa_offset;
	if (prng_below(r, 50) && row.fp_offset >= row.ra_offset - 7)
		row.fp_offset = row.ra_offset - 8 - (int32_t)prng_below(r, 90);
	return row;
}

static unsigned int random_rows(struct prng *r, const struct shape *shape, uint32_t size,
				struct sfreg_jit_row *rows)
{
	uint32_t at = prng_below(r, 100) ? 0 : 1;
	unsigned int n;

	for (n = 0; n < MODEL_ROWS && (at < size || !prng_below(r, 200)); n++) {
		rows[n] = random_row(r, shape->kinds);
		rows[n].offset = at;
		at += prng_below(r, 1 + size / 4) + (prng_below(r, 500) ? 1 : 0);
	}
	return n;
}

/* A call like any, of which some are wrong; returns whether the answer is right. */
static bool call(struct sfreg_jit *jit, struct prng *r, const struct shape *shape)
{
	struct sfreg_jit_row rows[MODEL_ROWS];
	char *start = model.text + prng_below(r, shape->text_len + 8);
	uint32_t size = 1 + prng_below(r, shape->max_size);
	unsigned int n;
	int got, want;

	if (prng_below(r, 16) < shape->removals) {
		if (model.n && prng_below(r, 20))
			start = model.text + model.functions[prng_below(r, model.n)].start;
		got = sfreg_jit_remove(jit, start);
		want = model_remove(&model, start);
	} else {
		n = random_rows(r, shape, size, rows);
		got = sfreg_jit_function(jit, start, size, rows, n, NULL);
		want = model_function(&model, start, size, rows, n);
	}
	if (got != want)
		printf("# at %#lx, %u bytes: %s, not %s\n", (long)(start - model.text), size,
		       strerror(-got), strerror(-want));
	return got == want;
}

/* The version, and every byte. */
static bool published(struct sfreg_jit *jit, const struct shape *shape)
{
	int ret = sfreg_jit_publish(jit), version = model_is_plain(&model) ? 2 : 3;

	/* Without functions there is no start that could be too far. */
	if (shape->far && model.n)
		version = 3;
	if (ret)
		return !printf("# publish: %s\n", strerror(-ret));
	if ((int)kernel_find(model.text)->version != version)
		return !printf("# the section is not of version %d\n", version);
	return !model_differs(&model);
}

/* As a code generator would have it: mapped, as the window's memory is. */
static void *near_text(void)
{
	static void *text;

	if (!text)
		text = mmap(NULL, MODEL_TEXT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return text;
}

static void check(const struct shape *shape, uint64_t seed)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = shape->text_len,
		.max_functions = shape->max_functions, .max_rows = shape->max_rows,
	};
	struct prng r = { seed };
	unsigned int round, i, wrong_calls = 0, wrong_rounds = 0;
	struct sfreg_jit *jit;

	options.text = shape->far ? (void *)0x10000 : near_text();
	model_init(&model, options.text, shape->text_len, shape->max_functions, shape->max_rows);
	kernel_reset();
	if (sfreg_jit_open(&options, &jit)) {
		ok(false, "%s: open", shape->name);
		return;
	}
	for (round = 0; round < shape->rounds; round++) {
		for (i = 0; i < shape->calls; i++)
			wrong_calls += !call(jit, &r, shape);
		wrong_rounds += !published(jit, shape);
		if (prng_below(&r, 10) == 0) {
			wrong_calls += sfreg_jit_retire(jit) != 0;
			model_clear(&model);
		}
	}
	is(wrong_calls, 0, "%s, SEED %llu: %u calls, each answer as it should be", shape->name,
	   (unsigned long long)seed, shape->rounds * shape->calls);
	is(wrong_rounds, 0, "%s: %u publications, each byte as described", shape->name,
	   shape->rounds);
	sfreg_jit_close(jit);
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
