// SPDX-License-Identifier: GPL-2.0-only
/*
 * What toolchains are known to leave out or to get wrong, each as narrow as it
 * can be said. Whatever is not here fails the test.
 */
#include "compare.h"

/* Can this version of SFrame say @r? */
static bool expressible(const struct site *site, const struct rule *r)
{
	const struct arch *arch = site->object->arch;

	if (r->kind == STRANGE)
		return false;
	/* Of expressions for the CFA gas takes the word at fp + a constant. */
	if (site->version == 3)
		return r->kind != ROW || !r->cfa.deref || r->cfa.reg == arch->fp;
	/* The marks, and flexible entries, are version 3's. */
	if (r->kind != ROW)
		return false;
	if (r->cfa.deref || (r->cfa.reg != arch->sp && r->cfa.reg != arch->fp))
		return false;
	if (arch->cfa_ra && (!r->ra.deref || r->ra.reg != CFA_REG || r->ra.off != arch->cfa_ra))
		return false;
	if (r->ra.reg != arch->ra && (r->ra.reg != CFA_REG || !r->ra.deref))
		return false;
	return r->fp.reg == arch->fp ? !r->fp.deref && !r->fp.off :
				       r->fp.reg == CFA_REG && r->fp.deref;
}

static bool says_too_much(const struct site *site, struct cfi *cfi)
{
	struct rule r;
	u64 at;

	for (at = site->fde->start; at < site->fde->end; at++) {
		r = cfi_rule(cfi, at);
		if (!expressible(site, &r))
			return true;
	}
	return false;
}

static bool is_amd64(const struct site *site, const char *toolchain)
{
	return site->object->arch->machine == EM_X86_64 && !strcmp(site->toolchain, toolchain);
}

static bool in_section(const struct site *site, const char *name)
{
	return !strcmp(site->section, name);
}

/*
 * ld 2.40 leaves out .plt.got, and of .plt.sec, however long it is, all that
 * lies behind 16 bytes that it takes for a first entry and two more entries.
 */
static bool is_left_out_plt(const struct site *site, u64 said)
{
	if (!is_amd64(site, "2.40"))
		return false;
	if (in_section(site, ".plt.got"))
		return !said;
	return in_section(site, ".plt.sec") && said == 48 && site->addr == site->start + said;
}

enum absence absence_of(const struct site *site, struct cfi *cfi, u64 said)
{
	if (is_left_out_plt(site, said))
		return ABSENT_PLT;
	/* An assembler leaves out a function as a whole. */
	if (said || !site->fde)
		return ABSENT_UNEXPLAINED;
	if (!site->object->relocatable && in_section(site, ".text") &&
	    !strcmp(object_symbol(site->object, site->fde->start), "_start"))
		return ABSENT_START;
	return says_too_much(site, cfi) ? ABSENT_INEXPRESSIBLE : ABSENT_UNEXPLAINED;
}

const char *absence_name(enum absence a)
{
	static const char *const names[] = {
		[ABSENT_UNEXPLAINED] = "unexplained",
		[ABSENT_INEXPRESSIBLE] = "functions with rules that this version cannot say",
		[ABSENT_START] = "_start, from the C library's start file",
		[ABSENT_PLT] = "ld 2.40: .plt.got, and .plt.sec but for 48 bytes",
	};

	return names[a];
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
	return (is_amd64(site, "2.44") || is_amd64(site, "2.47")) &&
	       in_section(site, ".plt.got") && cfa_differs(site, 8, 16);
}

/* ... each byte of the section. */
static u64 plt_got_count(const struct section *s)
{
	return strcmp(s->name, ".plt.got") ? 0 : s->end - s->start;
}

/*
 * With -z ibtplt an entry is endbr64, push, jump: the word is on the stack from
 * byte 9 on. ld 2.40 describes jump, push, jump: from byte 11 on.
 */
static bool ibt_plt(const struct site *site)
{
	u64 at = site->addr - site->start;

	return is_amd64(site, "2.40") && in_section(site, ".plt") && at >= 16 &&
	       (at % 16 == 9 || at % 16 == 10) && cfa_differs(site, 16, 8);
}

/* ... two bytes of each entry but the first. */
static u64 ibt_plt_count(const struct section *s)
{
	return strcmp(s->name, ".plt") ? 0 : 2 * ((s->end - s->start) / 16 - 1);
}

/* Its first entry is as the others are, not as the first one of .plt. */
static bool plt_sec(const struct site *site)
{
	u64 at = site->addr - site->start;

	return is_amd64(site, "2.40") && in_section(site, ".plt.sec") && at < 16 &&
	       cfa_differs(site, 8, at < 6 ? 16 : 24);
}

static u64 plt_sec_count(const struct section *s)
{
	return strcmp(s->name, ".plt.sec") ? 0 : 16;
}

static const struct {
	const char *name;
	bool (*is)(const struct site *site);
	u64 (*count)(const struct section *section);
} causes[N_CAUSES] = {
	{ "ld 2.44 and 2.47: .plt.got has cfa = sp + 8", plt_got, plt_got_count },
	{ "ld 2.40: .plt with -z ibtplt pushes at once", ibt_plt, ibt_plt_count },
	{ "ld 2.40: .plt.sec has no special first entry", plt_sec, plt_sec_count },
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

u64 cause_count(int cause, const struct object *o)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < o->n_texts; i++)
		count += causes[cause].count(&o->texts[i]);
	return count;
}
