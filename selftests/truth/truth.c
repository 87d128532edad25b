// SPDX-License-Identifier: GPL-2.0-only
/*
 * truth LIST [PART] - each object that the list names (path, toolchain, architecture,
 * kind): is the row table of its .sframe what its .eh_frame says, at every byte?
 * One TAP line an object; another for those that have PART in
 * their name: errors planted in their section are seen.
 */
#include "compare.h"
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
		if (!t->exceptions[i] || t->exceptions[i] == cause_count(i, o))
			continue;
		printf("# %s: not at %llu addresses\n", cause_name(i),
		       (unsigned long long)cause_count(i, o));
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

static void check_object(const char *path, const char *name, const char *toolchain,
			 const char *plant)
{
	struct compiled compiled = {};
	struct tally t = {};
	struct object o;
	const char *why;
	struct cfi *cfi;

	if (!object_open(&o, path, &why)) {
		ok(false, "%s: %s", name, why);
		return;
	}
	cfi = cfi_open(&o, &why);
	if (!cfi || !o.sframe) {
		ok(false, "%s: %s", name, cfi ? "no .sframe" : why);
		object_close(&o);
		return;
	}
	compiled_make(&compiled, &o);
	if (compiled.table)
		compare(&o, cfi, &compiled, toolchain, 0, UINT64_MAX, &t);
	ok(compiled.table && t.equal && !t.unexplained && counts_are_right(&t, &o),
	   "%s: %llu addresses equal, %llu not covered, %llu exceptions", name,
	   (unsigned long long)t.equal, (unsigned long long)sum(t.absent, N_ABSENCES),
	   (unsigned long long)sum(t.exceptions, N_CAUSES));
	if (!compiled.table)
		printf("# %s\n", sfr_status_name(compiled.status));
	tell(&t);
	add(&t);
	if (compiled.table && plant && strstr(name, plant))
		check_plants(&o, cfi, name, toolchain);
	compiled_free(&compiled);
	cfi_close(cfi);
	object_close(&o);
}

int main(int argc, char **argv)
{
	char path[4096], toolchain[32], arch[32], kind[16];
	FILE *list = argc > 1 ? fopen(argv[1], "r") : NULL;

	if (!list) {
		printf("Bail out! no list of objects\n");
		return 1;
	}
	while (fscanf(list, "%4095s %31s %31s %15s", path, toolchain, arch, kind) == 4) {
		const char *name = strrchr(path, '/');

		while (name && name > path && name[-1] != '/')
			name--;
		check_object(path, name ? name : path, toolchain, argc > 2 ? argv[2] : NULL);
	}
	fclose(list);
	printf("# total %llu %llu %llu\n", (unsigned long long)total.equal,
	       (unsigned long long)sum(total.absent, N_ABSENCES),
	       (unsigned long long)sum(total.exceptions, N_CAUSES));
	return tap_done();
}
