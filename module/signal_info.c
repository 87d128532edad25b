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

static enum sfreg_discontinuity sfreg_signal_type(int signo, int code)
{
	/* Sent by somebody. SI_KERNEL is above 0: a general protection fault, say. */
	if (code <= 0)
		return SFREG_DISC_ASYNC;
	switch (signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
		return SFREG_DISC_FAULT;
	case SIGTRAP:
		return SFREG_DISC_TRAP;
	default:
		return SFREG_DISC_ASYNC;
	}
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
	frame->discontinuity = sfreg_signal_type(signo, (s32)code_pad);
}
