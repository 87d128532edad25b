/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From pt_regs to a walk over the current thread's user stack.
 *
 *	sfreg_unwind_start(&unwind, regs);	its first frame is that of regs
 *	do
 *		use(unwind.walk.frame);
 *	while (room && sfreg_unwind_next(&unwind));
 *	stop = sfreg_unwind_end(&unwind);
 *
 * Any context, NMI included; must not sleep between start and end, which hold
 * RCU and keep page faults off. Only for 64-bit tasks, and for current.
 */
#ifndef SFREG_UNWIND_H
#define SFREG_UNWIND_H

#include <linux/types.h>

#include "core/walk.h"

struct pt_regs;
struct sfreg_view;

struct sfreg_unwind {
	struct sfr_walk walk;
	const struct sfreg_view *view;	/* NULL: no windows */
	const struct pt_regs *regs;	/* of the first frame */
	u64 signal_sp;			/* of the last signal frame that was left */
	bool plain_reads;		/* user space can be read without the checks
					 * that copy_from_user_nofault() makes */
	enum sfr_stop stop;
};

void sfreg_unwind_start(struct sfreg_unwind *unwind, const struct pt_regs *regs);
/* One frame on; false: there is none, and why is said at the end. */
bool sfreg_unwind_next(struct sfreg_unwind *unwind);
/* The next frames' pcs, as many as come easily, up to @n, which is not 0. 0: as above. */
u32 sfreg_unwind_pcs(struct sfreg_unwind *unwind, u64 *pcs, u32 n);
/* Counts the walk. Return: why it ended; the frame limit, if it was not at its end. */
enum sfr_stop sfreg_unwind_end(struct sfreg_unwind *unwind);

#endif /* SFREG_UNWIND_H */
