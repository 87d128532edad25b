/* SPDX-License-Identifier: GPL-2.0-only */
/* Where sfreg attaches to the kernel, and lets go of it. */
#ifndef SFREG_HOOK_H
#define SFREG_HOOK_H

#include <linux/types.h>

/* Before all others. */
void sfreg_hooks_init(void);

/* Process context of a task with an mm. On: 0 or an errno; the second on is 0. */
int sfreg_hooks_attach(void);
/* Afterwards no text of the module runs through a hook. An errno: some may. */
int sfreg_hooks_detach(void);

/*
 * Each call of the first, which may sleep and takes 0.1 s, is one more who wants to have mapped
 * text noted (mapping.h); the second, one less. An errno: it can not be.
 */
int sfreg_hooks_want_mapped(void);
void sfreg_hooks_leave_mapped(void);

/* Detached for good: the last call. */
void sfreg_hooks_exit(void);

/* SFREG_FEAT_*: what is attached now. */
u64 sfreg_hooks_features(void);

#endif /* SFREG_HOOK_H */
