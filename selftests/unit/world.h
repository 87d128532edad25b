/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The walk's environment, for tests: a stack of words at chosen addresses,
 * windows, registers, restorers and signal frames. What is not there cannot be read.
 */
#ifndef WORLD_H
#define WORLD_H

#include "build.h"
#include "walk.h"

#define WORLD_MAX	256
#define WORLD_REGISTERS	16
#define WORLD_ADDR_MAX	0x7ffffffff000ull

struct world {
	struct { u64 addr, value; } words[WORLD_MAX];
	struct sfr_window windows[8];
	struct { u64 frame_sp, value; u8 reg; } known[WORLD_REGISTERS];
	struct { u64 sp; struct sfr_regs regs; bool at_entry; } signals[8];
	u64 restorers[4];
	int n_words, n_windows, n_signals, n_known, n_restorers;
	int reads, asked;	/* words and registers asked for, granted or not */
	u64 signal_sp;		/* of the last signal frame that was read; 0: none */
};

/* Forgets the words, the registers and the signal frames. */
void world_clear(struct world *w);
/* How often the core has offered to rest. */
extern unsigned long world_rests;

void world_word(struct world *w, u64 addr, u64 value);
void world_window(struct world *w, u64 start, u64 len, u64 base, const struct sfr_table *t);
void world_signal(struct world *w, u64 sp, u64 pc, u64 new_sp, u64 fp);
/* A register of the walk's first frame, or, not 0, of the signal frame at @frame_sp. */
void world_register(struct world *w, u64 frame_sp, u8 reg, u64 value);
void world_restorer(struct world *w, u64 pc);
/* A walk of @w from these registers; no stack switches allowed. */
void world_start(struct world *w, struct sfr_walk *walk, u64 pc, u64 sp, u64 fp);

#endif /* WORLD_H */
