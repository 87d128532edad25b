/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * From a section, described or as bytes, to a row table, for tests. Every block
 * of memory has exactly the size that the core asked for and no useful contents
 * before, so that the sanitizers see each byte that is one too far.
 */
#ifndef BUILD_H
#define BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sfr_env.h>
#include "compile.h"
#include "rows.h"
#include "sframe_emit.h"
#include "status.h"

#define BUILD_MAX_ROWS	(1u << 20)

/* A private copy of @len bytes; nothing behind it may be read. */
static inline void *copy_of(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	return copy;
}

/*
 * The section in @bytes, compiled for a machine of @abi. *@table is NULL unless
 * the status is SFR_OK; the caller frees it.
 */
static inline enum sfr_status build_as(const void *bytes, size_t len, u8 abi, u32 max_rows,
				       struct sfr_table **table)
{
	struct sfr_compile_options opt = { .abi = abi, .max_rows = max_rows };
	struct sfr_compile_plan plan;
	void *copy = copy_of(bytes, len), *scratch, *room;
	enum sfr_status status;
	size_t table_bytes;

	*table = NULL;
	status = sfr_compile_plan(copy, len, &opt, &plan);
	if (!status) {
		scratch = malloc(plan.scratch_bytes);
		memset(scratch, 0xa5, plan.scratch_bytes);
		status = sfr_compile(copy, &plan, scratch, &table_bytes);
		/* The table is made from the scratch memory alone. */
		free(copy);
		copy = NULL;
		memset(&plan, 0xa5, sizeof(plan));
		if (!status) {
			room = malloc(table_bytes);
			memset(room, 0xa5, table_bytes);
			*table = sfr_table_store(scratch, room);
		}
		free(scratch);
	}
	free(copy);
	return status;
}

/* The same for AMD64. */
static inline enum sfr_status build_limited(const void *bytes, size_t len, u32 max_rows,
					    struct sfr_table **table)
{
	return build_as(bytes, len, SFR_ABI_AMD64_LE, max_rows, table);
}

static inline enum sfr_status build_bytes(const void *bytes, size_t len,
					  struct sfr_table **table)
{
	return build_limited(bytes, len, BUILD_MAX_ROWS, table);
}

/* A described section, for a machine of @abi. */
static inline enum sfr_status build_for(const struct sfe_section *s, u8 abi,
					struct sfr_table **table)
{
	size_t len = sfe_len(s);
	void *bytes = malloc(len);
	enum sfr_status status;

	sfe_emit(s, bytes, len);
	status = build_as(bytes, len, abi, BUILD_MAX_ROWS, table);
	free(bytes);
	return status;
}

/* For AMD64, whatever the section is for. */
static inline enum sfr_status build(const struct sfe_section *s, struct sfr_table **table)
{
	return build_for(s, SFR_ABI_AMD64_LE, table);
}

/* The table of a section that must be good, for the machine that it is for. */
static inline struct sfr_table *must_build(const struct sfe_section *s)
{
	struct sfr_table *table;
	enum sfr_status status = build_for(s, s->abi ? s->abi : SFR_ABI_AMD64_LE, &table);

	if (status) {
		printf("Bail out! a good section gave %s\n", sfr_status_name(status));
		exit(1);
	}
	return table;
}

#define RULE_STACK	(SFR_BASE_CFA | SFR_BASE_DEREF)

/* SFR_RULE_GENERAL, unless @rule is of the common shape, which only AMD64 has. */
static inline u8 rule_shape(u8 abi, const struct sfr_rule *rule)
{
	bool cfa = rule->cfa_base == SFR_BASE_SP || rule->cfa_base == SFR_BASE_FP;
	bool ra = rule->ra_base == RULE_STACK && rule->ra_off == -8;
	bool fp = rule->fp_base == RULE_STACK ||
		  (rule->fp_base == SFR_BASE_FP && rule->fp_off == 0);

	return abi == SFR_ABI_AMD64_LE && cfa && ra && fp ? 0 : SFR_RULE_GENERAL;
}

/* AMD64: cfa = base + cfa, fp = *(cfa + fp) (0: unchanged), ra = *(cfa - 8). */
static inline struct sfr_rule amd64_rule(u8 base, s32 cfa, s32 fp)
{
	return (struct sfr_rule) {
		.cfa_base = base, .cfa_off = cfa, .ra_base = RULE_STACK, .ra_off = -8,
		.fp_base = fp ? RULE_STACK : SFR_BASE_FP, .fp_off = fp,
	};
}

/* Is @rule the same to the byte? NULL is not. */
static inline bool rule_equal(const struct sfr_rule *rule, struct sfr_rule want)
{
	return rule && !memcmp(rule, &want, sizeof(want));
}

static inline bool rule_is(const struct sfr_rule *rule, u8 base, s32 cfa, s32 fp)
{
	return rule_equal(rule, amd64_rule(base, cfa, fp));
}

#endif /* BUILD_H */
