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
#include "scratch.h"
#include "sort.h"

/* Rows of a repeating block: starts are less than its size, a u8. */
#define REPEAT_ROWS	256

/* How large each array may get, from the header alone. */
struct room {
	u64 rows, rules, slots;
};

/*
 * Rows: the first gap; each FRE; per function the end and, if it is a block, its
 * own and its block's first, or, if it is a trampoline, its own and the byte
 * before it. No more than the limit, even in between: what a list gives up again
 * is its last row at most.
 */
static struct room room_of(const struct sfr_compile_plan *plan)
{
	struct room room;

	room.rows = (u64)plan->n_fres + 3 * (u64)plan->n_fdes + 1;
	if (room.rows > plan->max_rows)
		room.rows = plan->max_rows;
	if (room.rows > SFR_MAX_ROWS)
		room.rows = SFR_MAX_ROWS;
	/*
	 * A gap, outermost; a rule per FRE; per function a block, or a trampoline
	 * and the byte before it. Equal ones may be two: see numbering.c.
	 */
	room.rules = (u64)plan->n_fres + 2 * (u64)plan->n_fdes + 2;
	if (room.rules > SFR_MAX_RULES)
		room.rules = SFR_MAX_RULES;
	room.slots = sfr_numbering_slots(room.rules);
	return room;
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
	plan->scratch_bytes = sfr_align8(sizeof(struct sfr_scratch)) +
			      sfr_align8(SFR_SORT_DIGITS * sizeof(u32)) +
			      2 * sfr_align8(plan->n_fdes * sizeof(struct sfr_func)) +
			      sfr_align8(room.rules * sizeof(struct sfr_rule)) +
			      sfr_align8((room.rows + REPEAT_ROWS) * sizeof(u32)) +
			      sfr_align8((room.rows + REPEAT_ROWS) * sizeof(u16)) +
			      sfr_align8(room.slots * sizeof(u16));
	return SFR_OK;
}

/* The next @bytes of the scratch memory. */
static void *carve(void **at, u64 bytes)
{
	void *carved = *at;

	*at = (char *)carved + sfr_align8(bytes);
	return carved;
}

static struct sfr_scratch *scratch_init(void *at, const void *bytes,
					const struct sfr_compile_plan *plan)
{
	struct sfr_scratch *s = carve(&at, sizeof(*s));
	struct room room = room_of(plan);

	memset(s, 0, sizeof(*s));
	s->bytes = bytes;
	s->plan = plan;
	s->counts = carve(&at, SFR_SORT_DIGITS * sizeof(u32));
	s->funcs = carve(&at, plan->n_fdes * sizeof(struct sfr_func));
	s->spare = carve(&at, plan->n_fdes * sizeof(struct sfr_func));
	s->numbering.rules = carve(&at, room.rules * sizeof(struct sfr_rule));
	s->numbering.slots = carve(&at, room.slots * sizeof(u16));
	s->text.offsets = carve(&at, (room.rows + REPEAT_ROWS) * sizeof(u32));
	s->text.numbers = carve(&at, (room.rows + REPEAT_ROWS) * sizeof(u16));
	s->text.room = room.rows;
	s->block.offsets = s->text.offsets + room.rows;
	s->block.numbers = s->text.numbers + room.rows;
	s->block.room = REPEAT_ROWS;
	sfr_numbering_init(&s->numbering, room.rules);
	return s;
}

/*
 * From @offset on @number holds. At the offset of the last row it replaces that
 * one: a function begins where a gap began, or an assembler wrote two rows for
 * one address, of which the later holds.
 */
static enum sfr_status add_row(struct sfr_row_list *list, u32 offset, u16 number)
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

static enum sfr_status add_rule(struct sfr_scratch *s, struct sfr_row_list *list, u32 offset,
				const struct sfr_rule *rule)
{
	enum sfr_status status;
	u16 number;

	status = sfr_number_rule(&s->numbering, rule, &number);
	return status ? status : add_row(list, offset, number);
}

/*
 * The number of the rule that @fre describes. Few rows of a section differ in
 * their words: what the same bytes meant before, they mean again.
 */
static enum sfr_status number_fre(struct sfr_scratch *s, const struct sfr_fde *fde,
				  const struct sfr_fre *fre, u16 *number)
{
	struct sfr_memo *memo = NULL;
	enum sfr_status status;
	struct sfr_rule rule;
	u64 key = 0;

	if (likely(fre->len <= 6)) {
		key = sfr_peek6(s->bytes, s->plan->len, fre->words, fre->len) |
		      (u64)fre->info << 48 | (u64)fde->type << 56;
		memo = sfr_memo_at(&s->numbering, key);
		*number = memo->number;
		if (likely(memo->key == key))
			return SFR_OK;
	}
	status = sfr_decode_rule(s->plan, fde, fre, &rule);
	if (!status)
		status = sfr_number_rule(&s->numbering, &rule, number);
	if (!status && memo)
		*memo = (struct sfr_memo) { .key = key, .number = *number };
	return status;
}

