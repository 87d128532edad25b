/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sections: compiled, immutable, reference-counted row tables, found again by
 * content so that a library's table exists once for all processes of a user.
 */
#ifndef SFREG_SECTION_H
#define SFREG_SECTION_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "core/compile.h"
#include "core/rows.h"

struct mm_struct;
struct sfreg_user;
struct sfr_live;

struct sfreg_compiled {
	refcount_t refs;
	const struct sfr_table *table;	/* valid as long as a reference, or RCU
					 * for what a published snapshot names */
	const struct sfr_live *live;	/* rows that change; else NULL */
	const struct mm_struct *owner;	/* the only process to place it; NULL: any may */
	size_t bytes;			/* of the table, as charged */
	void (*release)(struct sfreg_compiled *section);	/* the last put: not in NMI */
};

/* Header only: what to copy in. A negative errno says why not. */
int sfreg_section_plan(const void *bytes, size_t len, struct sfr_compile_plan *plan);

/*
 * The section of @len bytes at @bytes, which nobody changes any more: an equal
 * one that @user, or root, has made, or a new one. May sleep.
 */
struct sfreg_compiled *sfreg_section_get(const void *bytes, size_t len,
					 struct sfreg_user *user);

/* By content: two users' sections of the same bytes are; of live ones none. */
bool sfreg_section_equal(struct sfreg_compiled *a, struct sfreg_compiled *b);

static inline struct sfreg_compiled *sfreg_section_ref(struct sfreg_compiled *section)
{
	refcount_inc(&section->refs);
	return section;
}

/* Not in NMI, else in any context. */
void sfreg_section_put(struct sfreg_compiled *section);

#endif /* SFREG_SECTION_H */
