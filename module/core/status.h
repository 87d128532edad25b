/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What checking and compiling a section can end with. Every value is reached by
 * a unit test; the module turns them into errnos in one function.
 */
#ifndef SFR_STATUS_H
#define SFR_STATUS_H

enum sfr_status {
	SFR_OK,
	/* not for us */
	SFR_ERR_MAGIC,		/* neither byte order's magic number */
	SFR_ERR_VERSION,	/* a version other than 1, 2, 3 */
	SFR_ERR_ABI,		/* an ABI/arch byte that no version defines */
	SFR_ERR_BYTE_ORDER,	/* the magic's byte order is not the ABI's */
	SFR_ERR_FOREIGN,	/* well-known, but not the ABI the caller wants */
	SFR_ERR_FLAGS,		/* a reserved header flag */
	SFR_ERR_FDE_TYPE,	/* an FDE type this compiler does not take */
	/* malformed */
	SFR_ERR_TRUNCATED,	/* shorter than a header, or a part lies outside */
	SFR_ERR_FIXED_OFFSET,	/* a fixed offset that the ABI does not allow */
	SFR_ERR_FDE_INFO,	/* a reserved bit or width in an FDE */
	SFR_ERR_FDE_RANGE,	/* start + size wraps around */
	SFR_ERR_REP_SIZE,	/* PC type 1 with a repeat size of 0 */
	SFR_ERR_OVERLAP,	/* two functions share text */
	SFR_ERR_FRE_COUNT,	/* the FDEs claim more FREs than the header */
	SFR_ERR_FRE_BOUNDS,	/* an FRE lies outside the FRE sub-section */
	SFR_ERR_FRE_INFO,	/* an invalid word width or number of words */
	SFR_ERR_FRE_ORDER,	/* start offsets that decrease */
	SFR_ERR_FRE_RANGE,	/* a start offset beyond the function or block */
	SFR_ERR_RULE,		/* offsets that no frame can have */
	/* too large */
	SFR_ERR_SPAN,		/* the functions span more than 2^32 - 1 bytes */
	SFR_ERR_ROWS,		/* more rows than the caller allows */
	SFR_ERR_RULES,		/* more distinct rules, blocks that repeat and
				 * trampolines than rows can name */
	SFR_STATUS_COUNT
};

#endif /* SFR_STATUS_H */
