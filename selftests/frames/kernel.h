/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands for the kernel: the library's calls, answered here. Sections are compiled by
 * the module's core from a copy without a byte more.
 */
#ifndef FRAMES_KERNEL_H
#define FRAMES_KERNEL_H

#include "build.h"

struct kernel {
	bool absent;		/* there is no module */
	bool forbids;		/* a policy: process_vm_readv() is not to be called */
	int refuse;		/* not 0: to each registration */
	int n_windows;
	int n_asked;		/* all calls */
};

extern struct kernel kernel;

/* All gone, and a module there. */
void kernel_reset(void);
/* The rule at @pc, exact; NULL: no window, or none there. */
const struct sfr_rule *kernel_rule(const void *pc);

#endif /* FRAMES_KERNEL_H */
