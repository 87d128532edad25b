// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See random_shape.h. */
#include <stdlib.h>
#include <string.h>
#include "random_shape.h"

#define PAGE	0x10000

static uint32_t below(struct shape *s, uint32_t n)
{
	return random_below(&s->random, n);
}

/* A function without rows so far; nothing of it is random. */
static struct sfe_func *add_func(struct shape *s, int64_t start, uint32_t size)
{
	struct sfe_func *f = &s->funcs[s->n_funcs++];

	if (s->n_funcs > SHAPE_FUNCS)
		abort();
	*f = (struct sfe_func) { .start = start, .size = size, .rows = &s->rows[s->n_rows] };
	f->width = size < 0x100 ? 1 << below(s, 3) : size < PAGE ? 2 << below(s, 2) : 4;
	f->rep_size = s->random.version == 1 ? 16 : 1;
	return f;
}

/* A row of the last function. */
static void add_row(struct shape *s, uint32_t start)
{
	struct sfe_func *f = &s->funcs[s->n_funcs - 1];

	if (s->n_rows == SHAPE_ROWS)
		abort();
	random_row(&s->random, &s->rows[s->n_rows++], start, f->flexible);
	f->n_rows++;
}

/* A function of random kind and rows, up to @max_rows; returns its end. */
static int64_t add_any(struct shape *s, int64_t start, uint32_t size, uint32_t max_rows)
{
	struct sfe_func *f = add_func(s, start, size);
	uint8_t width = f->width;

	random_kind(&s->random, f);
	f->width = width;
	random_rows(&s->random, f, &s->rows[s->n_rows], max_rows);
	s->n_rows += f->n_rows;
	return start + size;
}

static void small(struct shape *s)
{
	random_section_of(&s->random, s->random.version, s->random.abi, s->random.seed);
	memcpy(s->funcs, s->random.funcs, sizeof(s->random.funcs));
	s->n_funcs = s->random.section.n_funcs;
}

static void dense(struct shape *s)
{
	int64_t at = (int64_t)below(s, 1000) - 500;
	uint32_t n = 1 + below(s, 4), size, start;

	while (n-- > 0) {
		size = 1 + below(s, 1500);
		add_func(s, at, size)->flexible = s->random.version == 3 && !below(s, 3);
		for (start = below(s, 3); start < size; start += 1 + below(s, 2))
			add_row(s, start);
		at += size + (below(s, 2) ? below(s, 10) : 0);
	}
}

/* Functions end at some borders; between them are enough rows for each block size. */
static void borders(struct shape *s)
{
	static const uint32_t units[] = { 64, 256, PAGE };
	static const uint32_t fillers[] = { 16, 40, 90, 150, 350, 3000 };
	uint32_t unit = units[below(s, 3)], filler = fillers[below(s, 6)];
	uint32_t n = unit == PAGE ? 2 + below(s, 3) : 5 + below(s, 30), border, at, end;
	int64_t text = (int64_t)below(s, 5) * unit - (below(s, 2) ? 0 : below(s, 100));

	for (border = 0; border < n * unit; border = end) {
		end = border + unit * (1 + below(s, 3));
		add_func(s, text + border, end - border - (below(s, 2) ? 0 : below(s, 3)));
		for (at = below(s, filler); at < end - border - 3; at += 1 + below(s, 2 * filler)) {
			add_row(s, at);
			if (at % unit + filler > unit && at % unit < unit - 2 && below(s, 2)) {
				at += unit - at % unit - 2;
				if (at >= end - border - 3)
					break;
				add_row(s, at);
				add_row(s, ++at);
				add_row(s, ++at);
			}
		}
	}
}

static void sparse(struct shape *s)
{
	int64_t at = -0x80000000ll + below(s, 1000), limit;
	uint32_t n = 2 + below(s, 30), size;

	limit = at + (below(s, 2) ? 0xffffffffll : 1ll << (20 + below(s, 12)));
	while (n-- > 0 && at < limit) {
		size = below(s, 4) ? 1 + below(s, 500) : 1 + below(s, 1 << (10 + below(s, 21)));
		if (at + size > limit)
			size = limit - at;
		at = add_any(s, at, size, 12);
		if (below(s, 4))
			at += below(s, 1 << (8 + below(s, 23)));
		if (at > 0x7fffffff)
			break;
	}
}

