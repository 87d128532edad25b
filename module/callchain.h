/* SPDX-License-Identifier: GPL-2.0-only */
/* What perf asks for, walked by us. Any context, NMI included. */
#ifndef SFREG_CALLCHAIN_H
#define SFREG_CALLCHAIN_H

#include <linux/types.h>

struct perf_callchain_entry_ctx;
struct pt_regs;

/* Is this a 64-bit user context, as we know it? */
bool sfreg_callchain_can_walk(const struct pt_regs *regs);

/* In place of perf_callchain_user(). */
void sfreg_callchain_user(struct perf_callchain_entry_ctx *entry, struct pt_regs *regs);

#endif /* SFREG_CALLCHAIN_H */
