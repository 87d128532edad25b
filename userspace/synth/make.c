// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From a file to a section: for each function entry, in the order of the text, row by row
 * what libdw says, as a rule; and between them what the start files' instructions do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "errata.h"
#include "frames.h"
#include "ledger.h"
#include "startup.h"

/*
 * Operations of expressions that depend on the pc, once for each byte of their text, in
 * all. Procedure linkage tables are a hundredth of it.
 */
#define MAX_PC_OPERATIONS	(64u << 20)

struct make {
	struct image image;
	struct image_section cfi;
	struct synth_entries entries;
	struct frames frames;
	struct startup startup;
	struct emit emit;
	struct ledger ledger;
	uint64_t pc_operations;
	struct errata errata;
	struct correction correction;	/* of the function that is being added */
};

static void add_rule(struct make *make, uint64_t start, uint64_t end, const struct rule *rule)
{
	if (rule->gap != SYNTH_GAP_COUNT) {
		ledger_hole(&make->ledger, start, end, rule->gap);
		return;
	}
	emit_rule(&make->emit, start, end, rule);
	ledger_covered(&make->ledger, rule->kind, end - start);
}

static void add_corrected(struct make *make, uint64_t start, uint64_t end,
			  const struct rule *wrong)
{
	struct rule rule = rule_with_cfa(wrong, &make->correction.cfa);

	emit_rule(&make->emit, start, end, &rule);
	ledger_corrected(&make->ledger, start, end - start, make->correction.erratum);
}

/* --- rules that depend on the pc ------------------------------------------------ */

static void add_each(struct make *make, uint64_t start, uint64_t end,
		     const struct description *d)
{
	struct rule rule, last;
	uint64_t from = start;
	bool ignored;

	if (start == end)
		return;
	last = rule_at(d, start, &ignored);
	for (; start < end; start++) {
		rule = rule_at(d, start, &ignored);
		if (rule_equal(&rule, &last))
			continue;
		add_rule(make, from, start, &last);
		last = rule;
		from = start;
	}
	add_rule(make, from, end, &last);
}

/* Is the rule at each address that of @rep bytes before? */
static bool repeats(const struct description *d, uint64_t start, uint64_t end, unsigned int rep)
{
	struct rule block[UINT8_MAX], rule;
	uint64_t i;
	bool ignored;

	for (i = 0; i < end - start; i++) {
		rule = rule_at(d, start + i, &ignored);
		if (rule.gap != SYNTH_GAP_COUNT || rule.kind == SYNTH_KIND_EXTENDED)
			return false;
		if (i < rep)
			block[i] = rule;
		else if (!rule_equal(&rule, &block[i % rep]))
			return false;
	}
	return true;
}

static void add_block(struct make *make, uint64_t start, uint64_t end, unsigned int rep,
		      const struct description *d)
{
	struct rule rule;
	unsigned int i;
	bool ignored;

	emit_block_begin(&make->emit, rep);
	for (i = 0; i < rep; i++) {
		rule = rule_at(d, start + i, &ignored);
		emit_rule(&make->emit, start + i, start + i + 1, &rule);
	}
	emit_block_end(&make->emit, end);
	ledger_covered(&make->ledger, SYNTH_KIND_BLOCK, end - start);
}

/*
 * A block begins where its address is a multiple of its size: some readers take the pc's
 * remainder, others that of the distance from the function's start.
 */
static void add_by_pc(struct make *make, uint64_t start, uint64_t end,
		      const struct description *d)
{
	unsigned int rep;
	uint64_t from, n;

	n = d->cfa.n + d->ra.n + d->fp.n + d->sp.n;
	if (end - start > (MAX_PC_OPERATIONS - make->pc_operations) / n) {
		ledger_hole(&make->ledger, start, end, SYNTH_GAP_CFA);
		return;
	}
	make->pc_operations += (end - start) * n;
	for (rep = 8; rep <= 128; rep *= 2) {
		from = (start + rep - 1) / rep * rep;
		if (from >= end || end - from < 2 * rep)
			break;
		if (repeats(d, from, end, rep)) {
			add_each(make, start, from, d);
			add_block(make, from, end, rep, d);
			return;
		}
	}
	add_each(make, start, end, d);
}

/* --- functions ------------------------------------------------------------------ */

static void add_row(struct make *make, uint64_t start, uint64_t end, const struct description *d)
{
	struct rule rule;
	bool pc_matters;

	rule = rule_at(d, start, &pc_matters);
	if (pc_matters)
		add_by_pc(make, start, end, d);
	else if (start >= make->correction.start && start < make->correction.end)
		add_corrected(make, start, end, &rule);
	else
		add_rule(make, start, end, &rule);
}

/* Where it changes whether rules are corrected, after @at. */
static uint64_t change_after(const struct correction *correction, uint64_t at)
{
	return at < correction->start ? correction->start :
	       at < correction->end ? correction->end : UINT64_MAX;
}

/* The row at @at, up to @limit. Return: where it ends; 0: there is none. */
static uint64_t read_row(struct make *make, uint64_t at, uint64_t limit)
{
	uint64_t end, change = change_after(&make->correction, at);
	struct description d;

	end = frames_row(&make->frames, at, &d);
	if (!end)
		return 0;
	if (end > limit)
		end = limit;
	if (end > change)
		end = change;
	add_row(make, at, end, &d);
	return end;
}

