// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Reads and checks an SFrame section's header, function entries and rows. Runs
 * in process context on a private copy of the bytes, which are hostile. Each
 * function does a bounded amount of work.
 */
#include <sfr_env.h>
#include "abi.h"
#include "decode.h"
#include "format.h"

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
	const struct sfr_abi_desc *abi;

	if (plan->version < 1 || plan->version > 3)
		return SFR_ERR_VERSION;
	abi = sfr_abi(plan->abi, plan->version);
	if (!abi)
		return SFR_ERR_ABI;
	if (abi->big != big)
		return SFR_ERR_BYTE_ORDER;
	if (plan->abi != wanted)
		return SFR_ERR_FOREIGN;
	if (plan->flags & ~known_flags(plan->version))
		return SFR_ERR_FLAGS;
	/*
	 * No producer fixes the frame pointer, and no specification says what
	 * it would mean before the register is saved.
	 */
	if (plan->fixed_ra != abi->fixed_ra || plan->fixed_fp)
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

/*
 * The auxiliary header is ours if it looks it in every byte; else it is another's, and
 * nothing in it is read.
 */
static enum sfr_status decode_extension(struct sfr_cursor c, u8 aux_len,
					struct sfr_compile_plan *plan)
{
	u64 word;

	plan->n_plain_fdes = plan->n_fdes;
	if (plan->version < 3 || aux_len != SFR_EXT_SIZE || plan->fixed_ra != SFR_COMMON_RA)
		return SFR_OK;
	word = sfr_get(&c, 8);
	if (word != (SFR_EXT_MAGIC | (u64)SFR_EXT_VERSION << 32))
		return SFR_OK;
	return __builtin_add_overflow(plan->n_fdes, (u32)sfr_get(&c, 4), &plan->n_fdes) ||
	       __builtin_add_overflow(plan->n_fres, (u32)sfr_get(&c, 4), &plan->n_fres) ?
		       SFR_ERR_TRUNCATED : SFR_OK;
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
	plan->big = magic == SFR_MAGIC_SWAPPED;
	if (magic != SFR_MAGIC && !plan->big)
		return SFR_ERR_MAGIC;
	c.big = plan->big;
	plan->version = sfr_get(&c, 1);
	plan->flags = sfr_get(&c, 1);
	plan->abi = sfr_get(&c, 1);
	plan->fixed_fp = sfr_get_signed(&c, 1);
	plan->fixed_ra = sfr_get_signed(&c, 1);
	aux_len = sfr_get(&c, 1);
	status = check_identity(plan->big, plan, opt->abi);
	if (status)
		return status;
	plan->n_fdes = sfr_get(&c, 4);
	plan->n_fres = sfr_get(&c, 4);
	plan->fre_len = sfr_get(&c, 4);
	plan->fde_off = sfr_get(&c, 4);
	plan->fre_off = sfr_get(&c, 4);
	plan->max_rows = opt->max_rows;
	status = decode_extension(c, aux_len, plan);
	if (status)
		return status;
	return check_parts(plan, SFR_HEADER_SIZE + aux_len, len);
}

/* The part of the index that describes function @i; inside, by the header check. */
static struct sfr_cursor index_entry(const void *bytes, const struct sfr_compile_plan *plan,
				     u32 i)
{
	u64 at = plan->fde_off + (u64)i * fde_size(plan->version);

	return sfr_cursor(bytes, at, at + fde_size(plan->version), plan->big);
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

static enum sfr_status check_fde_info(const struct sfr_compile_plan *plan, u32 i, u8 info,
				      u8 info2)
{
	u8 known = SFR_FDE_WIDTH_MASK | SFR_FDE_PC_TYPE;

	if (sfr_abi(plan->abi, plan->version)->signs_ra)
		known |= SFR_FDE_PAUTH_KEY;
	if (plan->version == 3)
		known |= SFR_FDE_SIGNAL;
	if (info & ~known || (info & SFR_FDE_WIDTH_MASK) > SFR_FDE_WIDTH_MAX)
		return SFR_ERR_FDE_INFO;
	if (info2 & ~SFR_FDE_TYPE_MASK)
		return SFR_ERR_FDE_INFO;
	if (i >= plan->n_plain_fdes) {
		if (info2 < SFR_FDE_TYPE_ADDEND || info2 > SFR_FDE_TYPE_EXACT ||
		    info & (SFR_FDE_SIGNAL | SFR_FDE_PC_TYPE))
			return SFR_ERR_FDE_TYPE;
		return SFR_OK;
	}
	/* Of a signal trampoline no row is read, whatever its type. */
	if (info2 > SFR_FDE_TYPE_FLEXIBLE && !(info & SFR_FDE_SIGNAL))
		return SFR_ERR_FDE_TYPE;
	return SFR_OK;
}

enum sfr_status sfr_decode_fde(const void *bytes, const struct sfr_compile_plan *plan,
			       u32 i, struct sfr_fde *fde)
{
	struct sfr_cursor c = index_entry(bytes, plan, i);
	u8 info, info2 = 0, rep_size = sfr_abi(plan->abi, plan->version)->v1_rep_size;
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

	status = check_fde_info(plan, i, info, info2);
	if (status)
		return status;
	fde->start_width = 1 << (info & SFR_FDE_WIDTH_MASK);
	fde->signal = info & SFR_FDE_SIGNAL;
	fde->type = info2;
	fde->key_b = info & SFR_FDE_PAUTH_KEY;
	fde->rep_size = info & SFR_FDE_PC_TYPE ? rep_size : 0;
	return info & SFR_FDE_PC_TYPE && !rep_size ? SFR_ERR_REP_SIZE : SFR_OK;
}

struct sfr_cursor sfr_decode_fres(const void *bytes, const struct sfr_compile_plan *plan,
				  const struct sfr_fde *fde)
{
	return sfr_cursor(bytes, fde->fres_at, plan->fre_off + plan->fre_len, plan->big);
}

enum sfr_status sfr_decode_rule(const struct sfr_compile_plan *plan, const struct sfr_fde *fde,
				const struct sfr_fre *fre, struct sfr_rule *rule)
{
	const struct sfr_abi_desc *abi = sfr_abi(plan->abi, plan->version);
	struct sfr_words words = {
		.n = SFR_FRE_COUNT(fre->info),
		.width = 1 << SFR_FRE_WIDTH(fre->info),
		.version = plan->version,
		.type = fde->type,
	};
	struct sfr_cursor c = sfr_cursor(fre->words, 0, fre->len, plan->big);
	unsigned int i;

	memset(rule, 0, sizeof(*rule));
	if (fre->info & SFR_FRE_MANGLED_RA) {
		if (!abi->signs_ra)
			return SFR_ERR_FRE_INFO;
		rule->flags = SFR_RULE_RA_SIGNED;
	}
	if (!words.n) {
		/* "SFrame FRE": no words, no return address. */
		rule->flags = SFR_RULE_OUTERMOST;
		return SFR_OK;
	}
	for (i = 0; i < words.n; i++)
		words.word[i] = sfr_get_signed(&c, words.width);
	rule->cfa_base = fre->info & SFR_FRE_BASE_SP ? SFR_BASE_SP : SFR_BASE_FP;
	return sfr_abi_rule(abi, &words, rule);
}
