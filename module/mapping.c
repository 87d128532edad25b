// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that maps text of files is told of once (tracepoint sfreg_map), and
 * then not again until somebody lists its windows: who has been told looks at all
 * of it, and a dynamic linker's forty libraries need no more than that. Perf's
 * records of mappings are no substitute: while they are asked for, every mmap(2)
 * on the machine, data too, makes up the name of its file.
 *
 * An mm was told if its slot holds it. Whoever takes the slot makes it be told
 * once more, which does no harm.
 */
#include <linux/hash.h>
#include <linux/mm.h>

#include "mapping.h"
#include "trace.h"

#define SFREG_MAPPING_BITS	8

static const struct mm_struct *sfreg_mapping_told[1 << SFREG_MAPPING_BITS];

static const struct mm_struct **sfreg_mapping_slot(const struct mm_struct *mm)
{
	return &sfreg_mapping_told[hash_ptr(mm, SFREG_MAPPING_BITS)];
}

void sfreg_mapping_note(const struct vm_area_struct *vma)
{
	const struct mm_struct **slot = sfreg_mapping_slot(vma->vm_mm);

	if (!(vma->vm_flags & VM_EXEC) || !vma->vm_file)
		return;
	/* The mapping is there. Pairs with the barrier below. */
	smp_mb();
	if (READ_ONCE(*slot) == vma->vm_mm)
		return;
	WRITE_ONCE(*slot, vma->vm_mm);
	trace_sfreg_map(vma->vm_mm, vma->vm_start, vma->vm_end);
}

void sfreg_mapping_forget(const struct mm_struct *mm)
{
	const struct mm_struct **slot = sfreg_mapping_slot(mm);

	if (READ_ONCE(*slot) == mm)
		WRITE_ONCE(*slot, NULL);
	/* Mappings are read after this: one that is not seen then, is told. */
	smp_mb();
}
