/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What each ABI adds to the format: what its rows' words mean, which registers
 * it has. A new ABI is an entry in abi.c.
 */
#ifndef SFR_ABI_H
#define SFR_ABI_H

#include <sfr_env.h>
#include "rows.h"
#include "status.h"

/* A row's words: signed, as many as its info byte says. */
struct sfr_words {
	s32 word[15];
	u8 n;
	u8 width;		/* of each on disk: 1, 2, 4 bytes */
	u8 version;		/* the section's */
	u8 type;		/* the function's: SFR_FDE_TYPE_* */
};

struct sfr_abi_desc {
	u8 min_version;		/* the first that knows the ABI */
	bool big;		/* the byte order */
	bool signs_ra;		/* has the bits about signed return addresses */
	s8 fixed_ra;		/* where the header must say it is; 0: rows say it */
	u8 v1_rep_size;		/* of version 1's repeating blocks; 0: it has none */
	u8 sp, fp, ra;		/* DWARF numbers */
	u8 n_regs;		/* that can hold an address, or a saved one; <= 32 */
	u8 cfa_unit, cfa_bias;	/* a CFA's offset is word * unit + bias */
	/* cfa, ra, fp of a default FDE's row; @words->n > 0. */
	enum sfr_status (*rule)(const struct sfr_abi_desc *abi, const struct sfr_words *words,
				struct sfr_rule *rule);
};

/* NULL: version @version knows no such ABI. */
const struct sfr_abi_desc *sfr_abi(u8 abi, u8 version);

/*
 * The rule of @words, of which there is at least one.
 * @rule: in: zero, but for cfa_base as the row's base bit says, and flags that
 *	the row's info byte says
 */
enum sfr_status sfr_abi_rule(const struct sfr_abi_desc *abi, const struct sfr_words *words,
			     struct sfr_rule *rule);

#endif /* SFR_ABI_H */
