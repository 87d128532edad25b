// SPDX-License-Identifier: GPL-2.0-only
/*
 * odd DIR - what synth makes of odd.S, linked in several ways: the rules at its functions
 * are those that this file names, holes have their reasons, and elfutils agrees.
 */
#include "equal.h"
#include "tap.h"

#define USUAL(cfa)	"cfa=" cfa " ra=*(cfa-8) fp=r6+0"
#define SAVED(cfa)	"cfa=" cfa " ra=*(cfa-8) fp=*(cfa-16)"

/* At a byte of a function: a rule, or why there is none. */
struct expected {
	const char *function;
	u32 at;
	const char *rule;
	enum synth_gap why;	/* SYNTH_GAP_COUNT: it is no hole */
};

#define RULE(function, at, rule)	{ function, at, rule, SYNTH_GAP_COUNT }
#define GAP(function, at, why)		{ function, at, NULL, why }

static const struct expected expected[] = {
	RULE("plain", 0, USUAL("r7+8")),
	RULE("plain", 1, USUAL("r7+16")),
	RULE("plain", 2, SAVED("r7+16")),
	RULE("plain", 3, SAVED("r6+16")),
	RULE("plain", 4, SAVED("r7+8")),
	RULE("drap", 0, "cfa=*(r6-8) ra=*(cfa-8) fp=*(r6+0)"),
	RULE("addend", 0, USUAL("r7+8")),
	RULE("addend", 1, SAVED("r7+8")),
	RULE("addend", 2, SAVED("*(r7+208)+8")),
	RULE("addend", 3, SAVED("r7+8")),
	RULE("other_register", 0, USUAL("r10+0")),
	RULE("return_in_register", 0, "cfa=r7+8 ra=r11+0 fp=r6+0"),
	RULE("fp_in_register", 0, "cfa=r7+8 ra=*(cfa-8) fp=r3+0"),
	RULE("outermost", 0, "outermost"),
	RULE("before", 15, USUAL("r7+8")),
	RULE("trampoline", 0, "signal"),
	GAP("strange_signal", 0, SYNTH_GAP_RA),
	RULE("strange_cfa", 0, USUAL("r7+8")),
	GAP("strange_cfa", 1, SYNTH_GAP_CFA),
	RULE("strange_cfa", 2, USUAL("r7+8")),
	GAP("low_cfa", 0, SYNTH_GAP_CFA),
	RULE("indexed", 0, USUAL("*(r7+8+8*r9)+8")),
	GAP("half_indexed", 0, SYNTH_GAP_CFA),
	GAP("indexed_itself", 0, SYNTH_GAP_CFA),
	GAP("three_registers", 0, SYNTH_GAP_CFA),
	RULE("strange_ra", 0, USUAL("r7+8")),
	GAP("strange_ra", 1, SYNTH_GAP_RA),
	GAP("strange_fp", 1, SYNTH_GAP_FP),
	GAP("undefined_fp", 0, SYNTH_GAP_FP),
	GAP("fp_is_cfa", 0, SYNTH_GAP_FP),
	GAP("fp_over_ra", 0, SYNTH_GAP_FP),
	RULE("strange_sp", 0, USUAL("r7+8")),
	GAP("strange_sp", 1, SYNTH_GAP_SP),
	RULE("long_one", 299, USUAL("r7+8")),
	RULE("long_one", 300, USUAL("r7+16")),
	RULE("long_one", 70299, USUAL("r7+16")),
	RULE("long_one", 70300, USUAL("r7+24")),
	RULE("blocks", 0, USUAL("r7+8")),
	RULE("blocks", 10, USUAL("r7+8")),
	RULE("blocks", 11, USUAL("r7+16")),
	RULE("blocks", 16, USUAL("r7+8")),
	RULE("blocks", 63, USUAL("r7+16")),
	GAP("silent", 0, SYNTH_GAP_COUNT),
};

static u64 address_of(const struct object *o, const char *name)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	GElf_Sym sym;
	size_t i;

	while ((scn = elf_nextscn(o->elf, scn))) {
		gelf_getshdr(scn, &shdr);
		if (shdr.sh_type != SHT_SYMTAB)
			continue;
		for (i = 0; gelf_getsym(elf_getdata(scn, NULL), i, &sym); i++)
			if (!strcmp(elf_strptr(o->elf, shdr.sh_link, sym.st_name), name))
				return sym.st_value;
	}
	return 0;
}

