// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Compiles a section to a row table: the functions in the order of their text,
 * the rows of each appended to one list, distinct rules numbered.
 *
 * The section is hostile, so every bound is by its length: functions by the
 * index, rows in all by the FRE sub-section, whoever claims them. All memory is
 * the caller's scratch. Process context; no locks.
 */
#include <sfr_env.h>
#include "compile.h"
#include "decode.h"
#include "numbering.h"
#include "sort.h"
#include "table.h"

/* Rows of a repeating block: starts are less than its size, a u8. */
#define BLOCK_ROWS	256

/* Rows in the making. Offsets increase, neighbours have different rules. */
struct row_list {
	u32 *offsets;
	u16 *numbers;
	u32 n, room;
};

/* The head of the scratch memory; the arrays follow it. */
struct scratch {
	const void *bytes;
	const struct sfr_compile_plan *plan;
	struct sfr_func *funcs;	/* those of size > 0 */
	u32 n_funcs;
	u64 n_fres;		/* claimed so far */
	struct sfr_numbering numbering;
	struct row_list text;
	struct row_list block;	/* of the function at hand */
	u32 n_block_rows;	/* moved to the end of text's room, backwards */
	struct sfr_table table;
};

/* How large each array may get, from the header alone. */
struct room {
	u64 rows, rules, slots;
};

/*
 * Rows: each FRE; per function a gap before it, one at its start, and the first
 * of its block; the end. No more than the limit, even in between: what a list
 * gives up again is its last row at most, and the end takes that one's place.
 */
static struct room room_of(const struct sfr_compile_plan *plan)
{
	struct room room;

	room.rows = (u64)plan->n_fres + 3 * (u64)plan->n_fdes + 1;
	if (room.rows > plan->max_rows)
		room.rows = plan->max_rows;
	/* None, outermost, signal; a rule per FRE, a block per function. */
	room.rules = (u64)plan->n_fres + plan->n_fdes + 3;
	if (room.rules > SFR_MAX_RULES)
		room.rules = SFR_MAX_RULES;
	room.slots = sfr_numbering_slots(room.rules);
	return room;
}

static size_t align8(u64 bytes)
{
	return (bytes + 7) & ~(u64)7;
}

enum sfr_status sfr_compile_plan(const void *bytes, size_t len,
				 const struct sfr_compile_options *opt,
				 struct sfr_compile_plan *plan)
{
	enum sfr_status status = sfr_decode_header(bytes, len, opt, plan);
	struct room room;

	if (status)
		return status;
	room = room_of(plan);
	plan->scratch_bytes = align8(sizeof(struct scratch)) +
			      align8(plan->n_fdes * sizeof(struct sfr_func)) +
			      align8(room.rules * sizeof(struct sfr_rule)) +
			      align8((room.rows + BLOCK_ROWS) * sizeof(u32)) +
			      align8((room.rows + BLOCK_ROWS) * sizeof(u16)) +
			      align8(room.slots * sizeof(u16));
	return SFR_OK;
}

/* The next @bytes of the scratch memory. */
static void *carve(void **at, u64 bytes)
{
	void *carved = *at;

	*at = (char *)carved + align8(bytes);
	return carved;
}

static struct scratch *scratch_init(void *at, const void *bytes,
				    const struct sfr_compile_plan *plan)
{
	struct scratch *s = carve(&at, sizeof(*s));
	struct room room = room_of(plan);

	memset(s, 0, sizeof(*s));
	s->bytes = bytes;
	s->plan = plan;
	s->funcs = carve(&at, plan->n_fdes * sizeof(struct sfr_func));
	s->numbering.rules = carve(&at, room.rules * sizeof(struct sfr_rule));
	s->numbering.slots = carve(&at, room.slots * sizeof(u16));
	s->text.offsets = carve(&at, (room.rows + BLOCK_ROWS) * sizeof(u32));
	s->text.numbers = carve(&at, (room.rows + BLOCK_ROWS) * sizeof(u16));
	s->text.room = room.rows;
	s->block.offsets = s->text.offsets + room.rows;
	s->block.numbers = s->text.numbers + room.rows;
	s->block.room = BLOCK_ROWS;
	sfr_numbering_init(&s->numbering, room.rules);
	return s;
}

