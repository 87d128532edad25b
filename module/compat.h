/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, newest form first; the only home of version
 * checks. Prefer to ask for the thing itself (#ifdef) to asking for a version.
 */
#ifndef SFREG_COMPAT_H
#define SFREG_COMPAT_H

#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/version.h>

/* 6.2 names them; before, the registers that hold arguments are in ->regs. */
#ifdef ftrace_regs_get_argument
#define sfreg_ftrace_arg(fregs, n)	ftrace_regs_get_argument(fregs, n)
#else
#define sfreg_ftrace_arg(fregs, n)	regs_get_kernel_argument(&(fregs)->regs, n)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define sfreg_ftrace_redirect(fregs, to) \
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)(to))
#else
#define sfreg_ftrace_redirect(fregs, to) \
	ftrace_instruction_pointer_set(fregs, (unsigned long)(to))
#endif

/* 6.4 split user workers from io workers. */
#ifdef PF_USER_WORKER
#define SFREG_PF_WORKER			(PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER)
#else
#define SFREG_PF_WORKER			(PF_KTHREAD | PF_IO_WORKER)
#endif

/* 6.3 wants to be told. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define sfreg_vm_flags_mod(vma, set, clear)	vm_flags_mod(vma, set, clear)
#else
static inline void sfreg_vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
				      unsigned long clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/* 6.6 and 6.7 hide the times of an inode. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define sfreg_inode_mtime(inode)	inode_get_mtime(inode)
#else
#define sfreg_inode_mtime(inode)	((inode)->i_mtime)
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define sfreg_inode_ctime(inode)	inode_get_ctime(inode)
#else
#define sfreg_inode_ctime(inode)	((inode)->i_ctime)
#endif

/* The uprobe that the current thread is at, where the kernel says so; or NULL. */
#ifdef SFREG_HAVE_UTASK_AUPROBE
#define sfreg_hit_uprobe()	(current->utask ? current->utask->auprobe : NULL)
#else
#define sfreg_hit_uprobe()	((const struct arch_uprobe *)NULL)
#endif

#endif /* SFREG_COMPAT_H */
