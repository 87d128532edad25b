/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's environment: windows in a root and its leaves, as the module's
 * snapshot.h has them, and user memory, of which each address is checked.
 */
#ifndef WINDOWS_H
#define WINDOWS_H

#include <stdbool.h>
#include <stddef.h>

#include <sfr_env.h>
#include "compile.h"
#include "walk.h"

#define LEAF_MAX	64

/* An SFrame section and what is made of it. */
struct object {
	const void *bytes;
	size_t len;
	struct sfr_compile_plan plan;
	struct sfr_table *table;
	void *libsframe;		/* its decoder, if there is that library */
};

struct win {
	struct sfr_window window;	/* what the core sees, first */
	struct object *object;
};

struct leaf {
	u32 n;
	struct win win[LEAF_MAX];
};

struct slot {
	u64 first;
	struct leaf *leaf;
};

struct root {
	u32 n;
	bool any_dead;			/* marks, of which the benchmark sets none */
	struct slot slot[];
};

/* What a walk needs: the module's struct sfreg_unwind. */
struct env {
	struct sfr_walk walk;
	const struct root *root;
	u64 stack_hi;			/* walk_fp_unchecked() stops there */
	bool plain_reads;		/* the first read went well */
	u32 by_source[SFR_SOURCE_FRAME_POINTER + 1];
};

/* Compiles a section; fails the benchmark if that fails. */
void object_init(struct object *object, const void *bytes, size_t len);
/* @wins: sorted by address, disjoint. */
struct root *root_of(const struct win *wins, u32 n);
/* Not inlined, as in the module. */
const struct win *root_find(const struct root *root, u64 pc);

/* A walk's start, as the module does it. */
void walk_begin(struct env *env, const struct sfr_regs *from);
/* At most @max pcs of the walk from @from; how many. */
unsigned int walk_sfreg(struct env *env, const struct sfr_regs *from, u64 *pcs,
			unsigned int max);
/* The same through an array, as perf's call chains are taken. */
unsigned int walk_callchain(struct env *env, const struct sfr_regs *from, u64 *pcs,
			    unsigned int max);
/* The same, but what the rule is, is decoded at each step. */
unsigned int walk_decode(struct env *env, const struct sfr_regs *from, u64 *pcs,
			 unsigned int max);
/* By frame pointers, with the same checks at each read. */
unsigned int walk_fp(struct env *env, const struct sfr_regs *from, u64 *pcs,
		     unsigned int max);
unsigned int walk_fp_unchecked(u64 stack_hi, const struct sfr_regs *from, u64 *pcs,
			       unsigned int max);

/* The rule at @rel from the section's bytes; false: none. */
bool decode_rule(const struct object *object, u64 rel, struct sfr_rule *rule);

#endif /* WINDOWS_H */
