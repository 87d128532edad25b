// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of live windows. Windows, the descriptor and, through it, mappings hold
 * references: what a producer unmaps walks may still read, and what the window has lost its
 * producer may still write. The last put may come from RCU; the memory goes by a worker.
 *
 * All is its maker's alone: no other process maps it or places it, fork does not copy the
 * mapping, nothing grows it, and it never becomes executable.
 */
#include <linux/anon_inodes.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sfreg.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "core/live.h"
#include "compat.h"
#include "live.h"
#include "section.h"
#include "stats.h"
#include "user.h"

/* The core's form is the ABI's. */
static_assert(SFR_LIVE_RUNS == SFREG_LIVE_RUNS);
static_assert(SFR_LIVE_HEADER * sizeof(u64) == sizeof(struct sfreg_live_header));
static_assert(SFR_LIVE_SP == SFREG_LIVE_SP && SFR_LIVE_FP == SFREG_LIVE_FP);
static_assert(SFR_LIVE_OUTERMOST == SFREG_LIVE_OUTERMOST && SFR_LIVE_EXACT == SFREG_LIVE_EXACT);

struct sfreg_live_section {
	struct sfreg_compiled section;
	struct sfr_live live;
	struct sfreg_user *user;
	struct mm_struct *mm;		/* a reference to the structure: it is nobody else's */
	struct work_struct work;
	void *memory;			/* the pages, for us to read */
	unsigned long n_pages;
	struct page *pages[];
};

static struct workqueue_struct *sfreg_live_wq;

static void sfreg_live_free(struct sfreg_live_section *live)
{
	unsigned long i;

	vunmap(live->memory);
	for (i = 0; i < live->n_pages && live->pages[i]; i++) {
		__free_page(live->pages[i]);
		cond_resched();
	}
	kvfree(live);
}

static void sfreg_live_work(struct work_struct *work)
{
	struct sfreg_live_section *live = container_of(work, struct sfreg_live_section, work);

	sfreg_user_uncharge_table(live->user, live->section.bytes);
	sfreg_user_put(live->user);
	mmdrop(live->mm);
	sfreg_gauge_add(SFREG_STAT_sections, -1);
	sfreg_gauge_add(SFREG_STAT_section_bytes, -(long)live->section.bytes);
	sfreg_live_free(live);
}

/* Any context but NMI. */
static void sfreg_live_release(struct sfreg_compiled *section)
{
	queue_work(sfreg_live_wq,
		   &container_of(section, struct sfreg_live_section, section)->work);
}

static struct sfreg_live_section *sfreg_live_alloc(u32 n_rows)
{
	size_t bytes = PAGE_ALIGN((SFR_LIVE_HEADER + (size_t)n_rows) * sizeof(u64));
	struct sfreg_live_section *live;
	unsigned long i, n_pages = bytes >> PAGE_SHIFT;

	live = kvzalloc(struct_size(live, pages, n_pages), GFP_KERNEL_ACCOUNT);
	if (!live)
		return NULL;
	live->n_pages = n_pages;
	for (i = 0; i < n_pages; i++) {
		live->pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!live->pages[i] || fatal_signal_pending(current))
			goto free;
		cond_resched();
	}
	live->memory = vmap(live->pages, n_pages, VM_MAP, PAGE_KERNEL_RO);
	if (!live->memory)
		goto free;
	live->live = (struct sfr_live) { .words = live->memory, .n_rows = n_rows };
	live->section = (struct sfreg_compiled) {
		.table = &sfr_no_rows,
		.live = &live->live,
		.bytes = bytes,
		.owner = current->mm,
		.release = sfreg_live_release,
	};
	refcount_set(&live->section.refs, 1);
	INIT_WORK(&live->work, sfreg_live_work);
	return live;

free:
	sfreg_live_free(live);
	return NULL;
}

struct sfreg_compiled *sfreg_live_new(u32 n_rows)
{
	struct sfreg_live_section *live;
	struct sfreg_user *user;

	user = sfreg_user_get();
	if (!user)
		return ERR_PTR(-ENOMEM);
	live = sfreg_live_alloc(n_rows);
	if (!live) {
		sfreg_user_put(user);
		return ERR_PTR(-ENOMEM);
	}
	if (!sfreg_user_charge_table(user, live->section.bytes)) {
		sfreg_user_put(user);
		sfreg_live_free(live);
		return ERR_PTR(-EDQUOT);
	}
	live->user = user;
	live->mm = current->mm;
	mmgrab(live->mm);
	sfreg_gauge_add(SFREG_STAT_sections, 1);
	sfreg_gauge_add(SFREG_STAT_section_bytes, live->section.bytes);
	return &live->section;
}

static int sfreg_live_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct sfreg_compiled *section = file->private_data;
	struct sfreg_live_section *live = container_of(section, struct sfreg_live_section, section);

	if (vma->vm_mm != live->mm)
		return -EPERM;
	/* A private copy would be filled, and nobody would see it. */
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	sfreg_vm_flags_mod(vma, VM_DONTCOPY | VM_DONTDUMP | VM_DONTEXPAND, VM_MAYEXEC);
	return vm_map_pages(vma, live->pages, live->n_pages);
}

static int sfreg_live_close(struct inode *inode, struct file *file)
{
	sfreg_section_put(file->private_data);
	return 0;
}

static const struct file_operations sfreg_live_fops = {
	.owner = THIS_MODULE,
	.mmap = sfreg_live_mmap,
	.release = sfreg_live_close,
	.llseek = noop_llseek,
};

int sfreg_live_fd_make(struct sfreg_compiled *section)
{
	int fd = anon_inode_getfd("[sfreg-live]", &sfreg_live_fops, section,
				  O_RDWR | O_CLOEXEC);

	if (fd < 0)
		sfreg_section_put(section);
	return fd;
}

bool sfreg_live_is(const struct file *file)
{
	return file->f_op == &sfreg_live_fops;
}

int sfreg_live_init(void)
{
	sfreg_live_wq = alloc_workqueue("sfreg_live", WQ_UNBOUND, 0);
	return sfreg_live_wq ? 0 : -ENOMEM;
}

void sfreg_live_exit(void)
{
	destroy_workqueue(sfreg_live_wq);
}
