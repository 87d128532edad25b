// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Follows instructions. The list is that of crtbegin.o, crti.o and crtn.o as gcc and glibc make
 * them, and of what linkers make of it when they relax a relocation.
 */
#include <string.h>

#include "flow.h"

/* A byte's mark: a state, and whether an instruction begins there. 0: not reached. */
enum { ENTERED = 1, PUSHED, LOWERED, STATE = 3, BEGINS = 4 };

enum effect { NEXT, CALL, JUMP, BRANCH, LEAVE, PUSH, POP, FRAME, SUB, ADD };

/*
 * @bytes, @n of them, with so many bytes of operands behind. Of the last one only the bits in
 * @mask count. The others, of 0x07 and 0x38, name registers: never rsp or rbp.
 */
struct form {
	uint8_t n, bytes[4], mask, operands;
	enum effect effect;
};

#define RM	0xf8
#define BOTH	0xc0
#define REG	0xc7
#define ALL	0xff

static const struct form forms[] = {
	{ 4, { 0xf3, 0x0f, 0x1e, 0xfa }, ALL, 0, NEXT },	/* endbr64 */
	{ 1, { 0x90 }, ALL, 0, NEXT },				/* nop */
	{ 2, { 0x66, 0x90 }, ALL, 0, NEXT },			/* xchg %ax,%ax */
	{ 1, { 0x55 }, ALL, 0, PUSH },				/* push %rbp */
	{ 1, { 0x5d }, ALL, 0, POP },				/* pop %rbp */
	{ 3, { 0x48, 0x89, 0xe5 }, ALL, 0, FRAME },		/* mov %rsp,%rbp */
	{ 4, { 0x48, 0x83, 0xec, 0x08 }, ALL, 0, SUB },		/* sub $8,%rsp */
	{ 4, { 0x48, 0x83, 0xc4, 0x08 }, ALL, 0, ADD },		/* add $8,%rsp */
	{ 1, { 0xe8 }, ALL, 4, CALL },				/* call */
	{ 2, { 0xff, 0xd0 }, ALL, 0, NEXT },			/* call *%rax */
	{ 2, { 0xff, 0x15 }, ALL, 4, NEXT },			/* call *(%rip) */
	{ 1, { 0xeb }, ALL, 1, JUMP },				/* jmp */
	{ 1, { 0xe9 }, ALL, 4, JUMP },
	{ 1, { 0x74 }, ALL, 1, BRANCH },			/* je */
	{ 1, { 0x75 }, ALL, 1, BRANCH },			/* jne */
	{ 2, { 0xff, 0xe0 }, ALL, 0, LEAVE },			/* jmp *%rax */
	{ 2, { 0xff, 0x25 }, ALL, 4, LEAVE },			/* jmp *(%rip): of a PLT */
	{ 1, { 0xc3 }, ALL, 0, LEAVE },				/* ret */
	{ 2, { 0xf3, 0xc3 }, ALL, 0, LEAVE },			/* repz ret */
	{ 3, { 0x48, 0x8d, 0x05 }, REG, 4, NEXT },		/* lea (%rip),reg */
	{ 3, { 0x48, 0x8b, 0x05 }, REG, 4, NEXT },		/* mov (%rip),reg */
	{ 1, { 0xb8 }, RM, 4, NEXT },				/* mov $imm,reg */
	{ 3, { 0x48, 0xc7, 0xc0 }, RM, 4, NEXT },		/* the same, relaxed */
	{ 3, { 0x48, 0x89, 0xc0 }, BOTH, 0, NEXT },		/* mov reg,reg */
	{ 3, { 0x48, 0x01, 0xc0 }, BOTH, 0, NEXT },		/* add reg,reg */
	{ 3, { 0x48, 0x29, 0xc0 }, BOTH, 0, NEXT },		/* sub reg,reg */
	{ 3, { 0x48, 0x39, 0xc0 }, BOTH, 0, NEXT },		/* cmp reg,reg */
	{ 3, { 0x48, 0x85, 0xc0 }, BOTH, 0, NEXT },		/* test reg,reg */
	{ 3, { 0x48, 0x81, 0xe8 }, RM, 4, NEXT },		/* sub $imm,reg */
	{ 2, { 0x48, 0x3d }, ALL, 4, NEXT },			/* cmp $imm,%rax */
	{ 3, { 0x48, 0xc1, 0xe8 }, RM, 1, NEXT },		/* shr $imm,reg */
	{ 3, { 0x48, 0xc1, 0xf8 }, RM, 1, NEXT },		/* sar $imm,reg */
	{ 3, { 0x48, 0xd1, 0xf8 }, RM, 0, NEXT },		/* sar reg */
	{ 2, { 0x80, 0x3d }, ALL, 5, NEXT },			/* cmpb $imm,(%rip) */
	{ 3, { 0x48, 0x83, 0x3d }, ALL, 5, NEXT },		/* cmpq $imm,(%rip) */
	{ 2, { 0xc6, 0x05 }, ALL, 5, NEXT },			/* movb $imm,(%rip) */
};

#define N_FORMS		(sizeof(forms) / sizeof(*forms))

static bool is_stack_register(uint8_t number)
{
	return (number & 7) == 4 || (number & 7) == 5;
}

