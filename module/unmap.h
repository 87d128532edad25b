/* SPDX-License-Identifier: GPL-2.0-only */
/* Which text is being unmapped, learned from a hook on unmap_vmas(). */
#ifndef SFREG_UNMAP_H
#define SFREG_UNMAP_H

struct ftrace_regs;

/* Learn where this kernel keeps the range. The hook is attached; may sleep. */
void sfreg_unmap_calibrate(void);

/* The hook: atomic, the mm's mmap_lock held. */
void sfreg_unmap_notify(struct ftrace_regs *fregs);

#endif /* SFREG_UNMAP_H */
