/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rows that a code generator appends and deletes while walks read them, in memory that it
 * writes at any time: nothing there is trusted, each word is read once. Any context, NMI
 * included. The form is the ABI's (struct sfreg_live_header):
 *
 *	word 0		number of runs, at most 16
 *	words 1 .. 16	runs: number of rows << 32 | the first row's number
 *	words 32 ..	rows: a run's by ascending text offset
 *
 * A row, which holds until the next one of its run, is
 *
 *	bits 63 - 32	text offset, from the window's start
 *	bits 31 - 17	cfa_off / 8
 *	bits 16 - 10	ra = *(cfa - 8 - 8 * this)
 *	bits 9 - 4	fp = *(cfa - 8 * this); 0: it is the caller's
 *	bit 3		0
 *	bit 2		the caller's pc is exact
 *	bits 1, 0	0 nothing is known, 1 cfa = sp + cfa_off, 2 cfa = fp + cfa_off, 3 outermost
 *
 * Where the last run knows nothing the one before it is asked.
 */
#ifndef SFR_LIVE_H
#define SFR_LIVE_H

#include <sfr_env.h>
#include "rows.h"
#include "walk.h"

#define SFR_LIVE_RUNS		16
#define SFR_LIVE_HEADER		32	/* words */

#define SFR_LIVE_KIND		0x3
#define SFR_LIVE_SP		0x1
#define SFR_LIVE_FP		0x2
#define SFR_LIVE_OUTERMOST	0x3
#define SFR_LIVE_EXACT		0x4
#define SFR_LIVE_RESERVED	0x8

struct sfr_live {
	const u64 *words;		/* SFR_LIVE_HEADER and n_rows more */
	u32 n_rows;
};

/* The table of a live window, for who looks there first. */
extern const struct sfr_table sfr_no_rows;

/*
 * What holds at @offset. Return: SFR_STOP_NONE, and @rule; SFR_STOP_NO_RULE; or
 * SFR_STOP_UNSTEADY: each time one looks, the rows contradict each other.
 */
enum sfr_stop sfr_live_rule(const struct sfr_live *live, u32 offset, struct sfr_rule *rule);

#endif /* SFR_LIVE_H */
