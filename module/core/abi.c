// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * From a row's words to a rule ("Interpretation of SFrame FREs"). Process
 * context; the words are hostile.
 */
#include <sfr_env.h>
#include "abi.h"
#include "compile.h"
#include "format.h"

#define STACK_SLOT	(SFR_BASE_CFA | SFR_BASE_DEREF)

/* The return address, where nothing else is said: as at the function's entry. */
static void default_ra(const struct sfr_abi_desc *abi, struct sfr_rule *rule)
{
	rule->ra_base = abi->fixed_ra ? STACK_SLOT : SFR_BASE_REG + abi->ra;
	rule->ra_off = abi->fixed_ra;
}

/* gas (2.47) writes nonsense for what it cannot say: that costs a row, no more. */
static u8 register_base(const struct sfr_abi_desc *abi, u32 reg)
{
	if (reg == abi->sp)
		return SFR_BASE_SP;
	if (reg == abi->fp)
		return SFR_BASE_FP;
	return reg < abi->n_regs ? SFR_BASE_REG + reg : SFR_BASE_NO_REG;
}

/* cfa = base + word 0; fp = *(cfa + word 1). */
static enum sfr_status amd64_rule(const struct sfr_abi_desc *abi, const struct sfr_words *words,
				  struct sfr_rule *rule)
{
	if (words->n > 2)
		return SFR_ERR_FRE_INFO;
	rule->cfa_off = words->word[0];
	default_ra(abi, rule);
	if (words->n == 2) {
		rule->fp_base = STACK_SLOT;
		rule->fp_off = words->word[1];
	}
	return SFR_OK;
}

/* cfa = base + word 0; ra = *(cfa + word 1), 0: not saved; fp = *(cfa + word 2). */
static enum sfr_status aarch64_rule(const struct sfr_abi_desc *abi,
				    const struct sfr_words *words, struct sfr_rule *rule)
{
	if (words->n > 3)
		return SFR_ERR_FRE_INFO;
	rule->cfa_off = words->word[0];
	default_ra(abi, rule);
	if (words->n > 1 && words->word[1]) {
		rule->ra_base = STACK_SLOT;
		rule->ra_off = words->word[1];
	}
	if (words->n > 2) {
		rule->fp_base = STACK_SLOT;
		rule->fp_off = words->word[2];
	}
	return SFR_OK;
}

/* Version 2: an odd word is 2 * the number of the register that holds it + 1. */
static void s390x_register(const struct sfr_abi_desc *abi, u8 *base, s32 *off)
{
	if (!(*off & 1) || *base != STACK_SLOT)
		return;
	*base = register_base(abi, (u32)*off >> 1);
	*off = 0;
}

/* As AArch64's. */
static enum sfr_status s390x_rule(const struct sfr_abi_desc *abi, const struct sfr_words *words,
				  struct sfr_rule *rule)
{
	enum sfr_status status = aarch64_rule(abi, words, rule);

	if (words->version == 2) {
		s390x_register(abi, &rule->ra_base, &rule->ra_off);
		s390x_register(abi, &rule->fp_base, &rule->fp_off);
	}
	return status;
}

static const struct sfr_abi_desc abis[] = {
	[SFR_ABI_AARCH64_BE] = {
		.min_version = 1, .big = true, .signs_ra = true,
		.sp = 31, .fp = 29, .ra = 30, .n_regs = 32, .cfa_unit = 1,
		.rule = aarch64_rule,
	},
	[SFR_ABI_AARCH64_LE] = {
		.min_version = 1, .signs_ra = true,
		.sp = 31, .fp = 29, .ra = 30, .n_regs = 32, .cfa_unit = 1,
		.rule = aarch64_rule,
	},
	[SFR_ABI_AMD64_LE] = {
		.min_version = 1, .fixed_ra = -8, .v1_rep_size = SFR_V1_REP_SIZE,
		.sp = 7, .fp = 6, .n_regs = 16, .cfa_unit = 1,
		.rule = amd64_rule,
	},
	/*
	 * Registers 16 to 31: floating point, in which leaf functions save others.
	 * A CFA is at least 160 above sp, and that is left out. So writes gas in
	 * flexible functions, too, of which the specification does not say it.
	 */
	[SFR_ABI_S390X_BE] = {
		.min_version = 2, .big = true,
		.sp = 15, .fp = 11, .ra = 14, .n_regs = 32, .cfa_unit = 8, .cfa_bias = 160,
		.rule = s390x_rule,
	},
};

const struct sfr_abi_desc *sfr_abi(u8 abi, u8 version)
{
	if (abi < SFR_ABI_AARCH64_BE || abi > SFR_ABI_S390X_BE)
		return NULL;
	return version < abis[abi].min_version ? NULL : &abis[abi];
}

/* Control words are unsigned. */
static u32 words_mask(const struct sfr_words *words)
{
	return words->width == 4 ? ~0u : (1u << 8 * words->width) - 1;
}

/* "Flexible FDE Type Interpretation": a control word, and an offset. */
static enum sfr_status place(const struct sfr_abi_desc *abi, u32 control, s32 word,
			     u8 *base, s32 *off)
{
	if (control & SFR_CONTROL_RESERVED)
		return SFR_ERR_FRE_INFO;
	if (control & SFR_CONTROL_REG)
		*base = register_base(abi, control >> SFR_CONTROL_REG_SHIFT);
	else
		*base = SFR_BASE_CFA;
	if (control & SFR_CONTROL_DEREF)
		*base |= SFR_BASE_DEREF;
	*off = word;
	return SFR_OK;
}

/*
 * The extension: cfa = base + an addend, and the base may be a word of an array, which a
 * register counts. What the rule calls cfa is the base; its other offsets count from there.
 */