/*
 * From @offset on @number holds. At the offset of the last row it replaces that
 * one: a function begins where a gap began, or an assembler wrote two rows for
 * one address, of which the later holds.
 */
static enum sfr_status add_row(struct row_list *list, u32 offset, u16 number)
{
	if (list->n && list->offsets[list->n - 1] == offset)
		list->n--;
	if (list->n && list->numbers[list->n - 1] == number)
		return SFR_OK;
	if (list->n == list->room)
		return SFR_ERR_ROWS;
	list->offsets[list->n] = offset;
	list->numbers[list->n++] = number;
	return SFR_OK;
}

static enum sfr_status add_rule(struct scratch *s, struct row_list *list, u32 offset,
				const struct sfr_rule *rule)
{
	enum sfr_status status;
	u16 number;

	status = sfr_number_rule(&s->numbering, rule, &number);
	return status ? status : add_row(list, offset, number);
}

/*
 * The rows of @fde, whose starts count from @from in @list and end at @limit.
 * gas (2.40) writes rows that start at the function's end, and rows for one
 * address twice, for directives that stand there: both are taken.
 */
static enum sfr_status add_fres(struct scratch *s, const struct sfr_fde *fde,
				struct row_list *list, u32 from, u32 limit)
{
	struct sfr_cursor c = sfr_decode_fres(s->bytes, s->plan, fde);
	enum sfr_status status = SFR_OK;
	struct sfr_fre fre;
	u32 i, before = 0;

	for (i = 0; i < fde->n_fres && !status; i++, before = fre.start) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		status = sfr_decode_fre(&c, s->plan, fde, &fre);
		if (status)
			break;
		if (fre.start < before)
			return SFR_ERR_FRE_ORDER;
		if (fre.start > limit)
			return SFR_ERR_FRE_RANGE;
		if (fre.start < limit)
			status = add_rule(s, list, from + fre.start, &fre.rule);
	}
	return status;
}

/* A block's rows go to the end of the text's room, which shrinks. */
static enum sfr_status add_block(struct scratch *s, const struct sfr_fde *fde, u32 from)
{
	struct sfr_rule repeat = {
		.cfa_off = fde->rep_size,
		.ra_off = s->n_block_rows,
		.flags = SFR_RULE_REPEAT,
	};
	struct row_list *text = &s->text, *block = &s->block;
	enum sfr_status status;
	u32 i;

	block->n = 0;
	add_row(block, 0, SFR_RULE_NONE);
	status = add_fres(s, fde, block, 0, fde->rep_size);
	if (status)
		return status;
	if (block->n > text->room - text->n)
		return SFR_ERR_ROWS;
	for (i = 0; i < block->n; i++) {
		text->room--;
		text->offsets[text->room] = block->offsets[i];
		text->numbers[text->room] = block->numbers[i];
	}
	s->n_block_rows += block->n;
	repeat.fp_off = block->n;
	return add_rule(s, text, from, &repeat);
}

static enum sfr_status add_func(struct scratch *s, const struct sfr_func *func)
{
	static const struct sfr_rule outermost = { .flags = SFR_RULE_OUTERMOST };
	static const struct sfr_rule signal = { .flags = SFR_RULE_SIGNAL };
	u32 from = func->start - s->table.lowest;
	enum sfr_status status;
	struct sfr_fde fde;

	status = sfr_decode_fde(s->bytes, s->plan, func->number, &fde);
	if (status)
		return status;
	s->n_fres += fde.n_fres;
	if (s->n_fres > s->plan->n_fres)
		return SFR_ERR_FRE_COUNT;
	status = add_row(&s->text, from, SFR_RULE_NONE);
	if (status)
		return status;
	if (fde.signal)
		status = add_rule(s, &s->text, from, &signal);
	else if (s->plan->version == 3 && !fde.n_fres)
		status = add_rule(s, &s->text, from, &outermost);
	else if (fde.rep_size)
		status = add_block(s, &fde, from);
	else
		status = add_fres(s, &fde, &s->text, from, func->size);
	return status ? status : add_row(&s->text, from + func->size, SFR_RULE_NONE);
}

/* Gathers the functions, in order whatever the header claims, disjoint. */
static enum sfr_status find_funcs(struct scratch *s)
{
	struct sfr_func *f = s->funcs;
	struct sfr_extent extent;
	enum sfr_status status;
	bool sorted = true;
	u64 span;
	u32 i;

