// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf's user call chains (and BPF's, which come the same way). Any context, NMI
 * included.
 */
#include <linux/perf_event.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uprobes.h>

#include <asm/processor-flags.h>

#include "callchain.h"
#include "compat.h"
#include "unwind.h"

/* Frames that are asked for at once: 256 bytes of stack. */
#define SFREG_RUN	32

bool notrace sfreg_callchain_can_walk(const struct pt_regs *regs)
{
	return user_64bit_mode((struct pt_regs *)regs) &&
	       !(regs->flags & (X86_VM_MASK | PERF_EFLAGS_VM));
}

/*
 * A uprobe at a function's entry: without a rule the return address would be
 * missed, since the frame pointer is still the caller's. As the stock walker does.
 */
static bool sfreg_at_uprobed_entry(void)
{
	static const u8 endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const struct arch_uprobe *probe = sfreg_hit_uprobe();

	return probe && (probe->insn[0] == 0x55 /* push %rbp */ ||
			 !memcmp(probe->insn, endbr64, sizeof(endbr64)));
}

void sfreg_callchain_user(struct perf_callchain_entry_ctx *entry, struct pt_regs *regs)
{
	struct sfreg_unwind unwind;
	u64 pcs[SFREG_RUN];
	u32 i, n = 1;

	pcs[0] = regs->ip;
	sfreg_unwind_start(&unwind, regs);
	unwind.walk.frame.at_entry = sfreg_at_uprobed_entry();
	do {
		/* Refused, without the number going up, when contexts have run out. */
		for (i = 0; i < n && !perf_callchain_store(entry, pcs[i]); i++)
			;
		n = i < n ? 0 : min_t(u32, entry->max_stack - entry->nr, SFREG_RUN);
	} while (n && (n = sfreg_unwind_pcs(&unwind, pcs, n)));
	sfreg_unwind_end(&unwind);
}
