/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The walk: from (pc, sp, fp) frame by frame to a stop reason. Runs in any
 * context, NMI included: no allocation, no lock, a bounded stack, and per frame
 * a bounded amount of work. Stack words are hostile, as are the rules.
 *
 *	sfr_walk_start(&walk, &regs);
 *	do {
 *		use(walk.frame);
 *		stop = sfr_walk_next(&walk);
 *		// here walk.cfa is the CFA of the frame used above, or 0
 *	} while (!stop);
 *
 * The caller bounds the number of frames (SFR_STOP_FRAME_LIMIT is its word).
 */
#ifndef SFR_WALK_H
#define SFR_WALK_H

#include <sfr_env.h>
#include "rows.h"

/* The values of these three are those of the uapi header; query.c asserts it. */
enum sfr_kind { SFR_KIND_EXACT, SFR_KIND_CALL, SFR_KIND_DISCONTINUITY };

enum sfr_source {
	SFR_SOURCE_REGS,
	SFR_SOURCE_SFRAME,
	SFR_SOURCE_SIGNAL_FRAME,
	SFR_SOURCE_FRAME_POINTER,
};

enum sfr_stop {
	SFR_STOP_NONE,
	SFR_STOP_OUTERMOST,
	SFR_STOP_NO_WINDOW,
	SFR_STOP_NO_RULE,
	SFR_STOP_BAD_CFA,
	SFR_STOP_NO_PROGRESS,
	SFR_STOP_UNREADABLE,
	SFR_STOP_BAD_RA,
	SFR_STOP_FRAME_LIMIT,
	SFR_STOP_SWITCH_LIMIT,
	SFR_STOP_UNKNOWN_REG,
	SFR_STOP_UNSTEADY,
	SFR_STOP_COUNT
};

struct sfr_regs {
	u64 pc, sp, fp;
};

struct sfr_live;

/* Text [start, end) of one process, and the table that describes it. */
struct sfr_window {
	u64 start, end;
	u64 base;		/* address of the section's first byte, or its stand-in */
	const struct sfr_table *table;	/* of a live window: one without rows */
	const struct sfr_live *live;	/* NULL: it is not one */
};

struct sfr_frame {
	struct sfr_regs regs;	/* regs.pc is the frame's pc */
	u8 kind;		/* enum sfr_kind */
	u8 source;		/* enum sfr_source */
	bool blind;		/* a call was injected: since then no register is known
				 * but these */
	bool at_entry;		/* without a rule: the return address lies at sp, fp
				 * is the caller's. Of the first frame, the caller
				 * may set it after sfr_walk_start() */
};

#define SFR_WALK_RECENT	4

struct sfr_walk {
	struct sfr_frame frame;	/* the frame that the walk stands on */
	u64 cfa;		/* of the frame before it; 0: unknown */
	u32 max_switches;	/* of the stack's direction, set by the caller */
	u32 n_switches;
	u64 addr_max;		/* first address that is not user space */
	s32 sp_off;		/* the caller's sp is cfa + sp_off: 0, s390x -160 */
	void *env;		/* handed to the functions below */
	struct sfr_rule made;	/* of a live row */
	const struct sfr_window *recent[SFR_WALK_RECENT];	/* run.c's */
	u32 n_recent;
};

/* @walk: max_switches, addr_max, sp_off and env are the caller's to set, before. */
void sfr_walk_start(struct sfr_walk *walk, const struct sfr_regs *regs);
enum sfr_stop sfr_walk_next(struct sfr_walk *walk);

/*
 * The next frames' pcs, as sfr_walk_next() would find them one by one, up to @n,
 * as long as all is as usual: quicker, and without a word on each. Return: how
 * many; the walk stands on the last. 0 says nothing: ask sfr_walk_next().
 */
u32 sfr_walk_run(struct sfr_walk *walk, u64 *pcs, u32 n);

/* For run.c and step.c: the walk now stands on a frame that was left by a call. */
void sfr_walk_arrive(struct sfr_walk *walk, struct sfr_regs regs, enum sfr_source source);

/*
 * What each environment links in. All of them: any context, bounded, no lock.
 */

/* The stack word at @addr (any alignment), or false if it cannot be read now. */
bool sfr_env_read(void *env, u64 addr, u64 *word);

/*
 * The window that holds @pc, or NULL. It must stay until the walk has ended.
 */
const struct sfr_window *sfr_env_window(void *env, u64 pc);

/*
 * The register with DWARF number @reg of the walk's first frame, or of the one that the
 * last signal frame was about. @called: the frame at hand is another, which has called. Then
 * it is known only if it is one that no callee has to restore (AMD64: rax, rcx, rdx, rsi, rdi,
 * r8 to r11): whoever says that a frame needs it below a call says that those called leave
 * it alone. The others may be anywhere. False: not known.
 */
bool sfr_env_register(void *env, u8 reg, bool called, u64 *value);

/* Is @pc, a return address without a rule, a signal trampoline's? */
bool sfr_env_is_restorer(void *env, u64 pc);

/*
 * The registers that the kernel saved in the signal frame which the trampoline
 * finds at @sp; @at_entry, false before, as in struct sfr_frame. False if it
 * cannot be read.
 */
bool sfr_env_signal_frame(void *env, u64 sp, struct sfr_regs *regs, bool *at_entry);

#endif /* SFR_WALK_H */