	for (i = 0; i < s->plan->n_fdes; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		status = sfr_decode_extent(s->bytes, s->plan, i, &extent);
		if (status)
			return status;
		if (!extent.size)
			continue;
		f[s->n_funcs].start = extent.start;
		f[s->n_funcs].size = extent.size;
		f[s->n_funcs].number = i;
		if (s->n_funcs && f[s->n_funcs - 1].start > extent.start)
			sorted = false;
		s->n_funcs++;
	}
	if (!s->n_funcs)
		return SFR_OK;
	if (!sorted)
		sfr_sort_funcs(f, s->n_funcs);
	for (i = 1; i < s->n_funcs; i++)
		if (f[i - 1].start + f[i - 1].size > f[i].start)
			return SFR_ERR_OVERLAP;
	span = (u64)f[i - 1].start + f[i - 1].size - (u64)f[0].start;
	if (span > 0xffffffff)
		return SFR_ERR_SPAN;
	s->table.span = span;
	s->table.lowest = f[0].start;
	return SFR_OK;
}

/* The smallest blocks of which there are no more than rows. */
static void lay_out(struct scratch *s)
{
	struct sfr_table *t = &s->table;

	t->n_rules = s->numbering.n_rules;
	t->n_text_rows = s->text.n;
	t->n_rows = s->text.n + s->n_block_rows;
	t->shift = SFR_MIN_SHIFT;
	while (t->shift < SFR_MAX_SHIFT && t->span >> t->shift >= t->n_text_rows)
		t->shift++;
	t->n_blocks = (t->span >> t->shift) + 1;
	t->index_at = sizeof(*t) + t->n_rules * sizeof(struct sfr_rule);
	t->offsets_at = t->index_at + (t->n_blocks + 1) * sizeof(u32);
	t->numbers_at = t->offsets_at + (size_t)t->n_rows * sizeof(u32);
	t->bytes = align8(t->numbers_at + (size_t)t->n_rows * sizeof(u16));
}

enum sfr_status sfr_compile(const void *bytes, const struct sfr_compile_plan *plan,
			    void *scratch, size_t *table_bytes)
{
	struct scratch *s = scratch_init(scratch, bytes, plan);
	enum sfr_status status = find_funcs(s);
	u32 i;

	for (i = 0; i < s->n_funcs && !status; i++)
		status = add_func(s, &s->funcs[i]);
	/* Without a function this is the one row. */
	if (!status)
		status = add_row(&s->text, s->table.span, SFR_RULE_NONE);
	if (status)
		return status;
	lay_out(s);
	*table_bytes = s->table.bytes;
	return SFR_OK;
}

struct sfr_table *sfr_table_store(const void *scratch, void *at)
{
	const struct scratch *s = scratch;
	struct sfr_table *t = at;
	struct sfr_rule *rules = (void *)(t + 1);
	u32 *index, *offsets, i, row = 0, last = s->text.room + s->n_block_rows - 1;
	u16 *numbers;

	memset(t, 0, s->table.bytes);
	*t = s->table;
	index = (void *)((char *)at + t->index_at);
	offsets = (void *)((char *)at + t->offsets_at);
	numbers = (void *)((char *)at + t->numbers_at);
	memcpy(offsets, s->text.offsets, t->n_text_rows * sizeof(u32));
	memcpy(numbers, s->text.numbers, t->n_text_rows * sizeof(u16));
	for (i = 0; i < s->n_block_rows; i++) {
		offsets[t->n_text_rows + i] = s->text.offsets[last - i];
		numbers[t->n_text_rows + i] = s->text.numbers[last - i];
	}
	memcpy(rules, s->numbering.rules, t->n_rules * sizeof(*rules));
	for (i = 0; i < t->n_rules; i++)
		if (rules[i].flags & SFR_RULE_REPEAT)
			rules[i].ra_off += t->n_text_rows;
	for (i = 0; i < t->n_blocks; i++) {
		while (row + 1 < t->n_text_rows && offsets[row + 1] <= i << t->shift)
			row++;
		index[i] = row;
	}
	index[i] = t->n_text_rows - 1;
	return t;
}
