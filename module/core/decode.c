// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Reads and checks an SFrame section's header, function entries and rows. Runs
 * in process context on a private copy of the bytes, which are hostile. Each
 * function does a bounded amount of work.
 */
#include <sfr_env.h>
#include "decode.h"
#include "format.h"

/*
 * What an ABI adds to the format. An ABI without ->rule is recognised in a
 * header, but nothing is compiled for it.
 */
struct sfr_abi_desc {
	bool big;
	s8 fixed_ra;
	u8 v1_rep_size;
	u8 fde_info;		/* bits of an FDE's info byte that are its own */
	u8 fre_info;		/* the same, of an FRE's */
	enum sfr_status (*rule)(const s32 *words, unsigned int n, u8 info,
				struct sfr_rule *rule);
};

/*
 * AMD64: cfa = (sp or fp) + words[0]; ra = *(cfa - 8); fp = *(cfa + words[1]),
 * or unchanged.
 *
 * Refused is only what can be no frame at all: a CFA below the stack pointer,
 * and a frame pointer saved over the return address. Anything else may come from
 * an honest assembler and costs one row at most, since each step checks its CFA:
 * glibc's vfork pops its return address (cfa = sp + 0, which makes no progress),
 * hand-written code may misalign the stack, and a frame pointer that addresses
 * the middle of a frame leaves its offset free.
 */
static enum sfr_status amd64_rule(const s32 *words, unsigned int n, u8 info,
				  struct sfr_rule *rule)
{
	if (n > 2)
		return SFR_ERR_FRE_INFO;
	rule->cfa_base = info & SFR_FRE_BASE_SP ? SFR_BASE_SP : SFR_BASE_FP;
	rule->cfa_off = words[0];
	rule->ra_off = -8;
	if (rule->cfa_base == SFR_BASE_SP && rule->cfa_off < 0)
		return SFR_ERR_RULE;
	if (n < 2)
		return SFR_OK;
	rule->fp_off = words[1];
	rule->flags = SFR_RULE_FP_SAVED;
	return rule->fp_off > -16 && rule->fp_off < 0 ? SFR_ERR_RULE : SFR_OK;
}

static const struct sfr_abi_desc sfr_abis[] = {
	[SFR_ABI_AARCH64_BE] = { .big = true },
	[SFR_ABI_AARCH64_LE] = { .big = false },
	[SFR_ABI_AMD64_LE] = {
		.fixed_ra = -8,
		.v1_rep_size = SFR_V1_REP_SIZE,
		.rule = amd64_rule,
	},
	[SFR_ABI_S390X_BE] = { .big = true },
};

static bool known_abi(u8 abi)
{
	return abi >= SFR_ABI_AARCH64_BE && abi <= SFR_ABI_S390X_BE;
}

static u32 fde_size(u8 version)
{
	return version == 1 ? SFR_V1_FDE_SIZE :
	       version == 2 ? SFR_V2_FDE_SIZE : SFR_V3_INDEX_SIZE;
}

static u8 known_flags(u8 version)
{
	return version == 1 ? SFR_F_SORTED | SFR_F_FRAME_POINTER :
	       version == 2 ? SFR_F_SORTED | SFR_F_FRAME_POINTER | SFR_F_START_PCREL :
			      SFR_F_SORTED | SFR_F_START_PCREL;
}

/* Is the section meant for us? Decided before anything else is looked at. */
static enum sfr_status check_identity(bool big, const struct sfr_compile_plan *plan, u8 wanted)
{
	if (plan->version < 1 || plan->version > 3)
		return SFR_ERR_VERSION;
	if (!known_abi(plan->abi))
		return SFR_ERR_ABI;
	if (sfr_abis[plan->abi].big != big)
		return SFR_ERR_BYTE_ORDER;
	if (plan->abi != wanted || !sfr_abis[plan->abi].rule)
		return SFR_ERR_FOREIGN;
	if (plan->flags & ~known_flags(plan->version))
		return SFR_ERR_FLAGS;
	/*
	 * No producer fixes AMD64's frame pointer, and no specification says what
	 * it would mean before the register is saved.
	 */
	if (plan->fixed_ra != sfr_abis[plan->abi].fixed_ra || plan->fixed_fp)
		return SFR_ERR_FIXED_OFFSET;
	return SFR_OK;
}

