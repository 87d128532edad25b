// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled table against the rows that it was compiled from.
 */
#include <stdlib.h>
#include <string.h>
#include "agree.h"
#include "decode.h"

#define MAX_ROWS	(1u << 24)

/* Nobody waits. */
void sfr_env_rest(void)
{
}

struct check {
	const struct object *o;
	const struct sfr_table *table;
	struct sfr_compile_plan plan;
	long looked_up, wrong;
};

/* Also frees what it needed; NULL: why is printed. */
static struct sfr_table *compiled(const struct object *o)
{
	struct sfr_compile_options opt = { .abi = o->abi, .max_rows = MAX_ROWS };
	struct sfr_compile_plan plan;
	struct sfr_table *table = NULL;
	enum sfr_status status;
	void *scratch = NULL;
	size_t bytes;

	status = sfr_compile_plan(o->bytes, o->len, &opt, &plan);
	if (!status) {
		scratch = malloc(plan.scratch_bytes);
		status = sfr_compile(o->bytes, &plan, scratch, &bytes);
	}
	if (status)
		printf("# %s: does not compile: %s\n", o->name, sfr_status_name(status));
	else
		table = sfr_table_store(scratch, malloc(bytes));
	free(scratch);
	return table;
}

/* The table may also mark the byte before a trampoline: rows.h. */
static bool same_rule(const struct sfr_fde *fde, const struct sfr_rule *want,
		      const struct sfr_rule *got)
{
	struct sfr_rule plain;

	if (!got)
		return false;
	if (fde->signal)
		return got->flags == SFR_RULE_SIGNAL;
	if (want->flags & SFR_RULE_OUTERMOST)
		return got->flags & SFR_RULE_OUTERMOST;
	plain = *got;
	plain.flags &= ~SFR_RULE_BEFORE_SIGNAL;
	return !memcmp(want, &plain, sizeof(plain));
}

static void look_up(struct check *c, const struct sfr_fde *fde, u64 rel,
		    const struct sfr_rule *want)
{
	c->looked_up++;
	if (same_rule(fde, want, sfr_table_rule(c->table, rel, false)))
		return;
	if (!c->wrong++)
		printf("# %s: another rule at 0x%llx\n", c->o->name,
		       (unsigned long long)(c->o->addr + rel));
}

/* A row that holds for [from, to) of the function, or of each of its blocks. */
static void check_row(struct check *c, const struct sfr_extent *extent,
		      const struct sfr_fde *fde, const struct sfr_rule *rule, u64 from, u64 to)
{
	u64 block = fde->rep_size ? fde->rep_size : extent->size, at, end;

	for (at = 0; at < extent->size; at += block) {
		end = at + to < extent->size ? at + to : extent->size;
		if (at + from >= end)
			continue;
		look_up(c, fde, extent->start + at + from, rule);
		look_up(c, fde, extent->start + end - 1, rule);
	}
}

static void check_func(struct check *c, u32 i)
{
	struct sfr_fre fre, next = {};
	struct sfr_rule rule;
	struct sfr_extent extent;
	struct sfr_cursor at;
	struct sfr_fde fde;
	u64 end;
	u32 k;

	/* The section has compiled: nothing of it is refused. */
	sfr_decode_extent(c->o->bytes, &c->plan, i, &extent);
	sfr_decode_fde(c->o->bytes, &c->plan, i, &fde);
	at = sfr_decode_fres(c->o->bytes, &c->plan, &fde);
	end = fde.rep_size ? fde.rep_size : extent.size;
	if (fde.n_fres)
		sfr_decode_fre(&at, &fde, &next);
	for (k = 0; k < fde.n_fres; k++) {
		fre = next;
		if (k + 1 < fde.n_fres)
			sfr_decode_fre(&at, &fde, &next);
		sfr_decode_rule(&c->plan, &fde, &fre, &rule);
		check_row(c, &extent, &fde, &rule, fre.start,
			  k + 1 < fde.n_fres ? next.start : end);
	}
}

long check_table(const struct object *o)
{
	struct sfr_compile_options opt = { .abi = o->abi, .max_rows = MAX_ROWS };
	struct check c = { .o = o };
	u32 i;

	c.table = compiled(o);
	if (!c.table || sfr_decode_header(o->bytes, o->len, &opt, &c.plan))
		return -1;
	for (i = 0; i < c.plan.n_fdes; i++)
		check_func(&c, i);
	free((void *)c.table);
	return c.wrong ? -1 : c.looked_up;
}
