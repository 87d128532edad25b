/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code to be described in live windows: groups of functions each of which calls the one
 * before it, down to the first, which turns in a loop or calls out. A group lies in a slot
 * of its own; all are copies of some that are generated once, so that a million functions are
 * written in seconds. What is known of each instruction's frame stays beside them.
 */
#ifndef LIVE_CODE_H
#define LIVE_CODE_H

#include "gen.h"
#include <stdio.h>
#include <linux/sfreg.h>

#define CODE_FUNCTIONS	8
#define CODE_SLOT	256	/* bytes */
#define CODE_ROWS	8	/* of a function, at most */

struct code_function {
	uint32_t start, size;		/* from the slot's begin */
	uint32_t ret;			/* where the one that it calls returns to */
	unsigned int n_rows;
	struct sfreg_jit_row rows[CODE_ROWS];
};

struct code {
	bool calls_out;
	struct code_function f[CODE_FUNCTIONS];
	uint8_t bytes[CODE_SLOT];
	int16_t depth[CODE_SLOT];	/* CFA - sp before an instruction; 0: none begins there */
};

/* Frames of any size and of both kinds; functions side by side, or with gaps. */
static inline void code_emit(struct gen *g, struct code_function *f, uint32_t random,
			     void (*out)(void))
{
	bool frame_pointer = random & 1, loop = !f->start && !out;
	int32_t room = 16 * (1 + (random >> 1) % 12) + (frame_pointer ? 0 : 8);

	gen_begin(g);
	if (frame_pointer)
		gen_push_frame(g);
	gen_sub_sp(g, room);
	if (loop)
		gen_insn_32(g, 1000 + (random >> 8) % 8000, 0xb9);	/* mov $.., %ecx */
	f->ret = g->at;
	if (loop) {
		gen_insn(g, 0xff, 0xc9);				/* 1: dec %ecx */
		gen_insn(g, 0x75, 0xfc);				/* jnz 1b */
	} else if (f->start) {
		gen_call(g, f[-1].start);
		f->ret = g->at;
	} else {
		gen_mov(g, GEN_AX, (uintptr_t)out);
		gen_call_reg(g, GEN_AX);
		f->ret = g->at;
	}
	if (frame_pointer)
		gen_leave(g);
	else
		gen_add_sp(g, room);
	gen_ret(g);
}

/* @out: what the first function calls; NULL: it turns. */
static inline void code_make(struct gen *g, struct code *c, uint32_t random, void (*out)(void))
{
	bool gaps = random & 1;

	memset(c, 0, sizeof(*c));
	memset(g->text, 0xcc, CODE_SLOT);
	memset(g->depths, 0, CODE_SLOT * sizeof(g->depths[0]));
	c->calls_out = out;
	g->at = 0;
	for (int i = 0; i < CODE_FUNCTIONS; i++) {
		struct code_function *f = &c->f[i];

		f->start = g->at;
		random = random * 1103515245 + 12345;
		code_emit(g, f, random >> 8, out);
		f->size = g->at - f->start;
		f->n_rows = g->n_rows;
		if (f->n_rows > CODE_ROWS)
			abort();
		memcpy(f->rows, g->rows, f->n_rows * sizeof(f->rows[0]));
		if (gaps)
			g->at = (g->at + 15) & ~15u;
	}
	if (g->at > CODE_SLOT)
		abort();
	memcpy(c->bytes, g->text, CODE_SLOT);
	for (int i = 0; i < CODE_SLOT; i++)
		c->depth[i] = g->depths[i];
}

/* The memory of the process's live window, which the library keeps to itself; NULL: none. */
static inline struct sfreg_live_header *code_memory(size_t *len)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end, found = 0;
	char line[300];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[sfreg-live]") && sscanf(line, "%lx-%lx", &start, &end) == 2) {
			found = start;
			*len = end - start;
		}
	if (maps)
		fclose(maps);
	return (struct sfreg_live_header *)found;
}

#endif /* LIVE_CODE_H */