static enum synth_gap gap_at(const struct synth_report *r, u64 addr)
{
	u32 i;

	for (i = 0; i < r->n_holes; i++)
		if (addr >= r->holes[i].start && addr < r->holes[i].start + r->holes[i].len)
			return r->holes[i].why;
	return SYNTH_GAP_COUNT;
}

static bool is_as_expected(struct made *m, const struct expected *e)
{
	u64 addr = address_of(&m->object, e->function) + e->at;
	struct rule rule = compiled_rule(&m->compiled, &m->object, addr);
	enum synth_gap why = gap_at(&m->report, addr);
	const char *want = e->rule ? e->rule : "nothing";

	if (!strcmp(rule_text(&rule), want) && why == e->why)
		return true;
	printf("# %s+%u: %s, %s; want %s, %s\n", e->function, e->at, rule_text(&rule),
	       synth_gap_name(why), want, synth_gap_name(e->why));
	return false;
}

static void check_rules(struct made *m, const char *file)
{
	u32 i, good = 0;

	for (i = 0; i < ARRAY_SIZE(expected); i++)
		good += is_as_expected(m, &expected[i]);
	ok(good == ARRAY_SIZE(expected), "%s: %u of %zu rules and gaps are as written", file, good,
	   ARRAY_SIZE(expected));
}

static void check_equal(struct made *m, const char *file)
{
	struct count c = {};
	u64 i;

	count(m, 0, UINT64_MAX, &c);
	ok(c.equal && !c.wrong, "%s: elfutils says the same of %llu bytes", file,
	   (unsigned long long)c.equal);
	for (i = 0; i < c.wrong && i < MAX_WRONGS; i++) {
		printf("# %#llx %s: %s", (unsigned long long)c.wrongs[i].addr, c.wrongs[i].what,
		       rule_text(&c.wrongs[i].truth));
		printf(", %s\n", rule_text(&c.wrongs[i].table));
	}
}

/* What else is to be said of one file. */
static void check_odd(struct made *m, const char *file)
{
	const struct synth_report *r = &m->report;

	is(m->section.version, 3, "%s: version 3", file);
	is(r->covered[SYNTH_KIND_BLOCK], 64, "%s: a repeating block of 64 bytes", file);
	is(r->covered[SYNTH_KIND_EXTENDED], 2, "%s: two bytes have extended rules", file);
	is(r->covered[SYNTH_KIND_SIGNAL], 1, "%s: one is a signal frame's", file);
	is(r->covered[SYNTH_KIND_OUTERMOST], 1, "%s: one is outermost", file);
}

static void check_joined(struct made *m, const char *file)
{
	is(m->section.text[0].vaddr, 0, "%s: its text begins at 0", file);
	is(m->section.base, 1, "%s: but the base is not 0", file);
}

static void check_far(struct made *m, const char *file)
{
	static const struct expected far[] = {
		RULE("far", 0, USUAL("r7+8")), RULE("far", 1, USUAL("r7+16")),
	};

	is(m->section.n_text, 2, "%s: text in two pieces", file);
	ok(is_as_expected(m, &far[0]) && is_as_expected(m, &far[1]), "%s: both have rules", file);
}

/* libdw runs a function from its beginning and so has no rule from there on. */
static void check_refused(struct made *m, const char *file)
{
	static const struct expected refused[] = {
		RULE("refused", 0, USUAL("r7+8")), GAP("refused", 1, SYNTH_GAP_CFI),
	};

	ok(is_as_expected(m, &refused[0]) && is_as_expected(m, &refused[1]),
	   "%s: up to an instruction that is none", file);
}

static void check_debug(struct made *m, const char *file)
{
	is(m->object.debug_frame, true, "%s: it has no .eh_frame", file);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *file;
		void (*check)(struct made *m, const char *file);
	} files[] = {
		{ "odd.so", check_odd },
		{ "joined.so", check_joined },
		{ "far.so", check_far },
		{ "refused.so", check_refused },
		{ "debug.so", check_debug },
	};
	const char *why;
	char path[4096];
	struct made m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files) && argc > 1; i++) {
		snprintf(path, sizeof(path), "%s/%s", argv[1], files[i].file);
		if (!made_open(&m, path, &why)) {
			ok(false, "%s: %s", files[i].file, why);
			continue;
		}
		check_rules(&m, files[i].file);
		check_equal(&m, files[i].file);
		files[i].check(&m, files[i].file);
		made_close(&m);
	}
	return tap_done();
}
