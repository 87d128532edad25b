// SPDX-License-Identifier: GPL-2.0-only
/*
 * What toolchains are known to get wrong: each as narrow as it can be said.
 * What is not here fails the test.
 */
#include "causes.h"

static u64 section_size(const struct object *o, const char *name)
{
	u32 i;

	for (i = 0; i < o->n_texts; i++)
		if (!strcmp(o->texts[i].name, name))
			return o->texts[i].end - o->texts[i].start;
	return 0;
}

static bool is_cfa(const struct rule *r, u8 reg, s64 off)
{
	return r->kind == ROW && !r->cfa.deref && r->cfa.reg == reg && r->cfa.off == off;
}

/* Do the two differ only in that the CFA is sp + @truth, but sp + @table is said? */
static bool cfa_differs(const struct site *site, s64 truth, s64 table)
{
	struct rule mended = site->table;
	u8 sp = site->object->arch->sp;

	if (!is_cfa(&site->truth, sp, truth) || !is_cfa(&site->table, sp, table))
		return false;
	mended.cfa = site->truth.cfa;
	return same_rule(&mended, &site->truth);
}

/* An entry is one indirect jump; ld describes it as one that has pushed a word. */
static bool plt_got(const struct site *site)
{
	return (site_is(site, EM_X86_64, "2.44") || site_is(site, EM_X86_64, "2.47")) &&
	       site_in(site, ".plt.got") && cfa_differs(site, 8, 16);
}

/* Each byte of the section. */
static u64 plt_got_count(const struct object *o)
{
	return section_size(o, ".plt.got");
}

/*
 * With -z ibtplt an entry is endbr64, push, jump: the word is on the stack from
 * byte 9 on. ld 2.40 describes jump, push, jump: from byte 11 on.
 */
static bool ibt_plt(const struct site *site)
{
	u64 at = site->addr - site->start;

	return site_is(site, EM_X86_64, "2.40") && site_in(site, ".plt") && at >= 16 &&
	       (at % 16 == 9 || at % 16 == 10) && cfa_differs(site, 16, 8);
}

/* Two bytes of each entry but the first. */
static u64 ibt_plt_count(const struct object *o)
{
	return 2 * (section_size(o, ".plt") / 16 - 1);
}

/* Its first entry is as the others are, not as the first one of .plt. */
static bool plt_sec(const struct site *site)
{
	u64 at = site->addr - site->start;

	return site_is(site, EM_X86_64, "2.40") && site_in(site, ".plt.sec") && at < 16 &&
	       cfa_differs(site, 8, at < 6 ? 16 : 24);
}

static u64 plt_sec_count(const struct object *o)
{
	(void)o;
	return 16;
}

/* All but the mark is as .eh_frame says. */
static bool signal_mark(const struct site *site)
{
	return site->version < 3 && site->truth.kind == SIGNAL && site->table.kind == ROW &&
	       same_places(&site->truth, &site->table);
}

static struct place default_ra(const struct arch *arch)
{
	if (!arch->cfa_ra)
		return (struct place) { .reg = arch->ra };
	return (struct place) { .deref = true, .reg = CFA_REG, .off = arch->cfa_ra };
}

/* The return address is said to be where it is in functions that say nothing of it. */
static bool outermost_mark(const struct site *site)
{
	struct rule mended = site->truth;

	mended.ra = default_ra(site->object->arch);
	return site->version < 3 && site->truth.kind == OUTERMOST && site->table.kind == ROW &&
	       same_places(&mended, &site->table);
}

static bool is_symbol(const struct site *site, const char *name)
{
	return site->fde && !strcmp(object_symbol(site->object, site->fde->start), name);
}

/* From nop, pop on, behind .cfi_offset %rip. */
static bool no_longer_outermost(const struct site *site)
{
	return site_is(site, EM_X86_64, "2.47") && is_symbol(site, "marks_outermost_later") &&
	       site->addr >= site->fde->start + 3 && site->truth.kind == ROW &&
	       site->table.kind == OUTERMOST;
}

static u64 no_longer_outermost_count(const struct object *o)
{
	(void)o;
	return 2;
}

/* gas 2.40 does not look at the register that a directive puts the CFA on. */
static bool other_register(const struct site *site)
{
	const struct arch *arch = site->object->arch;
	struct rule mended = site->truth;

	if (strcmp(site->toolchain, "2.40") || site->truth.cfa.deref ||
	    site->truth.cfa.reg == arch->sp || site->truth.cfa.reg == arch->fp)
		return false;
	mended.cfa.reg = arch->sp;
	if (mended.kind == OUTERMOST)
		mended.ra = default_ra(arch);
	return site->table.kind == ROW && same_places(&mended, &site->table);
}

static const struct {
	const char *name;
	bool (*is)(const struct site *site);
	u64 (*count)(const struct object *o);	/* NULL: ->is() says all */
} causes[N_CAUSES] = {
	{ "ld 2.44 and 2.47: .plt.got has cfa = sp + 8", plt_got, plt_got_count },
	{ "ld 2.40: .plt with -z ibtplt pushes at once", ibt_plt, ibt_plt_count },
	{ "ld 2.40: .plt.sec has no special first entry", plt_sec, plt_sec_count },
	{ "versions 1 and 2: no mark for signal frames", signal_mark, NULL },
	{ "versions 1 and 2: no mark for outermost frames", outermost_mark, NULL },
	{ "gas 2.47: outermost once, outermost ever", no_longer_outermost,
	  no_longer_outermost_count },
	{ "gas 2.40: a CFA from another register is taken for sp", other_register, NULL },
};

int cause_of(const struct site *site)
{
	int i;

	for (i = 0; i < N_CAUSES; i++)
		if (causes[i].is(site))
			return i;
	return -1;
}

const char *cause_name(int cause)
{
	return causes[cause].name;
}

bool cause_count_is(int cause, const struct object *o, u64 count)
{
	return !count || !causes[cause].count || causes[cause].count(o) == count;
}
