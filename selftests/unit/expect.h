/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What must hold at an address, from a section's description: nothing of it is
 * read from bytes. And the comparison of a rule that a lookup gave with that,
 * and with the oracle's word.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <sfr_env.h>
#include "oracle.h"
#include "rows.h"
#include "sframe_emit.h"

struct expect {
	const struct sfe_section *section;
	const struct sfe_func **funcs;	/* those of size > 0, by their starts */
	u32 n_funcs;
};

void expect_init(struct expect *e, const struct sfe_section *section);
void expect_free(struct expect *e);

/* The rule of one row. */
struct sfr_rule expect_row(const struct sfe_section *s, const struct sfe_func *f,
			   const struct sfe_row *row);
/* At @rel, relative to the section's first byte; a gap: SFR_RULE_GAP. */
struct sfr_rule expect_at(const struct expect *e, s64 rel);
/* The same for a return address. */
struct sfr_rule expect_at_return(const struct expect *e, s64 rel);

/* Is @got, a lookup's, what is wanted? */
bool expect_met(const struct sfr_rule *got, const struct sfr_rule *want);
bool expect_oracle(const struct sfr_rule *got, const struct oracle *o);

#endif /* EXPECT_H */
