// SPDX-License-Identifier: GPL-2.0-only
/*
 * equal LIST SECTIONS [PLANTED...] - of each file that the list names (name, tab, path): is
 * the rule of every byte what elfutils says, and is every byte without one reported? One
 * TAP line a file; another for those whose names are PLANTED: errors in their section
 * are seen. The sections are written to the directory SECTIONS.
 */
#include "../truth/compare.h"
#include "../truth/plant.h"
#include "decode.h"
#include "equal.h"
#include "errata.h"
#include "tap.h"

/* Changed rows of each kind. */
#define PLANTED	20

static struct made *planted_in;

/* For plant.c, which changes the object's section: how much of it is wrong now? */
void compare(struct object *o, struct cfi *cfi, const struct compiled *compiled,
	     const char *toolchain, u64 from, u64 to, struct tally *tally)
{
	struct compiled own = planted_in->compiled;
	struct count c = {};

	(void)o, (void)cfi, (void)toolchain;
	planted_in->compiled = *compiled;
	count(planted_in, from, to, &c);
	planted_in->compiled = own;
	/* Of start files' functions elfutils says nothing: no place for a plant. */
	tally->unexplained = c.wrong + c.startup;
}

static void check_plants(struct made *m, const char *name)
{
	u32 planted = 0, seen = 0;
	int i, kinds = 0;

	planted_in = m;
	for (i = 0; i < N_PLANTS; i++) {
		struct planted p;

		if (!plant_fits(m->object.arch, i))
			continue;
		p = plant_all(&m->object, m->cfi, name, i, PLANTED);
		planted += p.planted;
		seen += p.seen;
		kinds++;
	}
	ok(planted == (u32)kinds * PLANTED && seen == planted,
	   "%s: of %d rows changed %u could be, %u are seen, and nothing else", name,
	   kinds * PLANTED, planted, seen);
}

static void tell_wrongs(const struct made *m, const struct count *c)
{
	u64 i;

	for (i = 0; i < c->wrong && i < MAX_WRONGS; i++) {
		const struct wrong *w = &c->wrongs[i];

		printf("# %#llx %s: %s: elfutils %s", (unsigned long long)w->addr,
		       object_symbol(&m->object, w->addr), w->what, rule_text(&w->truth));
		printf(", the table %s\n", rule_text(&w->table));
	}
}

/* Do the report's sums agree with what has been counted? */
static bool sums_agree(const struct made *m, const struct count *c)
{
	const struct synth_report *r = &m->report;
	u64 covered = 0;
	int i;

	for (i = 0; i < SYNTH_KIND_COUNT; i++)
		covered += r->covered[i];
	if (r->text == c->text && r->described == c->described &&
	    covered == c->equal + c->corrected + c->startup &&
	    r->covered[SYNTH_KIND_STARTUP] == c->startup &&
	    r->covered[SYNTH_KIND_CORRECTED] == c->corrected)
		return true;
	printf("# text, described, covered: reported %llu %llu %llu, counted %llu %llu %llu\n",
	       (unsigned long long)r->text, (unsigned long long)r->described,
	       (unsigned long long)covered, (unsigned long long)c->text,
	       (unsigned long long)c->described,
	       (unsigned long long)(c->equal + c->corrected + c->startup));
	return false;
}

/* For the table and the figures. Segments of text may have more than code in them. */
static void tell_line(const struct made *m, const struct count *c, const char *name)
{
	u64 code = 0;
	u32 i;

	for (i = 0; i < m->object.n_texts; i++)
		code += m->object.texts[i].end - m->object.texts[i].start;
	printf("# counts\t%s\t%llu\t%llu\t%llu", name, (unsigned long long)code,
	       (unsigned long long)c->described, (unsigned long long)c->equal);
	for (i = 0; i < SYNTH_GAP_COUNT; i++)
		printf("\t%llu", (unsigned long long)c->holes[i]);
	printf("\t%llu\t%zu\t%u\t%.3f\t%llu\n", (unsigned long long)c->corrected,
	       m->section.len, m->section.version, m->seconds,
	       (unsigned long long)c->startup);
}

/* What those see who know nothing of extensions. */
#define N_FDES_AT	8
#define N_FRES_AT	12

static u32 word_at(const struct made *m, size_t at)
{
	u32 word = 0;

	if (m->section.len >= at + sizeof(word))
		memcpy(&word, m->section.bytes + at, sizeof(word));
	return word;
}

/* The section, and what its header promises. */
static void save(const struct made *m, const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.sframe", dir, name);
	f = fopen(path, "wb");
	if (!f || fwrite(m->section.bytes, 1, m->section.len, f) != m->section.len)
		ok(false, "%s: can be written", path);
	if (f)
		fclose(f);
	printf("# section\t%s\t%u\t%u\t%u\n", name, m->section.version,
	       word_at(m, N_FDES_AT), word_at(m, N_FRES_AT));
}

static void check_file(const char *name, const char *path, const char *dir, bool plant)
{
	struct count c = {};
	struct made m;
	const char *why;

	if (!made_open(&m, path, &why)) {
		ok(false, "%s: %s", name, why);
		return;
	}
	count(&m, 0, UINT64_MAX, &c);
	ok(c.equal && !c.wrong && sums_agree(&m, &c) && errata_are_right(&m, name),
	   "%s: %llu bytes described, %llu equal, %llu corrected, %llu wrong", name,
	   (unsigned long long)c.described, (unsigned long long)c.equal,
	   (unsigned long long)c.corrected, (unsigned long long)c.wrong);
	tell_wrongs(&m, &c);
	tell_line(&m, &c, name);
	save(&m, dir, name);
	check_spoilt_errata(&m, name);
	if (plant)
		check_plants(&m, name);
	made_close(&m);
}

int main(int argc, char **argv)
{
	FILE *list = argc > 2 ? fopen(argv[1], "r") : NULL;
	char line[8192], *name, *path;
	bool plant;
	int i;

	if (!list) {
		printf("Bail out! no list of files\n");
		return 1;
	}
	while (fgets(line, sizeof(line), list)) {
		name = strtok(line, "\t\n");
		path = strtok(NULL, "\t\n");
		for (plant = false, i = 3; i < argc; i++)
			plant |= !strcmp(name, argv[i]);
		if (path)
			check_file(name, path, argv[2], plant);
		else
			ok(true, "%s # SKIP cannot be had", name);
	}
	fclose(list);
	return tap_done();
}