/* The part of a function that is in one segment. */
static void add_part(struct make *make, const struct synth_entry *entry, uint64_t start,
		     uint64_t end)
{
	uint64_t at, next;

	for (at = start; at < end; at = next) {
		next = entry->good ? read_row(make, at, end) : 0;
		if (!next) {
			ledger_hole(&make->ledger, at, end, SYNTH_GAP_CFI);
			break;
		}
	}
	emit_function_end(&make->emit);
}

/* The text in [start, end), whose entry is @entry; NULL: a second one only. */
static void add_text(struct make *make, const struct synth_entry *entry, uint64_t start,
		     uint64_t end)
{
	uint32_t i;

	for (i = 0; i < make->image.n_text; i++) {
		const struct synth_segment *text = &make->image.text[i];
		uint64_t from = start > text->vaddr ? start : text->vaddr;
		uint64_t to = end < text->vaddr + text->len ? end : text->vaddr + text->len;

		if (from >= to)
			continue;
		if (entry)
			add_part(make, entry, from, to);
		else
			ledger_hole(&make->ledger, from, to, SYNTH_GAP_OVERLAP);
	}
}

/* Up to @limit, in text that no entry describes. */
static void add_startup(struct make *make, uint64_t limit)
{
	struct flow_run run;

	while (startup_take(&make->startup, limit, &run)) {
		emit_rule(&make->emit, run.start, run.end, &run.rule);
		ledger_startup(&make->ledger, run.start, run.end - run.start);
	}
	emit_function_end(&make->emit);
}

static int add_functions(struct make *make)
{
	const struct synth_entries *entries = &make->entries;
	size_t i;
	int error;

	for (i = 0; i < entries->n && !make->emit.error; i++) {
		const struct synth_entry *entry = &entries->entry[i];
		uint64_t next = i + 1 < entries->n ? entry[1].start : UINT64_MAX;

		add_startup(make, entry->start);
		error = errata_find(&make->errata, &make->image, &make->frames, entry,
				    &make->correction);
		if (error)
			return error;
		add_text(make, entry, entry->start, entry->end);
		if (entry->reach > entry->end)
			add_text(make, NULL, entry->end,
				 entry->reach < next ? entry->reach : next);
	}
	add_startup(make, UINT64_MAX);
	make->ledger.report.n_functions = entries->n;
	return make->emit.error ? make->emit.error : make->ledger.error;
}

/* --- the file ------------------------------------------------------------------- */

static int read_entries(struct make *make)
{
	int error;

	error = image_eh_frame(&make->image, &make->cfi);
	if (!error && make->cfi.bytes)
		error = synth_entries_read(&make->entries, make->cfi.bytes, make->cfi.len,
					   make->cfi.addr);
	if (error || make->entries.n)
		return error;
	free(make->entries.entry);
	make->entries = (struct synth_entries) { 0 };
	error = image_debug_frame(&make->image, &make->cfi);
	if (!error && make->cfi.bytes)
		error = synth_entries_read(&make->entries, make->cfi.bytes, make->cfi.len,
					   make->cfi.addr);
	return error;
}

static int add_all(struct make *make)
{
	int error;

	error = read_entries(make);
	if (error || !make->entries.n)
		return error;
	synth_entries_disjoin(&make->entries);
	error = frames_open(&make->frames, &make->cfi, &make->entries);
	if (!error)
		error = startup_find(&make->startup, &make->image, &make->entries);
	if (!error)
		error = add_functions(make);
	return error;
}

int synth_make_by(image_opener *open, const struct synth_source *source,
		  struct synth_section *section, struct synth_report *report)
{
	struct make make = { .ledger.wanted = report };
	uint32_t i;
	int error;

	*section = (struct synth_section) { 0 };
	error = open(&make.image, source);
	if (!error && make.image.n_text)
		error = add_all(&make);
	if (!error && make.image.n_text)
		error = image_jit_descriptor(&make.image, &section->jit_descriptor);
	if (!error && make.image.n_text) {
		section->base = make.image.text[0].vaddr ? make.image.text[0].vaddr : 1;
		section->n_text = make.image.n_text;
		memcpy(section->text, make.image.text, sizeof(section->text));
		error = emit_section(&make.emit, section->base, section);
	}
	if (!error && report) {
		for (i = 0; i < make.image.n_text; i++)
			make.ledger.report.text += make.image.text[i].len;
		for (i = 0; i < make.emit.n_pieces; i++)
			make.ledger.report.n_rows += make.emit.pieces[i].n_rows;
		*report = make.ledger.report;
		make.ledger.report.holes = NULL;
	}
	synth_report_free(&make.ledger.report);
	emit_free(&make.emit);
	frames_close(&make.frames);
	free(make.entries.entry);
	image_close(&make.image);
	return error;
}

int synth_make(const struct synth_source *source, struct synth_section *section,
	       struct synth_report *report)
{
	return synth_make_by(image_open, source, section, report);
}

int synth_make_object(const struct synth_source *source, struct synth_section *section,
		      struct synth_report *report)
{
	return synth_make_by(image_open_object, source, section, report);
}

void synth_free(struct synth_section *section)
{
	free(section->bytes);
	*section = (struct synth_section) { 0 };
}
