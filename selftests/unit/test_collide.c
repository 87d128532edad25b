// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Rules that an attacker has chosen so that the numbering's hash table is full
 * just where other rules look for their place. Those rules get a number each time
 * that they come, which must cost memory that was planned for, and nothing else.
 */
#include "build.h"
#include "expect.h"
#include "numbering.h"
#include "scratch.h"
#include "table.h"
#include "tap.h"

/* numbering.c's: probes after which a rule counts as new. */
#define PROBES		32
/* The largest table there is; what is adjacent there, is so in each smaller one. */
#define MAX_SLOTS	131072
#define TRAMPOLINES	300

static struct sfr_rule rules[MAX_SLOTS];
static u16 slots[MAX_SLOTS];

static struct sfr_numbering fresh(void)
{
	struct sfr_numbering n = { .rules = rules, .slots = slots };

	sfr_numbering_init(&n, SFR_MAX_RULES);
	return n;
}

/* What happens to a rule all of whose slots others took: a new number, at once. */
static void check_full(void)
{
	struct sfr_rule a = { .cfa_off = 8 }, b = { .cfa_off = 16 }, c = { .cfa_off = 24 };
	struct sfr_numbering n = fresh();
	u16 first, again, number;
	int i;

	ok(!sfr_number_rule(&n, &a, &first) && !sfr_number_rule(&n, &a, &again) &&
	   first == again && first == 1, "an equal rule has an equal number");
	for (i = 0; i < MAX_SLOTS; i++)
		slots[i] = first;
	ok(!sfr_number_rule(&n, &b, &number) && number == 2 &&
	   !memcmp(&rules[2], &b, sizeof(b)), "collisions without end: a new number");
	sfr_numbering_init(&n, 3);
	ok(!sfr_number_rule(&n, &a, &number) && !sfr_number_rule(&n, &b, &number) && number == 2,
	   "room for a gap's and two others");
	is(sfr_number_rule(&n, &c, &number), SFR_ERR_RULES, "and none for a third");
	ok(!sfr_number_rule(&n, &b, &number) && number == 2, "but what is known is known");
}

/* Where @rule goes in an empty table. */
static u32 slot_of(const struct sfr_rule *rule)
{
	struct sfr_numbering n = fresh();
	u16 number;
	u32 at = 0;

	sfr_number_rule(&n, rule, &number);
	while (slots[at] != number)
		at++;
	return at;
}

/* Do the first @n of these fill each slot that a search from @slot visits? */
static bool full(u32 slot, const s32 *cfa, u32 n)
{
	struct sfr_numbering num = fresh();
	struct sfr_rule rule;
	u16 number;
	u32 i;

	for (i = 0; i < n; i++) {
		rule = amd64_rule(SFR_BASE_SP, cfa[i], 0);
		sfr_number_rule(&num, &rule, &number);
	}
	for (i = 0; i < PROBES; i++)
		if (!slots[(slot + i) % MAX_SLOTS])
			return false;
	return true;
}

/*
 * CFA offsets of rules that go where a search from @slot looks; -> their number.
 * What a rule leaves in the table is in the way of the next ones: a likely one is
 * tried again in an empty table, and the table is emptied now and then.
 */
static u32 find_colliding(u32 slot, s32 *cfa, u32 max)
{
	struct sfr_numbering n = fresh();
	struct sfr_rule rule;
	u32 n_found = 0, i;
	u16 number;
	s32 off;

	for (off = 8; n_found < max && off < 1 << 30; off += 8) {
		if (off % 4096 == 0)
			n = fresh();
		rule = amd64_rule(SFR_BASE_SP, off, 0);
		sfr_number_rule(&n, &rule, &number);
		for (i = 0; i < PROBES; i++)
			if (slots[(slot + i) % MAX_SLOTS] == number)
				break;
		if (i == PROBES)
			continue;
		if ((slot_of(&rule) - slot) % MAX_SLOTS < PROBES)
			cfa[n_found++] = off;
		if (n_found >= PROBES && full(slot, cfa, n_found))
			break;
		n = fresh();
	}
	return n_found;
}

/*
 * A write behind the rules goes to other parts of the scratch memory, where no
 * sanitizer sees it: compare with where the next part begins.
 */
static void check_room(const struct sfe_section *s)
{
	struct sfr_compile_options opt = { .abi = SFR_ABI_AMD64_LE, .max_rows = BUILD_MAX_ROWS };
	size_t len = sfe_len(s), table_bytes;
	struct sfr_compile_plan plan;
	struct sfr_scratch *scratch;
	u8 *bytes = malloc(len);

	sfe_emit(s, bytes, len);
	sfr_compile_plan(bytes, len, &opt, &plan);
	scratch = malloc(plan.scratch_bytes);
	is(sfr_compile(bytes, &plan, scratch, &table_bytes), SFR_OK, "they compile");
	ok((char *)(scratch->numbering.rules + scratch->numbering.n_rules) <=
	   (char *)scratch->numbering.slots, "%u numbers: there was room for that many",
	   scratch->numbering.n_rules);
	free(scratch);
	free(bytes);
}

/* One function of those rules, then many trampolines, each behind a gap. */
static void check_section(const s32 *cfa, u32 n_cfa)
{
	static struct sfe_row rows[1024];
	static struct sfe_func funcs[1 + TRAMPOLINES];
	struct sfe_section s = { .version = 3, SFE_FUNC_ARRAY(funcs) };
	long wrong = 0, at, end = n_cfa + 4 * TRAMPOLINES;
	struct sfr_rule exact, call;
	struct sfr_table *t;
	struct expect e;
	u32 i;

	funcs[0] = (struct sfe_func) { .size = n_cfa, .n_rows = n_cfa, .rows = rows, .width = 4 };
	for (i = 0; i < n_cfa; i++)
		rows[i] = (struct sfe_row) { .start = i, .base = SFE_SP, .cfa = cfa[i] };
	for (i = 0; i < TRAMPOLINES; i++)
		funcs[1 + i] = (struct sfe_func) {
			.start = n_cfa + 4 * i + 2, .size = 1 + i % 2, .signal = true,
		};
	check_room(&s);
	t = must_build(&s);
	expect_init(&e, &s);
	for (at = -2; at < end + 2; at++) {
		exact = expect_at(&e, at);
		call = expect_at_return(&e, at);
		wrong += !expect_met(sfr_table_rule(t, at, false), &exact);
		wrong += !expect_met(sfr_table_rule(t, at, true), &call);
	}
	is(wrong, 0, "%u rules that collide, %d trampolines: every address is right", n_cfa,
	   TRAMPOLINES);
	ok(t->n_rules > n_cfa + TRAMPOLINES, "(and they did collide: %u numbers)", t->n_rules);
	expect_free(&e);
	free(t);
}

int main(void)
{
	struct sfr_rule signal = { .flags = SFR_RULE_SIGNAL };
	struct sfr_rule before = { .flags = SFR_RULE_GAP | SFR_RULE_BEFORE_SIGNAL };
	static s32 cfa[1024];
	u32 n;

	check_full();
	n = find_colliding(slot_of(&signal), cfa, 300);
	n += find_colliding(slot_of(&before), cfa + n, 300);
	check_section(cfa, n);
	return tap_done();
}
