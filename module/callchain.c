// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf's user call chains (and BPF's, which come the same way). Any context, NMI
 * included.
 */
#include <linux/perf_event.h>
#include <linux/ptrace.h>

#include <asm/processor-flags.h>

#include "callchain.h"
#include "unwind.h"

bool notrace sfreg_callchain_can_walk(const struct pt_regs *regs)
{
	return user_64bit_mode((struct pt_regs *)regs) &&
	       !(regs->flags & (X86_VM_MASK | PERF_EFLAGS_VM));
}

void sfreg_callchain_user(struct perf_callchain_entry_ctx *entry, struct pt_regs *regs)
{
	struct sfreg_unwind unwind;

	sfreg_unwind_start(&unwind, regs);
	do
		perf_callchain_store(entry, unwind.walk.frame.regs.pc);
	while (entry->nr < entry->max_stack && sfreg_unwind_next(&unwind));
	sfreg_unwind_end(&unwind);
}
