/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling who attaches from outside that a process has mapped text. */
#ifndef SFREG_MAPPING_H
#define SFREG_MAPPING_H

#include <linux/mm_types.h>

/* The hooks, while the tracepoint sfreg_map is listened to: atomic. */
void sfreg_mapping_note(const struct vm_area_struct *vma);

/* The windows of @mm are being looked at, or it ends: its next mapping is told. */
void sfreg_mapping_forget(const struct mm_struct *mm);

#endif /* SFREG_MAPPING_H */