/*
 * The rows of @fde, whose starts count from @from in @list and end at @limit.
 * gas (2.40) writes rows that start at the function's end, and rows for one
 * address twice, for directives that stand there: both are taken.
 */
static enum sfr_status add_fres(struct sfr_scratch *s, const struct sfr_fde *fde,
				struct sfr_row_list *list, u32 from, u32 limit)
{
	struct sfr_cursor c = sfr_decode_fres(s->bytes, s->plan, fde);
	enum sfr_status status = SFR_OK;
	struct sfr_fre fre;
	u32 i, before = 0;
	u16 number;

	for (i = 0; i < fde->n_fres && !status; i++, before = fre.start) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		status = sfr_decode_fre(&c, fde, &fre);
		if (!status)
			status = number_fre(s, fde, &fre, &number);
		if (status)
			break;
		if (fre.start < before)
			return SFR_ERR_FRE_ORDER;
		if (fre.start > limit)
			return SFR_ERR_FRE_RANGE;
		if (fre.start < limit)
			status = add_row(list, from + fre.start, number);
	}
	return status;
}

/* A block's rows go to the end of the text's room, which shrinks. */
static enum sfr_status add_block(struct sfr_scratch *s, const struct sfr_fde *fde, u32 from)
{
	struct sfr_rule repeat = {
		.cfa_off = from,
		.cfa_base = fde->rep_size,
		.ra_off = s->n_repeat_rows,
		.flags = SFR_RULE_REPEAT,
	};
	struct sfr_row_list *text = &s->text, *block = &s->block;
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
	s->n_repeat_rows += block->n;
	repeat.ra_base = block->n - 1;
	return add_rule(s, text, from, &repeat);
}

/* The rule at @phase of a block whose rows have been moved. */
static struct sfr_rule rule_in_block(const struct sfr_scratch *s, const struct sfr_rule *repeat,
				     u32 phase)
{
	u32 at = s->text.room + s->n_repeat_rows - 1 - repeat->ra_off;
	u32 last = at - repeat->ra_base;

	while (at > last && s->text.offsets[at - 1] <= phase)
		at--;
	return s->numbering.rules[s->text.numbers[at]];
}

/*
 * A trampoline begins at @from. The byte before it gets a row of its own: what
 * held there for an exact pc, and a mark for return addresses.
 */
static enum sfr_status mark_before(struct sfr_scratch *s, u32 from)
{
	struct sfr_row_list *text = &s->text;
	struct sfr_rule rule;

	/* Only where the text begins at the lowest start that can be said. */
	if (!from)
		return SFR_OK;
	/* A gap's row at @from itself may follow; row 0 stands below. */
	if (text->offsets[text->n - 1] == from)
		text->n--;
	rule = s->numbering.rules[text->numbers[text->n - 1]];
	if (rule.flags & SFR_RULE_REPEAT)
		rule = rule_in_block(s, &rule, (from - 1 - (u32)rule.cfa_off) % rule.cfa_base);
	rule.flags |= SFR_RULE_BEFORE_SIGNAL;
	return add_rule(s, text, from - 1, &rule);
}

static enum sfr_status add_signal(struct sfr_scratch *s, u32 from)
{
	static const struct sfr_rule signal = { .flags = SFR_RULE_SIGNAL };
	enum sfr_status status = mark_before(s, from);

	return status ? status : add_rule(s, &s->text, from, &signal);
}

static enum sfr_status add_func(struct sfr_scratch *s, const struct sfr_func *func)
{
	static const struct sfr_rule outermost = { .flags = SFR_RULE_OUTERMOST };
	u32 from = (u64)func->start - (u64)s->lowest;
	enum sfr_status status;
	struct sfr_fde fde;

	status = sfr_decode_fde(s->bytes, s->plan, func->number, &fde);
	if (status)
		return status;
	s->n_fres += fde.n_fres;
	if (s->n_fres > s->plan->n_fres)
		return SFR_ERR_FRE_COUNT;
	if (fde.signal)
		status = add_signal(s, from);
	else if (s->plan->version == 3 && !fde.n_fres && !fde.type)
		status = add_rule(s, &s->text, from, &outermost);
	else if (fde.rep_size)
		status = add_block(s, &fde, from);
	else
		status = add_fres(s, &fde, &s->text, from, func->size);
	return status ? status : add_row(&s->text, from + func->size, SFR_RULE_NONE);
}

enum sfr_status sfr_compile(const void *bytes, const struct sfr_compile_plan *plan,
			    void *scratch, size_t *table_bytes)
{
	struct sfr_scratch *s = scratch_init(scratch, bytes, plan);
	enum sfr_status status = sfr_find_functions(s);
	u32 i;

	if (!status)
		status = add_row(&s->text, 0, SFR_RULE_NONE);
	for (i = 0; i < s->n_funcs && !status; i++) {
		if (i % SFR_REST == 0)
			sfr_env_rest();
		status = add_func(s, &s->funcs[i]);
	}
	if (status)
		return status;
	sfr_layout(s);
	*table_bytes = s->table.bytes;
	return SFR_OK;
}
