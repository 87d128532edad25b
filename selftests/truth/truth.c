// SPDX-License-Identifier: GPL-2.0-only
/*
 * truth LIST - each object that the list names (path, toolchain, architecture,
 * kind): is the row table of its .sframe what its .eh_frame says, at every byte?
 * One TAP line an object.
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

static void check_plants(struct object *o, struct cfi *cfi, const char *name,
			 const char *toolchain)
{
	struct planted p;
	int i;

	for (i = 0; i < N_PLANTS; i++) {
		p = plant_all(o, cfi, toolchain, i, PLANTED);
		ok(p.planted == PLANTED && p.seen == p.planted,
		   "%s: %s: %u planted, %u seen where they are", name, plant_name(i), p.planted,
		   p.seen);
	}
}

static void check_object(const char *path, const char *name, const char *toolchain, bool plant)
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
	ok(compiled.table && t.equal && !t.unexplained,
	   "%s: %llu addresses equal, %llu not covered, %llu exceptions", name,
	   (unsigned long long)t.equal, (unsigned long long)sum(t.absent, N_ABSENCES),
	   (unsigned long long)sum(t.exceptions, N_CAUSES));
	if (!compiled.table)
		printf("# %s\n", sfr_status_name(compiled.status));
	tell(&t);
	add(&t);
	if (plant && compiled.table)
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
		check_object(path, name ? name : path, toolchain, !strcmp(kind, "plant"));
	}
	fclose(list);
	printf("# total %llu %llu %llu\n", (unsigned long long)total.equal,
	       (unsigned long long)sum(total.absent, N_ABSENCES),
	       (unsigned long long)sum(total.exceptions, N_CAUSES));
	return tap_done();
}
