/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which process a call is about: the caller's own, or the one whose
 * /proc/PID/mem the caller has opened, which is where the kernel checked the
 * right to ptrace it.
 */
#ifndef SFREG_TARGET_H
#define SFREG_TARGET_H

struct mm_struct;

/*
 * Process context, may sleep. Return: an mm with its users pinned, to be given
 * back with mmput(), or an ERR_PTR of -EBADF, -EINVAL, -ESRCH.
 */
struct mm_struct *sfreg_target_get(int mem_fd);

void sfreg_target_init(void);
void sfreg_target_exit(void);

#endif /* SFREG_TARGET_H */
