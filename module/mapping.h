/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done when a process has mapped text: placed, or told. */
#ifndef SFREG_MAPPING_H
#define SFREG_MAPPING_H

#include <linux/mm_types.h>

/*
 * The hooks, while somebody listens to the tracepoint sfreg_map or binds files: atomic, with
 * mmap_lock held for write. The mapping is there; or mprotect(2) is about to make it, or a
 * part of it, @prot.
 */
void sfreg_mapping_made(const struct vm_area_struct *vma);
void sfreg_mapping_protected(const struct vm_area_struct *vma, unsigned long prot);

/* The windows of @mm are being looked at, or it ends: its next mapping is told. */
void sfreg_mapping_forget(const struct mm_struct *mm);

#endif /* SFREG_MAPPING_H */
