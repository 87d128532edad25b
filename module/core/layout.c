// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Lays the rows and rules that compile.c has gathered out as a table (table.h).
 * Process context.
 */
#include <sfr_env.h>
#include "compile.h"
#include "scratch.h"
#include "table.h"

/*
 * The smallest blocks with which a row takes no more than the six bytes that it
 * takes in a sparse table: the row itself, two bytes for each block, and eight
 * for each page and its first row. A single block is worth it anyway.
 */
static void choose_form(struct sfr_table *t)
{
	t->n_pages = (t->span >> SFR_PAGE_SHIFT) + 1;
	for (t->shift = SFR_MIN_SHIFT; t->shift <= SFR_PAGE_SHIFT; t->shift++) {
		t->n_blocks = (t->span >> t->shift) + 1;
		if (8 * (u64)t->n_pages + 2 * (u64)t->n_blocks <= 2 * (u64)t->n_text_rows ||
		    t->n_blocks == 1)
			return;
	}
	t->shift = 0;
	t->run_span = 0;
	t->n_pages = 0;
	t->n_blocks = 0;
}

void sfr_layout(struct sfr_scratch *s)
{
	struct sfr_table *t = &s->table;
	u64 words;

	t->lowest = s->lowest;
	t->span = s->span;
	t->run_span = s->span;
	t->n_rules = s->numbering.n_rules;
	t->n_text_rows = s->text.n;
	t->n_rows = s->text.n + s->n_repeat_rows;
	choose_form(t);
	t->repeat_rows = t->shift ? t->n_text_rows + t->n_pages : 0;
	words = (u64)t->n_pages + t->repeat_rows + s->n_repeat_rows;
	if (!t->shift)
		words += t->n_text_rows;
	t->bytes = sfr_align8(sizeof(*t) + t->n_rules * sizeof(struct sfr_rule) +
			      words * sizeof(u32) +
			      (t->shift ? t->n_blocks : t->n_text_rows) * sizeof(u16));
}

/* A dense table that is being filled, and how far. */
struct filling {
	struct sfr_table *table;
	u32 *pages, *rows;
	u16 *index;
	u32 n_pages, n_rows, n_blocks;
};

/* A page's first row, by which rule @number goes on, unless it has one. */
static void begin_page(struct filling *f, u32 page, u16 number)
{
	if (page < f->n_pages)
		return;
	f->pages[f->n_pages++] = f->n_rows;
	f->rows[f->n_rows++] = sfr_row(0, number);
}

/* Blocks before @block have all their rows; the last one's rule is @number. */
static void end_blocks(struct filling *f, u32 block, u16 number)
{
	u32 page;

	for (; f->n_blocks < block; f->n_blocks++) {
		if (f->n_blocks % SFR_REST == 0)
			sfr_env_rest();
		page = f->n_blocks >> (SFR_PAGE_SHIFT - f->table->shift);
		begin_page(f, page, number);
		f->index[f->n_blocks] = f->n_rows - 1 - f->pages[page];
	}
}

static void store_dense(const struct sfr_scratch *s, struct filling *f)
{
	const struct sfr_row_list *text = &s->text;
	u16 number = SFR_RULE_NONE;
	u32 i, offset;

	for (i = 0; i < text->n; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		offset = text->offsets[i];
		end_blocks(f, offset >> f->table->shift, number);
		if ((u16)offset)
			begin_page(f, offset >> SFR_PAGE_SHIFT, number);
		else
			f->pages[f->n_pages++] = f->n_rows;
		number = text->numbers[i];
		f->rows[f->n_rows++] = sfr_row(offset, number);
	}
	end_blocks(f, s->table.n_blocks, number);
}

/* They stand in the scratch memory from the end of its room backwards. */
static void store_repeat_rows(const struct sfr_scratch *s, u32 *rows)
{
	u32 i, last = s->text.room + s->n_repeat_rows - 1;

	for (i = 0; i < s->n_repeat_rows; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		rows[i] = sfr_row(s->text.offsets[last - i], s->text.numbers[last - i]);
	}
}

/* The next @bytes of the table's memory, which were counted by sfr_layout(). */
static void *take(void **at, u64 bytes)
{
	void *taken = *at;

	*at = (char *)taken + bytes;
	return taken;
}

static void store_rules(const struct sfr_scratch *s, struct sfr_rule *rules)
{
	u32 i;

	memcpy(rules, s->numbering.rules, s->table.n_rules * sizeof(*rules));
	for (i = 0; i < s->table.n_rules; i++)
		if (rules[i].flags & SFR_RULE_REPEAT)
			rules[i].ra_off += s->table.repeat_rows;
}

struct sfr_table *sfr_table_store(const void *scratch, void *at)
{
	const struct sfr_scratch *s = scratch;
	struct sfr_table *t = take(&at, sizeof(*t));
	struct sfr_rule *rules = take(&at, s->table.n_rules * sizeof(*rules));
	struct filling f = { .table = t };
	size_t n_words = s->table.n_text_rows;

	*t = s->table;
	store_rules(s, rules);
	t->rules = rules;
	if (t->shift) {
		f.pages = take(&at, t->n_pages * sizeof(u32));
		f.rows = take(&at, (t->repeat_rows + (u64)s->n_repeat_rows) * sizeof(u32));
		f.index = take(&at, t->n_blocks * sizeof(u16));
		store_dense(s, &f);
		/* Room for pages whose first row was there. */
		memset(f.rows + f.n_rows, 0, (t->repeat_rows - f.n_rows) * sizeof(u32));
	} else {
		t->offsets = memcpy(take(&at, n_words * sizeof(u32)), s->text.offsets,
				    n_words * sizeof(u32));
		f.rows = take(&at, s->n_repeat_rows * sizeof(u32));
		t->numbers = memcpy(take(&at, n_words * sizeof(u16)), s->text.numbers,
				    n_words * sizeof(u16));
	}
	t->pages = f.pages;
	t->rows = f.rows;
	t->index = f.index;
	store_repeat_rows(s, f.rows + t->repeat_rows);
	return t;
}