/*
 * Offsets count from the end of the header and the auxiliary header. All sums
 * and products are of at most 33 and 37 bits: they do not wrap in 64.
 */
static enum sfr_status check_parts(struct sfr_compile_plan *plan, u64 header, size_t len)
{
	u64 fde_end, fre_end;

	plan->fde_off += header;
	plan->fre_off += header;
	fde_end = plan->fde_off + (u64)plan->n_fdes * fde_size(plan->version);
	fre_end = plan->fre_off + plan->fre_len;
	plan->len = fde_end > fre_end ? fde_end : fre_end;
	if (plan->len > len)
		return SFR_ERR_TRUNCATED;
	/* Makes all work on rows linear in the length. */
	if ((u64)plan->n_fres * SFR_FRE_MIN_SIZE > plan->fre_len)
		return SFR_ERR_FRE_BOUNDS;
	return SFR_OK;
}

enum sfr_status sfr_decode_header(const void *bytes, size_t len,
				  const struct sfr_compile_options *opt,
				  struct sfr_compile_plan *plan)
{
	struct sfr_cursor c = sfr_cursor(bytes, 0, len, false);
	enum sfr_status status;
	u16 magic;
	u8 aux_len;

	if (len < SFR_HEADER_SIZE)
		return SFR_ERR_TRUNCATED;
	memset(plan, 0, sizeof(*plan));
	magic = sfr_get(&c, 2);
	c.big = magic == SFR_MAGIC_SWAPPED;
	if (magic != SFR_MAGIC && !c.big)
		return SFR_ERR_MAGIC;
	plan->version = sfr_get(&c, 1);
	plan->flags = sfr_get(&c, 1);
	plan->abi = sfr_get(&c, 1);
	plan->fixed_fp = sfr_get_signed(&c, 1);
	plan->fixed_ra = sfr_get_signed(&c, 1);
	aux_len = sfr_get(&c, 1);
	status = check_identity(c.big, plan, opt->abi);
	if (status)
		return status;
	plan->n_fdes = sfr_get(&c, 4);
	plan->n_fres = sfr_get(&c, 4);
	plan->fre_len = sfr_get(&c, 4);
	plan->fde_off = sfr_get(&c, 4);
	plan->fre_off = sfr_get(&c, 4);
	plan->max_rows = opt->max_rows;
	return check_parts(plan, SFR_HEADER_SIZE + aux_len, len);
}

/* The part of the index that describes function @i; inside, by the header check. */
static struct sfr_cursor index_entry(const void *bytes, const struct sfr_compile_plan *plan,
				     u32 i)
{
	u64 at = plan->fde_off + (u64)i * fde_size(plan->version);

	return sfr_cursor(bytes, at, at + fde_size(plan->version), sfr_abis[plan->abi].big);
}

enum sfr_status sfr_decode_extent(const void *bytes, const struct sfr_compile_plan *plan,
				  u32 i, struct sfr_extent *extent)
{
	struct sfr_cursor c = index_entry(bytes, plan, i);
	s64 field = c.at - (const u8 *)bytes, end;

	extent->start = sfr_get_signed(&c, plan->version == 3 ? 8 : 4);
	extent->size = sfr_get(&c, 4);
	if (plan->flags & SFR_F_START_PCREL &&
	    __builtin_add_overflow(extent->start, field, &extent->start))
		return SFR_ERR_FDE_RANGE;
	if (__builtin_add_overflow(extent->start, (s64)extent->size, &end))
		return SFR_ERR_FDE_RANGE;
	return SFR_OK;
}

