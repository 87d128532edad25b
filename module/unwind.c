// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's walk, connected to a thread: its registers, its windows, its stack.
 * All of it may run in NMI.
 */
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/uprobes.h>

#include "limits.h"
#include "space.h"
#include "stats.h"
#include "unwind.h"

/*
 * A page that is not there is an error here, not a fault: page faults are off.
 * The first read goes through copy_from_user_nofault(), which also finds out
 * whether this context may touch user memory at all (an NMI may have come while
 * another mm was being loaded); once that went well the cheaper form will do.
 */
bool sfr_env_read(void *env, u64 addr, u64 *word)
{
	struct sfreg_unwind *unwind = env;

	if (unwind->plain_reads)
		return sfr_env_peek(env, addr, word);
	unwind->plain_reads = addr <= unwind->walk.addr_max - sizeof(*word) &&
			      !copy_from_user_nofault(word, u64_to_user_ptr(addr), sizeof(*word));
	return unwind->plain_reads;
}

const struct sfr_window *sfr_env_window(void *env, u64 pc)
{
	struct sfreg_unwind *unwind = env;

	return unwind->view ? sfreg_view_find(unwind->view, pc) : NULL;
}

void sfreg_unwind_start(struct sfreg_unwind *unwind, const struct pt_regs *regs)
	__acquires(RCU)
{
	const struct sfr_regs from = { .pc = regs->ip, .sp = regs->sp, .fp = regs->bp };
	u64 word;

	/* Field by field: clearing all of it would cost as much as a frame or two. */
	unwind->walk.max_switches = READ_ONCE(sfreg_limit_stack_switches);
	unwind->walk.addr_max = TASK_SIZE_MAX;
	unwind->walk.sp_off = 0;
	unwind->walk.env = unwind;
	unwind->regs = regs;
	unwind->signal_sp = 0;
	unwind->plain_reads = false;
	unwind->stop = SFR_STOP_NONE;
	sfreg_count(SFREG_STAT_walks);
	rcu_read_lock();
	pagefault_disable();
	unwind->view = sfreg_space_view(current->mm);
	sfr_walk_start(&unwind->walk, &from);
	/* For the answer to whether this context may read, not for the word. */
	sfr_env_read(unwind, from.sp, &word);
}

bool sfreg_unwind_next(struct sfreg_unwind *unwind)
{
	unwind->stop = sfr_walk_next(&unwind->walk);
	if (!unwind->stop)
		sfreg_count(SFREG_STAT_walks + unwind->walk.frame.source);
	return !unwind->stop;
}

u32 sfreg_unwind_pcs(struct sfreg_unwind *unwind, u64 *pcs, u32 n)
{
	n = unwind->plain_reads ? sfr_walk_run(&unwind->walk, pcs, n) : 0;
	sfreg_count_many(SFREG_STAT_frames_sframe, n);
	if (n || !sfreg_unwind_next(unwind))
		return n;
	pcs[0] = unwind->walk.frame.regs.pc;
	return 1;
}

/* The counters follow the sources; each walk has one frame of its registers. */
static_assert(SFREG_STAT_walks + SFR_SOURCE_SFRAME == (int)SFREG_STAT_frames_sframe);
static_assert(SFREG_STAT_walks + SFR_SOURCE_SIGNAL_FRAME == (int)SFREG_STAT_frames_signal);
static_assert(SFREG_STAT_walks + SFR_SOURCE_FRAME_POINTER == (int)SFREG_STAT_frames_fp);

enum sfr_stop sfreg_unwind_end(struct sfreg_unwind *unwind)
	__releases(RCU)
{
	pagefault_enable();
	rcu_read_unlock();
	if (unwind->stop == SFR_STOP_NONE)
		unwind->stop = SFR_STOP_FRAME_LIMIT;
	sfreg_count(SFREG_STAT_stop_none + unwind->stop);
	return unwind->stop;
}
