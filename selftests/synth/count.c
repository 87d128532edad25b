// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both sides at every byte. elfutils' rule holds for an interval that it names, and the
 * same row is the same pointer; so most bytes need two lookups in the table, of the byte
 * itself and of the call that returns behind it, and nothing else.
 */
#include "equal.h"

enum verdict { SILENT, EQUAL, CORRECTED, STARTUP, HOLE, WRONG };

/* Where the last byte was, and what came of it. */
struct place_in_text {
	u64 addr;
	const struct sfr_rule *row, *call_row;
	bool described;
	struct rule truth;
	enum verdict verdict;
	u32 hole;		/* the first of the report's that does not end before */
};

static const struct sfr_rule *row_at(const struct made *m, u64 addr, bool after_call)
{
	return m->compiled.table ? sfr_table_rule(m->compiled.table,
						  addr - m->section.base, after_call) : NULL;
}

static void note(struct made *m, struct count *c, u64 addr, const struct rule *truth,
		 const char *what)
{
	if (c->wrong < MAX_WRONGS)
		c->wrongs[c->wrong] = (struct wrong) {
			what, addr, *truth, compiled_rule(&m->compiled, &m->object, addr),
		};
	c->wrong++;
}

/* What the return address behind @addr means: the call, or a trampoline that begins there. */
static bool call_is_right(struct made *m, u64 addr, const struct rule *table)
{
	struct rule call = compiled_rule_at(&m->compiled, &m->object, addr + 1, true);
	struct rule next = compiled_rule(&m->compiled, &m->object, addr + 1);

	if (next.kind == SIGNAL)
		return call.kind == SIGNAL;
	return same_rule(&call, table) || (call.kind == NOTHING && table->kind == NOTHING);
}

static bool is_corrected(const struct made *m, u64 addr)
{
	const struct synth_report *r = &m->report;
	u32 i;

	for (i = 0; i < r->n_corrected; i++)
		if (addr - r->corrected[i].start < r->corrected[i].len)
			return true;
	return false;
}

static bool is_startup(const struct made *m, u64 addr)
{
	const struct synth_report *r = &m->report;
	u32 i;

	for (i = 0; i < r->n_startup; i++)
		if (addr - r->startup[i].start < r->startup[i].len)
			return true;
	return false;
}

/* elfutils knows nothing of these; stepped.c asks the processor. */
static const char *compare_startup(const struct rule *table, struct place_in_text *p)
{
	if (p->described)
		return "a start file's function that a function entry describes";
	p->verdict = STARTUP;
	return table->kind == NOTHING ? "a start file's function without a row" : NULL;
}

static const char *compare_rules(struct made *m, u64 addr, struct place_in_text *p)
{
	struct rule table = compiled_rule(&m->compiled, &m->object, addr);

	if (!call_is_right(m, addr, &table))
		return "another rule for the call";
	if (is_startup(m, addr))
		return compare_startup(&table, p);
	p->verdict = SILENT;
	if (table.kind == NOTHING && !p->described)
		return NULL;
	p->verdict = HOLE;
	if (table.kind == NOTHING)
		return NULL;
	if (!p->described)
		return "a row where no function is";
	p->verdict = EQUAL;
	if (!is_corrected(m, addr))
		return same_rule(&p->truth, &table) ? NULL : "another rule";
	p->verdict = CORRECTED;
	return same_rule(&p->truth, &table) ? "a correction that corrects nothing" : NULL;
}

/* Which hole of the report is this? */
static const char *look_at_hole(struct made *m, struct place_in_text *p, struct count *c)
{
	const struct synth_report *r = &m->report;
	const struct synth_hole *hole;

	while (p->hole < r->n_holes && p->addr >= r->holes[p->hole].start &&
	       p->addr - r->holes[p->hole].start >= r->holes[p->hole].len)
		p->hole++;
	hole = &r->holes[p->hole];
	if (p->hole == r->n_holes || p->addr < hole->start)
		return p->verdict == HOLE ? "a hole that is not reported" : NULL;
	if (p->verdict != HOLE)
		return "no hole, though one is reported";
	if (!gap_fits(m, p->addr, &p->truth, hole->why))
		return "a hole for another reason";
	c->holes[hole->why]++;
	return NULL;
}

static void count_byte(struct made *m, struct place_in_text *p, struct count *c)
{
	const struct sfr_rule *row = row_at(m, p->addr, false);
	const struct sfr_rule *call_row = row_at(m, p->addr + 1, true);
	const char *what = NULL;

	if (!cfi_holds(m->cfi, p->addr) || row != p->row || call_row != p->call_row ||
	    p->verdict == WRONG || !row) {
		p->row = row;
		p->call_row = call_row;
		p->truth = cfi_rule(m->cfi, p->addr);
		p->described = p->truth.kind != NOTHING || fde_of(&m->object, p->addr);
		what = compare_rules(m, p->addr, p);
	}
	if (!what)
		what = look_at_hole(m, p, c);
	if (what)
		p->verdict = WRONG;
	if (what)
		note(m, c, p->addr, &p->truth, what);
	c->described += p->described;
	c->equal += p->verdict == EQUAL;
	c->corrected += p->verdict == CORRECTED;
	c->startup += p->verdict == STARTUP;
}

void count(struct made *m, u64 from, u64 to, struct count *c)
{
	struct place_in_text p = { .verdict = WRONG };
	u64 end;
	u32 i;

	for (i = 0; i < m->section.n_text; i++) {
		p.addr = m->section.text[i].vaddr;
		end = p.addr + m->section.text[i].len;
		p.addr = p.addr < from ? from : p.addr;
		end = end > to ? to : end;
		for (; p.addr < end; p.addr++) {
			c->text++;
			count_byte(m, &p, c);
		}
	}
}
