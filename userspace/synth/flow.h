/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the instructions of a piece of text do to the stack, followed from where it is entered:
 * all ways, and only instructions that are known. So it has rules although nobody wrote any
 * down. A function is in one of three states:
 *
 *	entered		cfa = sp + 8
 *	pushed		cfa = sp + 16, fp = *(cfa - 16): push %rbp
 *	lowered		cfa = sp + 16: sub $8,%rsp
 *
 * and always ra = *(cfa - 8). More the compiler's start files do not do.
 */
#ifndef SYNTH_FLOW_H
#define SYNTH_FLOW_H

#include "rule.h"

#define FLOW_MAX_TEXT	1024u
/* Runs of instructions in one state. More than 15 no text is known to have. */
#define FLOW_MAX_RUNS	24u

struct flow {
	uint64_t addr;			/* of the text */
	uint32_t len;			/* at most FLOW_MAX_TEXT */
	const uint8_t *bytes;
	uint8_t mark[FLOW_MAX_TEXT];	/* of each byte: what has been found so far */
};

/* A run of bytes that have the same rule. */
struct flow_run {
	uint64_t start, end;
	struct rule rule;
};

/*
 * Follows the text from @addr, which lies in it and where it is called, on: through jumps and into
 * calls that stay in the text. Whatever is strange - an instruction that is not known, one that is
 * cut off or begins within another, a jump elsewhere, two ways to an instruction in different
 * states, a return in another than the first - makes this false, and changes nothing.
 */
bool flow_enter(struct flow *flow, uint64_t addr);

/* The first run that ends behind @addr; false: there is none. */
bool flow_run(const struct flow *flow, uint64_t addr, struct flow_run *run);

#endif /* SYNTH_FLOW_H */