static void ends(struct shape *s)
{
	bool wide = s->random.version == 3, low = below(s, 2);
	const int64_t lowest = wide ? INT64_MIN : INT32_MIN;
	const int64_t highest = wide ? INT64_MAX : INT32_MAX;
	uint32_t size = 1 + below(s, 2) * below(s, 300);
	int64_t at = lowest;

	/* The end itself, start + size, must be a number too. */
	if (!low)
		at = wide ? highest - 4 * (size + 1) : highest - 1 - 3 * (size + 1);
	add_any(s, at, size, 5);
	add_any(s, at + size, size, 5);
	add_any(s, at + 2 * size + 1, size, 5);
	add_any(s, low ? at + 3 * size + 1 : wide ? highest - size : highest, size, 5);
	/* Before the lowest address there is nowhere to look up a return address. */
	if (low)
		s->funcs[0].signal = false;
}

static void one(struct shape *s)
{
	static const uint32_t sizes[] = { 1, 2, 63, 64, 65, 255, 256, 257, PAGE - 1, PAGE,
					  PAGE + 1, 0xffffffff };
	struct sfe_func *f = add_func(s, (int64_t)below(s, 100000) - 50000, sizes[below(s, 12)]);

	f->signal = s->random.version == 3 && !below(s, 4) && f->size != 0xffffffff;
	f->flexible = s->random.version == 3 && below(s, 2);
	add_row(s, below(s, 2) ? 0 : below(s, f->size));
}

/* Small ones, one behind the other; many are blocks or trampolines. */
static void trampolines(struct shape *s)
{
	bool signals = s->random.version == 3;
	uint32_t n = 1 + below(s, 60);
	int64_t at = below(s, 100);
	struct sfe_func *f;

	while (n-- > 0) {
		at = add_any(s, at, 1 + (below(s, 2) ? 0 : below(s, 40)), 6) + !below(s, 4);
		f = &s->funcs[s->n_funcs - 1];
		f->signal = signals && below(s, 2);
	}
}

static void crowds(struct shape *s)
{
	uint32_t size = (1 + below(s, 40)) * PAGE + below(s, 3) - 1, at = below(s, 3) * PAGE / 2, n;

	add_func(s, (int64_t)below(s, 3) * PAGE / 2, size);
	while (at < size) {
		for (n = 1 + below(s, below(s, 2) ? 5 : 200); n-- > 0 && at < size;) {
			add_row(s, at);
			at += 1 + !below(s, 3);
		}
		at += below(s, below(s, 4) ? 300 : 3 * PAGE);
	}
}

static void many(struct shape *s)
{
	uint32_t i, at, steps = 1 + below(s, 80), n = 4;
	int64_t text = 0;

	while (n-- > 0) {
		add_func(s, text, 30000 * steps);
		for (i = 0, at = 0; i < 30000; i++, at += 1 + below(s, 2 * steps - 1))
			if (at < 30000 * steps)
				add_row(s, at);
		text += 30000 * steps + below(s, 2);
	}
}

/* In no order, whatever the flag says. */
static void shuffle(struct shape *s)
{
	uint32_t i, j;

	for (i = s->n_funcs; i-- > 1;) {
		struct sfe_func f = s->funcs[i];

		j = below(s, i + 1);
		s->funcs[i] = s->funcs[j];
		s->funcs[j] = f;
	}
}

static const struct {
	const char *name;
	void (*make)(struct shape *s);
} kinds[SHAPE_KINDS] = {
	[SHAPE_SMALL] = { "small", small },
	[SHAPE_DENSE] = { "dense", dense },
	[SHAPE_BORDERS] = { "borders", borders },
	[SHAPE_SPARSE] = { "sparse", sparse },
	[SHAPE_ENDS] = { "ends", ends },
	[SHAPE_ONE] = { "one", one },
	[SHAPE_TRAMPOLINES] = { "trampolines", trampolines },
	[SHAPE_CROWDS] = { "crowds", crowds },
	[SHAPE_MANY] = { "many", many },
};

const char *shape_name(enum shape_kind kind)
{
	return kinds[kind].name;
}

void random_shape(struct shape *s, enum shape_kind kind, int version, int abi, uint64_t seed)
{
	s->n_funcs = 0;
	s->n_rows = 0;
	s->random.seed = seed;
	s->random.version = version;
	s->random.abi = abi;
	kinds[kind].make(s);
	if (below(s, 2))
		shuffle(s);
	s->section = (struct sfe_section) {
		.version = version, .abi = abi,
		.big_endian = abi == SFE_AARCH64_BE || abi == SFE_S390X,
		.sorted = below(s, 2),
		.pcrel = version > 1 && kind != SHAPE_ENDS && kind != SHAPE_SPARSE && below(s, 2),
		.aux_len = below(s, 3) ? 0 : below(s, 256),
		.n_funcs = s->n_funcs, .funcs = s->funcs,
	};
	random_extend(&s->random, &s->section, s->funcs);
}