static enum sfr_status check_fde_info(const struct sfr_compile_plan *plan, u8 info, u8 info2)
{
	u8 known = SFR_FDE_WIDTH_MASK | SFR_FDE_PC_TYPE | sfr_abis[plan->abi].fde_info;

	if (plan->version == 3)
		known |= SFR_FDE_SIGNAL;
	if (info & ~known || (info & SFR_FDE_WIDTH_MASK) > SFR_FDE_WIDTH_MAX)
		return SFR_ERR_FDE_INFO;
	if (info2 & ~SFR_FDE_TYPE_MASK)
		return SFR_ERR_FDE_INFO;
	/* Of a signal trampoline no row is read, whatever its type. */
	if (info2 != SFR_FDE_TYPE_DEFAULT && !(info & SFR_FDE_SIGNAL))
		return SFR_ERR_FDE_TYPE;
	return SFR_OK;
}

enum sfr_status sfr_decode_fde(const void *bytes, const struct sfr_compile_plan *plan,
			       u32 i, struct sfr_fde *fde)
{
	struct sfr_cursor c = index_entry(bytes, plan, i);
	u8 info, info2 = 0, rep_size = sfr_abis[plan->abi].v1_rep_size;
	enum sfr_status status;

	sfr_get(&c, plan->version == 3 ? 8 : 4);
	sfr_get(&c, 4);
	fde->fres_at = plan->fre_off + sfr_get(&c, 4);
	if (plan->version == 3)
		c = sfr_decode_fres(bytes, plan, fde);
	fde->n_fres = sfr_get(&c, plan->version == 3 ? 2 : 4);
	info = sfr_get(&c, 1);
	if (plan->version == 3)
		info2 = sfr_get(&c, 1);
	if (plan->version > 1)
		rep_size = sfr_get(&c, 1);
	if (c.overrun)
		return SFR_ERR_FRE_BOUNDS;
	if (plan->version == 3)
		fde->fres_at = c.at - (const u8 *)bytes;

	status = check_fde_info(plan, info, info2);
	if (status)
		return status;
	fde->start_width = 1 << (info & SFR_FDE_WIDTH_MASK);
	fde->signal = info & SFR_FDE_SIGNAL;
	fde->rep_size = info & SFR_FDE_PC_TYPE ? rep_size : 0;
	return info & SFR_FDE_PC_TYPE && !rep_size ? SFR_ERR_REP_SIZE : SFR_OK;
}

struct sfr_cursor sfr_decode_fres(const void *bytes, const struct sfr_compile_plan *plan,
				  const struct sfr_fde *fde)
{
	return sfr_cursor(bytes, fde->fres_at, plan->fre_off + plan->fre_len,
			  sfr_abis[plan->abi].big);
}

enum sfr_status sfr_decode_fre(struct sfr_cursor *c, const struct sfr_compile_plan *plan,
			       const struct sfr_fde *fde, struct sfr_fre *fre)
{
	const struct sfr_abi_desc *abi = &sfr_abis[plan->abi];
	s32 words[15];
	unsigned int n, i;
	u8 info;

	memset(&fre->rule, 0, sizeof(fre->rule));
	fre->start = sfr_get(c, fde->start_width);
	info = sfr_get(c, 1);
	n = SFR_FRE_COUNT(info);
	if (c->overrun)
		return SFR_ERR_FRE_BOUNDS;
	if (SFR_FRE_WIDTH(info) > SFR_FRE_WIDTH_MAX || info & SFR_FRE_MANGLED_RA & ~abi->fre_info)
		return SFR_ERR_FRE_INFO;
	for (i = 0; i < n; i++)
		words[i] = sfr_get_signed(c, 1 << SFR_FRE_WIDTH(info));
	if (c->overrun)
		return SFR_ERR_FRE_BOUNDS;
	if (n)
		return abi->rule(words, n, info, &fre->rule);
	/* "SFrame FRE": no words, no return address. */
	fre->rule.flags = SFR_RULE_OUTERMOST;
	return SFR_OK;
}
