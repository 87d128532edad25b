// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of a file that is bound gets its windows at once, where its process has some already. For a
 * process's first, and where mprotect(2) is only about to make the text executable, the
 * thread does it on its way back to its program: then it can sleep.
 *
 * Other files are kept for the binders. Of a process that maps one is told once
 * (tracepoint sfreg_map), and then not again until somebody lists its windows: who
 * has been told looks at all of it, and a dynamic linker's forty libraries need no
 * more than that. Perf's records of mappings are no substitute: while they are
 * asked for, every mmap(2) on the machine, data too, makes up the name of its
 * file.
 *
 * An mm was told if its slot holds it. Whoever takes the slot makes it be told
 * once more, which does no harm.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "binding.h"
#include "compat.h"
#include "identity.h"
#include "mapping.h"
#include "trace.h"
#include "unbound.h"

#define SFREG_MAPPING_BITS	8

static const struct mm_struct *sfreg_mapping_told[1 << SFREG_MAPPING_BITS];

static const struct mm_struct **sfreg_mapping_slot(const struct mm_struct *mm)
{
	return &sfreg_mapping_told[hash_ptr(mm, SFREG_MAPPING_BITS)];
}

static void sfreg_mapping_tell(const struct mm_struct *mm, u64 start, u64 end)
{
	const struct mm_struct **slot = sfreg_mapping_slot(mm);

	/* The mapping is there. Pairs with the barrier below. */
	smp_mb();
	if (READ_ONCE(*slot) == mm)
		return;
	WRITE_ONCE(*slot, mm);
	trace_sfreg_map(mm, start, end);
}

void sfreg_mapping_forget(const struct mm_struct *mm)
{
	const struct mm_struct **slot = sfreg_mapping_slot(mm);

	if (READ_ONCE(*slot) == mm)
		WRITE_ONCE(*slot, NULL);
	/* Mappings are read after this: one that is not seen then, is told. */
	smp_mb();
}

/* A mapping that waits for its thread. Keeps the module. */
struct sfreg_mapping {
	struct callback_head work;
	struct sfreg_binding *binding;
	const struct mm_struct *mm;
	u64 start, end;
};

static void sfreg_mapping_drop(struct sfreg_mapping *mapping)
{
	sfreg_binding_put(mapping->binding);
	kfree(mapping);
	module_put(THIS_MODULE);
}

static void sfreg_mapping_work(struct callback_head *work)
{
	struct sfreg_mapping *mapping = container_of(work, struct sfreg_mapping, work);

	/* A thread that has ended has none. */
	if (current->mm == mapping->mm &&
	    sfreg_binding_place(mapping->binding, mapping->start, mapping->end))
		sfreg_mapping_tell(mapping->mm, mapping->start, mapping->end);
	sfreg_mapping_drop(mapping);
}

static bool sfreg_mapping_queue(const struct vm_area_struct *vma, struct sfreg_binding *binding)
{
	struct sfreg_mapping *mapping;

	if (current->mm != vma->vm_mm || current->flags & SFREG_PF_WORKER)
		return false;
	mapping = kmalloc(sizeof(*mapping), GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!mapping)
		return false;
	if (!try_module_get(THIS_MODULE)) {
		kfree(mapping);
		return false;
	}
	init_task_work(&mapping->work, sfreg_mapping_work);
	mapping->binding = binding;
	mapping->mm = vma->vm_mm;
	mapping->start = vma->vm_start;
	mapping->end = vma->vm_end;
	if (!task_work_add(current, &mapping->work, TWA_RESUME))
		return true;
	kfree(mapping);
	module_put(THIS_MODULE);
	return false;
}

/* Return: the file is bound, and nobody else need care. */
static bool sfreg_mapping_take(const struct vm_area_struct *vma, bool is_made)
{
	struct sfreg_binding *binding = NULL;
	struct sfreg_identity of;
	bool done;

	if (sfreg_identity_of(vma, &of))
		binding = sfreg_binding_find(&of);
	if (!binding)
		return false;
	done = !binding->section || (is_made && sfreg_binding_add(binding, vma));
	if (!done && sfreg_mapping_queue(vma, binding))
		return true;
	sfreg_binding_put(binding);
	return done;
}

static void sfreg_mapping_note(const struct vm_area_struct *vma, bool is_made)
{
	if (!vma->vm_file || sfreg_mapping_take(vma, is_made))
		return;
	sfreg_unbound_note(vma->vm_file);
	sfreg_mapping_tell(vma->vm_mm, vma->vm_start, vma->vm_end);
}

void sfreg_mapping_made(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_EXEC)
		sfreg_mapping_note(vma, true);
}

void sfreg_mapping_protected(const struct vm_area_struct *vma, unsigned long prot)
{
	if (prot & PROT_EXEC)
		sfreg_mapping_note(vma, false);
}