struct extended {
	s32 addend;
	u8 index;		/* SFR_BASE_*; CFA: there is none */
};

/* Behind the CFA's pair: the addend, and of an indexed function the register. */
static enum sfr_status extend(const struct sfr_abi_desc *abi, const struct sfr_words *words,
			      unsigned int *at, struct extended *extended)
{
	bool indexed = words->type == SFR_FDE_TYPE_INDEXED;
	u32 control;

	if (words->n - *at < 1u + indexed)
		return SFR_ERR_FRE_INFO;
	extended->addend = words->word[(*at)++];
	if (!indexed)
		return SFR_OK;
	control = words->word[(*at)++] & words_mask(words);
	if ((control & ((1 << SFR_CONTROL_REG_SHIFT) - 1)) != SFR_CONTROL_REG)
		return SFR_ERR_FRE_INFO;
	extended->index = register_base(abi, control >> SFR_CONTROL_REG_SHIFT);
	return SFR_OK;
}

/* ra = *(base + addend - 8), and just above it is the caller's sp. */
static enum sfr_status move_to_base(const struct extended *extended, struct sfr_rule *rule)
{
	if (rule->ra_base != STACK_SLOT || rule->ra_off != SFR_COMMON_RA)
		return SFR_ERR_RULE;
	rule->flags |= SFR_RULE_ADDEND;
	if (__builtin_add_overflow(rule->ra_off, extended->addend, &rule->ra_off))
		return SFR_ERR_RULE;
	if ((rule->fp_base & ~SFR_BASE_DEREF) == SFR_BASE_CFA &&
	    __builtin_add_overflow(rule->fp_off, extended->addend, &rule->fp_off))
		return SFR_ERR_RULE;
	if (extended->index != SFR_BASE_CFA)
		rule->ra_base = extended->index;
	return SFR_OK;
}

/*
 * cfa, ra and fp in this order; a control of 0 stands alone and changes nothing. The
 * extension has a word or two more, behind the CFA's.
 */
static enum sfr_status flexible_rule(const struct sfr_abi_desc *abi,
				     const struct sfr_words *words, struct sfr_rule *rule)
{
	u8 *bases[] = { &rule->cfa_base, &rule->ra_base, &rule->fp_base };
	s32 *offs[] = { &rule->cfa_off, &rule->ra_off, &rule->fp_off };
	struct extended extended = { .index = SFR_BASE_CFA };
	bool is_extended = words->type == SFR_FDE_TYPE_ADDEND ||
			   words->type == SFR_FDE_TYPE_INDEXED;
	enum sfr_status status = SFR_OK;
	unsigned int i, at = 0;
	u32 control;

	default_ra(abi, rule);
	for (i = 0; i < 3 && at < words->n; i++) {
		control = words->word[at++] & words_mask(words);
		if (i == 0 && !(control & SFR_CONTROL_REG))
			return SFR_ERR_RULE;
		if (!control)
			continue;
		if (at == words->n)
			return SFR_ERR_FRE_INFO;
		status = place(abi, control, words->word[at++], bases[i], offs[i]);
		if (!status && i == 0 && is_extended)
			status = extend(abi, words, &at, &extended);
		if (status)
			return status;
	}
	if (at < words->n)
		return SFR_ERR_FRE_INFO;
	return is_extended ? move_to_base(&extended, rule) : SFR_OK;
}

/*
 * Refused is only what can be no frame at all: a CFA below the stack pointer,
 * and a frame pointer saved over the return address. Anything else may come from
 * an honest assembler and costs one row at most, since each step checks its CFA:
 * glibc's vfork pops its return address (cfa = sp + 0, which makes no progress),
 * hand-written code may misalign the stack, and a frame pointer that addresses
 * the middle of a frame leaves its offset free.
 */
static enum sfr_status check(const struct sfr_rule *rule)
{
	s64 apart = (s64)rule->fp_off - rule->ra_off;

	if (rule->cfa_base == SFR_BASE_SP && rule->cfa_off < 0)
		return SFR_ERR_RULE;
	if (rule->ra_base == STACK_SLOT && rule->fp_base == STACK_SLOT && apart > -8 && apart < 8)
		return SFR_ERR_RULE;
	return SFR_OK;
}

static enum sfr_status scale_cfa(const struct sfr_abi_desc *abi, struct sfr_rule *rule)
{
	return __builtin_mul_overflow(rule->cfa_off, abi->cfa_unit, &rule->cfa_off) ||
	       __builtin_add_overflow(rule->cfa_off, abi->cfa_bias, &rule->cfa_off) ?
		       SFR_ERR_RULE : SFR_OK;
}

static bool is_common(const struct sfr_abi_desc *abi, const struct sfr_rule *rule)
{
	return abi->fixed_ra == SFR_COMMON_RA && rule->cfa_base <= SFR_BASE_FP &&
	       rule->ra_base == STACK_SLOT && rule->ra_off == SFR_COMMON_RA &&
	       (rule->fp_base == STACK_SLOT ||
		(rule->fp_base == SFR_BASE_FP && !rule->fp_off));
}

enum sfr_status sfr_abi_rule(const struct sfr_abi_desc *abi, const struct sfr_words *words,
			     struct sfr_rule *rule)
{
	enum sfr_status status;

	rule->fp_base = SFR_BASE_FP;
	status = words->type ? flexible_rule(abi, words, rule) :
				   abi->rule(abi, words, rule);
	if (!status)
		status = scale_cfa(abi, rule);
	if (!status)
		status = check(rule);
	if (!is_common(abi, rule))
		rule->flags |= SFR_RULE_GENERAL;
	if (words->type == SFR_FDE_TYPE_EXACT)
		rule->flags |= SFR_RULE_EXACT;
	return status;
}
