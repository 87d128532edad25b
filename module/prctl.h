/* SPDX-License-Identifier: GPL-2.0-only */
/* The prctl(2) door: what hook.c redirects sfreg's own options to. */
#ifndef SFREG_PRCTL_H
#define SFREG_PRCTL_H

#include <linux/types.h>

struct pt_regs;

/* Is this (the low word of a register) one of our options? */
bool sfreg_prctl_is_ours(u32 option);

/*
 * In place of __x64_sys_prctl() and __ia32_sys_prctl(), with a reference to the
 * module that the callback has taken. @regs are the caller's.
 */
long sfreg_prctl_x64(const struct pt_regs *regs);
long sfreg_prctl_ia32(const struct pt_regs *regs);

#endif /* SFREG_PRCTL_H */
