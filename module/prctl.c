// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prctl(2) door. Ordinary system-call context: it may sleep, and seccomp has
 * already seen the option.
 */
#include <linux/compat.h>
#include <linux/module.h>
#include <linux/ptrace.h>

#include "ingest.h"
#include "prctl.h"
#include "space.h"

bool sfreg_prctl_is_ours(u32 option)
{
	return option >= PR_SFREG_REGISTER && option <= PR_SFREG_UNREGISTER;
}

static long sfreg_prctl(const struct pt_regs *regs)
{
	u32 option = regs->di;
	const struct sfreg_window window = {
		.size = sizeof(window),
		.flags = option == PR_SFREG_REPLACE ? SFREG_F_REPLACE : 0,
		.text_start = regs->si,
		.text_len = regs->dx,
		.sframe_addr = regs->r10,
		.sframe_len = regs->r8,
		.mem_fd = -1,
	};

	if (in_compat_syscall())	/* x32 comes this way */
		return -EOPNOTSUPP;
	if (!sfreg_spaces_is_open())
		return -ESHUTDOWN;
	if (option != PR_SFREG_UNREGISTER)
		return sfreg_ingest_window(&window);
	if (regs->dx || regs->r10 || regs->r8)
		return -EINVAL;
	return sfreg_ingest_remove_key(window.text_start);
}

long sfreg_prctl_x64(const struct pt_regs *regs)
{
	long ret = sfreg_prctl(regs);

	/*
	 * What is left of this function can not sleep, and detaching the hook
	 * waits for tasks to have left text that does not sleep.
	 */
	module_put(THIS_MODULE);
	return ret;
}

long sfreg_prctl_ia32(const struct pt_regs *regs)
{
	module_put(THIS_MODULE);
	return -EOPNOTSUPP;
}
