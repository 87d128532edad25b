// SPDX-License-Identifier: GPL-2.0-only
/*
 * A section in the words of objdump --sframe, by what the core decodes: white
 * space is one blank, empty lines are left out.
 */
#include <stdlib.h>
#include "agree.h"
#include "decode.h"
#include "tap.h"

#define FIXED_ROW	64

static void say_header(const struct sfr_compile_plan *plan, FILE *out)
{
	static const struct {
		u8 flag;
		const char *name;
	} flags[] = {
		{ SFR_F_SORTED, "SFRAME_F_FDE_SORTED" },
		{ SFR_F_FRAME_POINTER, "SFRAME_F_FRAME_POINTER" },
		{ SFR_F_START_PCREL, "SFRAME_F_FDE_FUNC_START_PCREL" },
	};
	const char *before = "Flags: ";
	size_t i;

	fprintf(out, "Contents of the SFrame section .sframe:\nHeader :\n");
	fprintf(out, "Version: SFRAME_VERSION_%d\n", plan->version);
	if (!plan->flags)
		fprintf(out, "Flags: NONE");
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (plan->flags & flags[i].flag) {
			fprintf(out, "%s%s", before, flags[i].name);
			before = ",\n";
		}
	}
	/* Version 1's objdump does not know the field. */
	if (plan->fixed_ra && plan->version > 1)
		fprintf(out, "\nCFA fixed RA offset: %d", plan->fixed_ra);
	fprintf(out, "\nNum FDEs: %u\nNum FREs: %u\nFunction Index :\n", plan->n_fdes,
		plan->n_fres);
}

/* "sp+8", "(fp-8)": a register and what is found there; "c-16": on the stack. */
static const char *say_place(u8 base, s32 off, char *text)
{
	char reg[8];

	switch (base & ~SFR_BASE_DEREF) {
	case SFR_BASE_SP:
		snprintf(reg, sizeof(reg), "sp");
		break;
	case SFR_BASE_FP:
		snprintf(reg, sizeof(reg), "fp");
		break;
	case SFR_BASE_CFA:
		snprintf(text, FIXED_ROW, base & SFR_BASE_DEREF ? "c%+d" : "cfa%+d", off);
		return text;
	default:
		snprintf(reg, sizeof(reg), "r%d", (base & ~SFR_BASE_DEREF) - SFR_BASE_REG);
	}
	snprintf(text, FIXED_ROW, base & SFR_BASE_DEREF ? "(%s%+d)" : "%s%+d", reg, off);
	return text;
}

/*
 * Is the return address as at the function's entry? objdump tells apart where the
 * row has a word that says so, a padding that FP's word follows, and where it has
 * none: version 1 and AArch64 and s390x "u", AMD64 "f", for fixed.
 */
static bool ra_is_default(const struct object *o, const struct sfr_rule *rule)
{
	switch (o->abi) {
	case SFR_ABI_AMD64_LE:
		return rule->ra_base == (SFR_BASE_CFA | SFR_BASE_DEREF) && rule->ra_off == -8;
	case SFR_ABI_S390X_BE:
		return rule->ra_base == SFR_BASE_REG + 14;
	default:
		return rule->ra_base == SFR_BASE_REG + 30;
	}
}

static const char *say_ra(const struct object *o, const struct sfr_compile_plan *plan,
			  const struct sfr_fde *fde, const struct sfr_fre *fre,
			  const struct sfr_rule *rule, char *text)
{
	unsigned int before_ra = fde->type ? 2 : 1;
	bool fixed = o->abi == SFR_ABI_AMD64_LE;

	if (!ra_is_default(o, rule))
		return say_place(rule->ra_base, rule->ra_off, text);
	if (SFR_FRE_COUNT(fre->info) > before_ra && (fde->type || !fixed))
		return "U";
	return fixed && plan->version > 1 ? "f" : "u";
}

static void say_row(const struct object *o, const struct sfr_compile_plan *plan,
		    const struct sfr_fde *fde, const struct sfr_fre *fre,
		    const struct sfr_rule *rule, FILE *out)
{
	char cfa[FIXED_ROW], fp[FIXED_ROW], ra[FIXED_ROW];

	if (rule->flags & SFR_RULE_OUTERMOST) {
		fprintf(out, " RA undefined\n");
		return;
	}
	say_place(rule->cfa_base, rule->cfa_off, cfa);
	fprintf(out, " %s", cfa);
	if (rule->fp_base == SFR_BASE_FP && !rule->fp_off)
		fprintf(out, " u");
	else
		fprintf(out, " %s", say_place(rule->fp_base, rule->fp_off, fp));
	fprintf(out, " %s%s\n", say_ra(o, plan, fde, fre, rule, ra),
		rule->flags & SFR_RULE_RA_SIGNED ? "[s]" : "");
}

static enum sfr_status say_func(const struct object *o, const struct sfr_compile_plan *plan,
				u32 i, FILE *out)
{
	enum sfr_status status;
	struct sfr_extent extent;
	struct sfr_cursor c;
	struct sfr_fde fde;
	struct sfr_fre fre;
	struct sfr_rule rule;
	u64 pc;
	u32 k;

	status = sfr_decode_extent(o->bytes, plan, i, &extent);
	if (!status)
		status = sfr_decode_fde(o->bytes, plan, i, &fde);
	if (status)
		return status;
	pc = o->addr + extent.start;
	fprintf(out, "func idx [%u]: pc = 0x%llx, size = %u bytes", i,
		(unsigned long long)pc, extent.size);
	if (fde.signal || fde.type)
		fprintf(out, ", attr = \"%s%s\"", fde.signal ? "S" : "", fde.type ? "F" : "");
	if (fde.key_b)
		fprintf(out, ", pauth = B key");
	fprintf(out, "\nSTARTPC%s CFA FP RA\n", fde.rep_size ? "[m]" : "");
	c = sfr_decode_fres(o->bytes, plan, &fde);
	for (k = 0; k < fde.n_fres; k++) {
		status = sfr_decode_fre(&c, &fde, &fre);
		if (!status)
			status = sfr_decode_rule(plan, &fde, &fre, &rule);
		if (status)
			return status;
		fprintf(out, "%016llx", fre.start + (unsigned long long)(fde.rep_size ? 0 : pc));
		say_row(o, plan, &fde, &fre, &rule, out);
	}
	return SFR_OK;
}

bool expect(const struct object *o, FILE *out, struct counts *counts)
{
	struct sfr_compile_options opt = { .abi = o->abi, .max_rows = ~0u };
	struct sfr_compile_plan plan;
	enum sfr_status status;
	u32 i;

	status = sfr_decode_header(o->bytes, o->len, &opt, &plan);
	if (!status)
		say_header(&plan, out);
	for (i = 0; !status && i < plan.n_fdes; i++)
		status = say_func(o, &plan, i, out);
	if (status) {
		fprintf(out, "refused: %s\n", sfr_status_name(status));
		return false;
	}
	counts->funcs += plan.n_fdes;
	counts->rows += plan.n_fres;
	return true;
}
