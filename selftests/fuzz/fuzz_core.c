// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target: any bytes as a section, through plan, compile, store, lookup
 * and walk. The sanitizers watch memory; this file checks what they cannot: that
 * the table is well-formed, agrees with the oracle, and that walks move up.
 */
#include "oracle.h"
#include "table.h"
#include "build.h"
#include "walk.h"

#define BASE		0x555500000000ull
#define STACK		0x7fff00000000ull
#define MAX_FRAMES	128

#define MUST(cond) do {								\
	if (!(cond))								\
		__builtin_trap();						\
} while (0)

/* What the walk's environment is made of. */
struct fuzz_env {
	const struct sfr_table *table;
	u64 seed;
};

/* A number that depends on @x alone, within one input. */
static u64 mix(const struct fuzz_env *env, u64 x)
{
	x = (x ^ env->seed) * 0x9e3779b97f4a7c15;
	return (x ^ x >> 29) * 0xbf58476d1ce4e5b9 >> 17;
}

void sfr_env_rest(void)
{
}

/* Mostly return addresses and stack addresses; some words are not there. */
bool sfr_env_read(void *at, u64 addr, u64 *word)
{
	struct fuzz_env *env = at;
	u64 x = mix(env, addr);

	switch (x % 16) {
	case 0:
		return false;
	case 1:
		*word = x << 20;
		return true;
	case 2 ... 6:
		*word = STACK + x % 0x10000;
		return true;
	default:
		*word = BASE + env->table->lowest + x / 16 % (env->table->span + 2ull);
		return true;
	}
}

const struct sfr_table *sfr_env_table(void *at, u64 pc, u64 *rel)
{
	struct fuzz_env *env = at;

	*rel = pc - BASE;
	return *rel - env->table->lowest <= env->table->span ? env->table : NULL;
}

bool sfr_env_is_restorer(void *at, u64 pc)
{
	return mix(at, pc) % 32 == 0;
}

bool sfr_env_signal_frame(void *at, u64 sp, struct sfr_regs *regs,
			  struct sfr_interruption *what)
{
	struct fuzz_env *env = at;

	if (mix(env, sp) % 8 == 0)
		return false;
	regs->pc = BASE + env->table->lowest + mix(env, sp + 1) % (env->table->span + 2ull);
	regs->sp = STACK + mix(env, sp + 2) % 0x10000;
	regs->fp = mix(env, sp + 3);
	what->to_pc = 0;
	what->type = SFR_DISC_ASYNC;
	return true;
}

static void check_table(const struct sfr_table *t)
{
	const u32 *offsets = sfr_table_offsets(t), *index = sfr_table_index(t);
	const u16 *numbers = sfr_table_numbers(t);
	u32 i;

	MUST(t->n_text_rows && t->n_text_rows <= t->n_rows);
	MUST(!offsets[0] && offsets[t->n_text_rows - 1] <= t->span);
	MUST(numbers[t->n_text_rows - 1] == SFR_RULE_NONE);
	for (i = 0; i < t->n_rows; i++)
		MUST(numbers[i] < t->n_rules);
	for (i = 1; i < t->n_text_rows; i++)
		MUST(offsets[i - 1] < offsets[i] && numbers[i - 1] != numbers[i]);
	MUST(t->n_blocks <= t->n_text_rows || t->shift == SFR_MAX_SHIFT);
	MUST(t->span >> t->shift == t->n_blocks - 1);
	for (i = 0; i < t->n_blocks; i++) {
		MUST(index[i] <= index[i + 1] && index[i + 1] < t->n_text_rows);
		MUST(offsets[index[i]] <= i << t->shift);
	}
}

static void check_rule(const struct sfr_rule *rule, const struct oracle *o)
{
	if (o->kind == ORACLE_NOTHING) {
		MUST(!rule);
		return;
	}
	MUST(rule);
	if (o->kind != ORACLE_ROW) {
		MUST(rule->flags == (o->kind == ORACLE_SIGNAL ? SFR_RULE_SIGNAL :
								SFR_RULE_OUTERMOST));
		return;
	}
	MUST(rule->cfa_off == o->cfa_off && rule->fp_off == o->fp_off);
	MUST(rule->cfa_base == (o->cfa_from_sp ? SFR_BASE_SP : SFR_BASE_FP));
	MUST(rule->flags == (o->fp_saved ? SFR_RULE_FP_SAVED : 0));
}

/* Around up to 32 of the table's rows. */
static void check_lookups(const struct sfr_table *t, const u8 *section)
{
	const u32 *offsets = sfr_table_offsets(t);
	u32 step = 1 + t->n_text_rows / 32, i;
	struct oracle o;
	s64 rel;
	int d;

	for (i = 0; i < t->n_text_rows; i += step) {
		for (d = -1; d <= 17; d++) {
			rel = (u64)t->lowest + offsets[i] + d;
			o = oracle_at(section, rel);
			check_rule(sfr_table_rule(t, rel, false), &o);
			if (rel == -0x7fffffffffffffffll - 1)
				continue;
			o = oracle_at_return(section, rel);
			check_rule(sfr_table_rule(t, rel, true), &o);
		}
	}
}

static void check_walk(const struct sfr_table *t, u64 seed)
{
	struct fuzz_env env = { .table = t, .seed = seed };
	struct sfr_regs regs = { .sp = STACK + seed % 0x1000 * 8 };
	struct sfr_walk walk = {
		.max_switches = seed % 4,
		.addr_max = 0x7ffffffff000,
		.env = &env,
	};
	enum sfr_stop stop;
	int frames = 0;

	regs.pc = BASE + t->lowest + mix(&env, 1) % (t->span + 2ull);
	regs.fp = STACK + mix(&env, 2) % 0x10000;
	sfr_walk_start(&walk, &regs);
	walk.frame.at_entry = seed % 2;
	do {
		regs = walk.frame.regs;
		stop = sfr_walk_next(&walk);
		MUST(stop < SFR_STOP_COUNT && stop != SFR_STOP_FRAME_LIMIT);
		MUST(stop ? !walk.cfa : walk.cfa == walk.frame.regs.sp);
		MUST(walk.n_switches <= walk.max_switches);
		if (!stop && walk.frame.source == SFR_SOURCE_SFRAME)
			MUST(walk.frame.regs.sp > regs.sp && walk.frame.regs.sp % 8 == 0 &&
			     walk.frame.regs.pc && walk.frame.regs.pc < walk.addr_max);
	} while (!stop && ++frames < MAX_FRAMES);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* The first byte chooses the row limit, the rest is the section. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct sfr_table *t;
	u64 seed;
	u8 *copy;

	if (!len)
		return 0;
	if (build_limited(data + 1, len - 1, data[0] == 0xff ? 7 : 1 << 16, &t)) {
		MUST(!t);
		return 0;
	}
	check_table(t);
	copy = copy_of(data + 1, len - 1);
	check_lookups(t, copy);
	free(copy);
	for (seed = data[0]; seed < 1024; seed += 256)
		check_walk(t, seed);
	free(t);
	return 0;
}