static bool fits(const struct form *form, const uint8_t *bytes, uint32_t len)
{
	uint8_t last, unmasked = ~form->mask;

	if (form->n + form->operands > len || memcmp(form->bytes, bytes, form->n - 1))
		return false;
	last = bytes[form->n - 1];
	return (last & form->mask) == form->bytes[form->n - 1] &&
	       !(unmasked & 0x07 && is_stack_register(last)) &&
	       !(unmasked & 0x38 && is_stack_register(last >> 3));
}

static const struct form *form_at(const struct flow *flow, uint32_t at)
{
	const struct form *form;

	for (form = forms; form < forms + N_FORMS; form++)
		if (fits(form, flow->bytes + at, flow->len - at))
			return form;
	return NULL;
}

/* Instructions that are marked, and still to be followed. */
struct pending {
	uint32_t n;
	uint16_t at[FLOW_MAX_TEXT];
};

/* An instruction in @state begins at @at. */
static bool reach(struct flow *flow, struct pending *pending, int64_t at, uint8_t state)
{
	if (at < 0 || at >= flow->len)
		return false;
	if (flow->mark[at])
		return flow->mark[at] == (BEGINS | state);
	flow->mark[at] = BEGINS | state;
	pending->at[pending->n++] = at;
	return true;
}

/* Return: the state behind an instruction of this effect; 0: it has no place here. */
static uint8_t state_after(enum effect effect, uint8_t state)
{
	switch (effect) {
	case PUSH:
		return state == ENTERED ? PUSHED : 0;
	case POP:
		return state == PUSHED ? ENTERED : 0;
	case FRAME:
		return state == PUSHED ? PUSHED : 0;
	case SUB:
		return state == ENTERED ? LOWERED : 0;
	case ADD:
		return state == LOWERED ? ENTERED : 0;
	case LEAVE:
		return state == ENTERED ? ENTERED : 0;
	default:
		return state;
	}
}

static int64_t target(const struct flow *flow, const struct form *form, uint32_t at)
{
	const uint8_t *operand = flow->bytes + at + form->n;
	int32_t distance = (int8_t)*operand;

	if (form->operands == 4)
		memcpy(&distance, operand, sizeof(distance));
	return (int64_t)at + form->n + form->operands + distance;
}

/* A call of what is not in this text is no matter. */
static bool reach_call(struct flow *flow, struct pending *pending, int64_t at)
{
	return at < 0 || at >= flow->len || reach(flow, pending, at, ENTERED);
}

static bool follow(struct flow *flow, struct pending *pending, uint32_t at)
{
	const struct form *form = form_at(flow, at);
	uint8_t state = flow->mark[at] & STATE;
	uint32_t next, i;

	if (!form)
		return false;
	state = state_after(form->effect, state);
	if (!state)
		return false;
	next = at + form->n + form->operands;
	for (i = at + 1; i < next; i++) {
		if (flow->mark[i])
			return false;
		flow->mark[i] = flow->mark[at] & STATE;
	}
	switch (form->effect) {
	case LEAVE:
		return true;
	case JUMP:
		return reach(flow, pending, target(flow, form, at), state);
	case BRANCH:
		return reach(flow, pending, target(flow, form, at), state) &&
		       reach(flow, pending, next, state);
	case CALL:
		return reach_call(flow, pending, target(flow, form, at)) &&
		       reach(flow, pending, next, state);
	default:
		return reach(flow, pending, next, state);
	}
}

static bool has_few_runs(const struct flow *flow)
{
	struct flow_run run = { 0 };
	uint32_t n;

	for (n = 0; flow_run(flow, run.end, &run); n++)
		if (n == FLOW_MAX_RUNS)
			return false;
	return true;
}

bool flow_enter(struct flow *flow, uint64_t addr)
{
	struct pending pending = { 0 };
	struct flow tried = *flow;
	bool good;

	good = reach(&tried, &pending, addr - flow->addr, ENTERED);
	while (good && pending.n)
		good = follow(&tried, &pending, pending.at[--pending.n]);
	if (!good || !has_few_runs(&tried))
		return false;
	*flow = tried;
	return true;
}

static struct rule rule_in(uint8_t state)
{
	struct rule rule = {
		.kind = SYNTH_KIND_STARTUP, .gap = SYNTH_GAP_COUNT,
		.cfa = { .base = REG_SP, .off = state == ENTERED ? 8 : 16 },
		.ra = { .base = BASE_CFA, .deref = true, .off = -8 },
		.fp = { .base = REG_FP },
	};

	if (state == PUSHED)
		rule.fp = (struct place) { .base = BASE_CFA, .deref = true, .off = -16 };
	return rule;
}

bool flow_run(const struct flow *flow, uint64_t addr, struct flow_run *run)
{
	uint32_t start = addr > flow->addr ? addr - flow->addr : 0, end;
	uint8_t state;

	while (start < flow->len && !flow->mark[start])
		start++;
	if (start >= flow->len)
		return false;
	state = flow->mark[start] & STATE;
	for (end = start; end < flow->len && (flow->mark[end] & STATE) == state; end++)
		;
	*run = (struct flow_run) { flow->addr + start, flow->addr + end, rule_in(state) };
	return true;
}
