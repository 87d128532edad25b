// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why .sframe says nothing where .eh_frame does: each reason as narrow as it can
 * be said. What has none of them fails the test.
 */
#include "causes.h"

static bool unchanged_or_saved(const struct place *p, u8 reg)
{
	if (p->reg == reg)
		return !p->deref && !p->off;
	return p->reg == CFA_REG && p->deref;
}

/* A default entry's row; marks are no reason to leave out a function. */
static bool is_default(const struct arch *arch, const struct rule *r)
{
	if (r->cfa.deref || (r->cfa.reg != arch->sp && r->cfa.reg != arch->fp))
		return false;
	if (!unchanged_or_saved(&r->fp, arch->fp))
		return false;
	if (r->kind != ROW)
		return true;
	if (!arch->cfa_ra)
		return unchanged_or_saved(&r->ra, arch->ra);
	return same_place(&r->ra, &(struct place) {
		.deref = true, .reg = CFA_REG, .off = arch->cfa_ra,
	});
}

/*
 * Flexible entries (version 3, and not for AArch64) have a CFA from any register.
 * Of expressions gas takes the word at fp + a constant.
 */
static bool is_flexible(const struct arch *arch, const struct rule *r)
{
	return arch->machine != EM_AARCH64 && (!r->cfa.deref || r->cfa.reg == arch->fp);
}

static bool can_be_said(const struct site *site, const struct rule *r)
{
	const struct arch *arch = site->object->arch;

	if (r->kind == STRANGE)
		return false;
	return is_default(arch, r) || (site->version == 3 && is_flexible(arch, r));
}

/* Before version 3 any escape is a reason, be it about a register of no interest. */
static bool says_too_much(const struct site *site, struct cfi *cfi)
{
	struct rule r;
	u64 at;

	if (site->version < 3 && site->fde->escapes)
		return true;
	for (at = site->fde->start; at < site->fde->end; at++) {
		r = cfi_rule(cfi, at);
		if (!can_be_said(site, &r))
			return true;
	}
	return false;
}

/*
 * ld 2.40 leaves out .plt.got, and of .plt.sec, however long it is, all that
 * lies behind 16 bytes that it takes for a first entry and two more entries.
 */
static bool is_left_out_plt(const struct site *site, u64 said)
{
	if (!site_is(site, EM_X86_64, "2.40"))
		return false;
	if (site_in(site, ".plt.got"))
		return !said;
	return site_in(site, ".plt.sec") && said == 48 && site->addr == site->start + said;
}

/*
 * s390x's ld leaves out the PLT if the first object has no .sframe: zstd.so's is
 * debug.o, which has no functions.
 */
static bool is_plt_behind_data(const struct site *site, u64 said)
{
	const char *name = strrchr(site->object->path, '/');

	return site_is(site, EM_S390, "2.47") && site_in(site, ".plt") && !said &&
	       name && !strcmp(name, "/zstd.so");
}

/* Of a start file, or in a static program. */
static bool is_foreign(const struct site *site)
{
	const struct object *o = site->object;
	const char *name = object_symbol(o, site->fde->start);

	if (o->own)
		return !object_has_part(o, o->own, site->fde->start);
	if (o->relocatable || !site_in(site, ".text"))
		return false;
	return !strcmp(name, "_start") || !strcmp(name, "_dl_relocate_static_pie");
}

enum absence absence_of(const struct site *site, struct cfi *cfi, u64 said)
{
	if (is_left_out_plt(site, said) || is_plt_behind_data(site, said))
		return ABSENT_PLT;
	/* An assembler leaves out a function as a whole. */
	if (said || !site->fde)
		return ABSENT_UNEXPLAINED;
	if (is_foreign(site))
		return ABSENT_FOREIGN;
	return says_too_much(site, cfi) ? ABSENT_INEXPRESSIBLE : ABSENT_UNEXPLAINED;
}

const char *absence_name(enum absence a)
{
	static const char *const names[] = {
		[ABSENT_UNEXPLAINED] = "unexplained",
		[ABSENT_INEXPRESSIBLE] = "functions that this version, or its gas, cannot say",
		[ABSENT_FOREIGN] = "of the C library",
		[ABSENT_PLT] = "ld 2.40, or s390x's: left out of the PLT",
	};

	return names[a];
}
