// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a signal frame says besides the registers. For reports: a walk goes on
 * without it.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sfreg.h>
#include <linux/stddef.h>

#include <asm/sigframe.h>

#include "core/walk.h"
#include "signal_info.h"
#include "unwind.h"

/* Of the siginfo, from the ucontext, at which the frame begins for us. */
#define SFREG_SIGINFO	sizeof(struct ucontext)

static bool sfreg_signal_is_fault(int signo, int code)
{
	/* SI_KERNEL is above 0 as well: a general protection fault, say. */
	return code > 0 && (signo == SIGSEGV || signo == SIGBUS || signo == SIGILL ||
			    signo == SIGFPE || signo == SIGTRAP);
}

/*
 * Whether the siginfo has been written depends on SA_SIGINFO, which may have
 * changed since: the handler must be one that takes it now.
 */
void sfreg_signal_info(struct sfreg_unwind *unwind, struct sfreg_frame *frame)
{
	struct sighand_struct *sighand = rcu_dereference(current->sighand);
	const struct sigaction *action;
	u64 info = unwind->signal_sp + SFREG_SIGINFO, signo_errno, code_pad;
	int signo;

	frame->discontinuity = SFREG_DISC_UNKNOWN;
	if (!sighand ||
	    !sfr_env_read(unwind, info + offsetof(struct siginfo, si_signo), &signo_errno) ||
	    !sfr_env_read(unwind, info + offsetof(struct siginfo, si_code), &code_pad))
		return;
	signo = (s32)signo_errno;
	if (signo < 1 || signo > _NSIG)
		return;
	action = &sighand->action[signo - 1].sa;
	if (!(READ_ONCE(action->sa_flags) & SA_SIGINFO))
		return;
	frame->to_pc = (__force u64)READ_ONCE(action->sa_handler);
	frame->discontinuity = sfreg_signal_is_fault(signo, (s32)code_pad) ?
				       SFREG_DISC_FAULT : SFREG_DISC_ASYNC;
}
