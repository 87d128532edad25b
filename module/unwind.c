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
	u64 value;

	if (addr > unwind->walk.addr_max - sizeof(value))
		return false;
	if (!unwind->plain_reads) {
		if (copy_from_user_nofault(&value, u64_to_user_ptr(addr), sizeof(value)))
			return false;
		unwind->plain_reads = true;
	} else if (__get_user(value, (u64 __user *)u64_to_user_ptr(addr))) {
		return false;
	}
	*word = value;
	return true;
}

const struct sfr_window *sfr_env_window(void *env, u64 pc)
{
	struct sfreg_unwind *unwind = env;
	const struct sfreg_win *win;

	win = unwind->view ? sfreg_view_find(unwind->view, pc) : NULL;
	return win ? &win->text : NULL;
}

void sfreg_unwind_start(struct sfreg_unwind *unwind, const struct pt_regs *regs)
	__acquires(RCU)
{
	const struct sfr_regs from = { .pc = regs->ip, .sp = regs->sp, .fp = regs->bp };

	*unwind = (struct sfreg_unwind) {
		.walk.max_switches = READ_ONCE(sfreg_limit_stack_switches),
		.walk.addr_max = TASK_SIZE_MAX,
		.walk.env = unwind,
		.regs = regs,
	};
	rcu_read_lock();
	pagefault_disable();
	unwind->view = sfreg_space_view(current->mm);
	sfr_walk_start(&unwind->walk, &from);
}

bool sfreg_unwind_next(struct sfreg_unwind *unwind)
{
	unwind->by_source[unwind->walk.frame.source]++;
	unwind->stop = sfr_walk_next(&unwind->walk);
	return unwind->stop == SFR_STOP_NONE;
}

/* The counters follow the sources; each walk has one frame of its registers. */
static_assert(SFREG_STAT_walks + SFR_SOURCE_SFRAME == (int)SFREG_STAT_frames_sframe);
static_assert(SFREG_STAT_walks + SFR_SOURCE_SIGNAL_FRAME == (int)SFREG_STAT_frames_signal);
static_assert(SFREG_STAT_walks + SFR_SOURCE_FRAME_POINTER == (int)SFREG_STAT_frames_fp);

enum sfr_stop sfreg_unwind_end(struct sfreg_unwind *unwind)
	__releases(RCU)
{
	int source;

	pagefault_enable();
	rcu_read_unlock();
	if (unwind->stop == SFR_STOP_NONE) {
		unwind->by_source[unwind->walk.frame.source]++;
		unwind->stop = SFR_STOP_FRAME_LIMIT;
	}
	for (source = 0; source < ARRAY_SIZE(unwind->by_source); source++) {
		sfreg_count_many(SFREG_STAT_walks + source, unwind->by_source[source]);
		sfreg_count_many(SFREG_STAT_frames, unwind->by_source[source]);
	}
	sfreg_count(SFREG_STAT_stop_none + unwind->stop);
	return unwind->stop;
}
