// SPDX-License-Identifier: GPL-2.0-only
/*
 * truth LIST [PART] - each object that the list names (path, toolchain, architecture,
 * kind): is the row table of its .sframe what its .eh_frame says, at every byte?
 * One TAP line an object; another for those that have PART in
 * their name: errors planted in their section are seen.
 */
#include "compare.h"
#include "decode.h"
#include "plant.h"
#include "tap.h"

/* Changed rows of each kind, per object. */
#define PLANTED	50

static struct tally total;

static u64 sum(const u64 *n, int count)
{
	u64 all = 0;

	while (count--)
		all += n[count];
	return all;
}

/* By objects that have SFrame at all. */
static u64 not_covered(const struct tally *t)
{
	return sum(t->absent, N_ABSENCES) - t->absent[ABSENT_FOREIGN];
}

static void tell(const struct tally *t)
{
	int i;

	for (i = 0; i < N_ABSENCES; i++)
		if (t->absent[i])
			printf("# not covered, %s: %llu\n", absence_name(i),
			       (unsigned long long)t->absent[i]);
	for (i = 0; i < N_CAUSES; i++)
		if (t->exceptions[i])
			printf("# exception, %s: %llu\n", cause_name(i),
			       (unsigned long long)t->exceptions[i]);
	for (i = 0; i < MAX_EXAMPLES && i < (int)t->unexplained; i++) {
		const struct site *s = &t->examples[i];

		printf("# %s %#llx (%s+%#llx): .eh_frame says %s, the table %s\n", s->section,
		       (unsigned long long)s->addr, object_symbol(s->object, s->addr),
		       (unsigned long long)(s->fde ? s->addr - s->fde->start : 0),
		       rule_text(&s->truth), rule_text(&s->table));
	}
}

/* An exception concerns all of the addresses that it can, or none. */
static bool counts_are_right(const struct tally *t, const struct object *o)
{
	bool good = true;
	int i;

	for (i = 0; i < N_CAUSES; i++) {
		if (cause_count_is(i, o, t->exceptions[i]))
			continue;
		printf("# another number of addresses than it must be: %s\n", cause_name(i));
		good = false;
	}
	return good;
}

static void add(const struct tally *t)
{
	int i;

	total.equal += t->equal;
	total.unexplained += t->unexplained;
	for (i = 0; i < N_ABSENCES; i++)
		total.absent[i] += t->absent[i];
	for (i = 0; i < N_CAUSES; i++)
		total.exceptions[i] += t->exceptions[i];
}

/* The comparison sees each of a number of changed rows, and nothing else. */
static void check_plants(struct object *o, struct cfi *cfi, const char *name,
			 const char *toolchain)
{
	struct planted p;
	u32 planted = 0, seen = 0;
	int i, kinds = 0;

	for (i = 0; i < N_PLANTS; i++) {
		if (!plant_fits(o->arch, i))
			continue;
		p = plant_all(o, cfi, toolchain, i, PLANTED);
		planted += p.planted;
		seen += p.seen;
		kinds++;
	}
	ok(planted == (u32)kinds * PLANTED && seen == planted,
	   "%s: of %d rows changed %u could be, %u are seen, and nothing else", name,
	   kinds * PLANTED, planted, seen);
}

/* Does each function that .sframe describes lie in one executable section? */
static bool inside(const struct object *o, const struct compiled *c)
{
	struct sfr_extent e;
	u64 start;
	u32 i, t;

	for (i = 0; i < c->plan.n_fdes; i++) {
		if (sfr_decode_extent(o->sframe, &c->plan, i, &e))
			return false;
		start = o->sframe_addr + e.start;
		for (t = 0; t < o->n_texts; t++)
			if (start >= o->texts[t].start && start + e.size <= o->texts[t].end)
				break;
		if (t < o->n_texts)
			continue;
		printf("# %#llx: a function outside of the text\n", (unsigned long long)start);
		return false;
	}
	return true;
}

static void check_object(const char *path, const char *name, const char *toolchain,
			 const char *plant)
{
	struct compiled compiled = {};
	struct tally t = {};
	struct object o;
	const char *why;
	struct cfi *cfi;
	bool good;

	if (!object_open(&o, path, &why)) {
		ok(false, "%s: %s", name, why);
		return;
	}
	cfi = cfi_open(&o, &why);
	if (!cfi) {
		ok(false, "%s: %s", name, why);
		object_close(&o);
		return;
	}
	compiled_make(&compiled, &o);
	compare(&o, cfi, &compiled, toolchain, 0, UINT64_MAX, &t);
	good = !compiled.status && !t.unexplained && !o.n_unknown && counts_are_right(&t, &o) &&
	       inside(&o, &compiled);
	if (o.n_fdes)
		ok(good && t.equal, "%s: %llu addresses equal, %llu not covered, %llu exceptions",
		   name, (unsigned long long)t.equal, (unsigned long long)not_covered(&t),
		   (unsigned long long)sum(t.exceptions, N_CAUSES));
	else
		ok(good && !compiled.plan.n_fdes, "%s: without functions in either section", name);
	if (compiled.status)
		printf("# %s\n", sfr_status_name(compiled.status));
	tell(&t);
	add(&t);
	if (compiled.table && plant && strstr(name, plant))
		check_plants(&o, cfi, name, toolchain);
	compiled_free(&compiled);
	cfi_close(cfi);
	object_close(&o);
}

/* Directory and name. */
static const char *last_two(const char *path)
{
	const char *slash = strrchr(path, '/');

	while (slash && slash > path && slash[-1] != '/')
		slash--;
	return slash ? slash : path;
}

int main(int argc, char **argv)
{
	char line[8192], *path, *toolchain, *kind;
	FILE *list = argc > 1 ? fopen(argv[1], "r") : NULL;

	if (!list) {
		printf("Bail out! no list of objects\n");
		return 1;
	}
	while (fgets(line, sizeof(line), list)) {
		path = strtok(line, "\t\n");
		toolchain = strtok(NULL, "\t\n");
		strtok(NULL, "\t\n");
		kind = strtok(NULL, "\t\n");
		if (!kind || !strcmp(kind, "absent")) {
			ok(kind, "%s # SKIP not to be had", path);
			continue;
		}
		check_object(path, last_two(path), toolchain, argc > 2 ? argv[2] : NULL);
	}
	fclose(list);
	printf("# total %llu %llu %llu\n", (unsigned long long)total.equal,
	       (unsigned long long)not_covered(&total),
	       (unsigned long long)sum(total.exceptions, N_CAUSES));
	return tap_done();
}
