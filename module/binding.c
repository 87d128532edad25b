// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of bindings.
 *
 * A file's numbers may become another's once it is deleted, a super block's address once it
 * is unmounted: then size and times are another's, too. What they are worth on which file
 * system is for the binder to know.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "binding.h"
#include "compat.h"
#include "limits.h"
#include "section.h"
#include "stats.h"

#define SFREG_BINDING_HASH_BITS	10

struct sfreg_binder {
	struct list_head bindings;
	u32 n;
};

/* Writers; readers go by RCU. */
static DEFINE_MUTEX(sfreg_bindings_mutex);
static DEFINE_HASHTABLE(sfreg_bindings, SFREG_BINDING_HASH_BITS);

/* --- identity ---------------------------------------------------------------------- */

static bool sfreg_identity_of_file(const struct inode *inode, struct sfreg_identity *of)
{
	const struct timespec64 mtime = sfreg_inode_mtime(inode);
	const struct timespec64 ctime = sfreg_inode_ctime(inode);

	/* Who serves a file system in user space says what its files are. */
	if (!S_ISREG(inode->i_mode) || inode->i_sb->s_magic == FUSE_SUPER_MAGIC)
		return false;
	of->where = inode->i_sb;
	of->dev = inode->i_sb->s_dev;
	of->inode = inode->i_ino;
	of->generation = inode->i_generation;
	of->size = i_size_read(inode);
	of->mtime_sec = mtime.tv_sec;
	of->mtime_nsec = mtime.tv_nsec;
	of->ctime_sec = ctime.tv_sec;
	of->ctime_nsec = ctime.tv_nsec;
	return true;
}

u64 sfreg_vdso_start(const struct mm_struct *mm)
{
	return (unsigned long)mm->context.vdso;
}

void sfreg_identity_of_vdso(const struct mm_struct *mm, struct sfreg_identity *of)
{
	memset(of, 0, sizeof(*of));
	of->where = mm->context.vdso_image;
}

bool sfreg_identity_of(const struct vm_area_struct *vma, struct sfreg_identity *of)
{
	memset(of, 0, sizeof(*of));
	if (vma->vm_file)
		return sfreg_identity_of_file(file_inode(vma->vm_file), of);
	if (!vma->vm_mm->context.vdso_image || vma->vm_start != sfreg_vdso_start(vma->vm_mm))
		return false;
	sfreg_identity_of_vdso(vma->vm_mm, of);
	return true;
}

/* Not by size and times: what has changed of these is the same file yet. */
static bool sfreg_identity_is_later(const struct sfreg_identity *a, const struct sfreg_identity *b)
{
	return a->where == b->where && a->dev == b->dev && a->inode == b->inode &&
	       a->generation == b->generation;
}

static u32 sfreg_identity_key(const struct sfreg_identity *of)
{
	return jhash_3words((unsigned long)of->where, of->inode, of->inode >> 32, 0);
}

/* --- the table --------------------------------------------------------------------- */

struct sfreg_binding *sfreg_binding_alloc(u32 n)
{
	struct sfreg_binding *binding;

	binding = kzalloc(struct_size(binding, texts, n), GFP_KERNEL_ACCOUNT);
	if (!binding)
		return NULL;
	refcount_set(&binding->refs, 1);
	binding->n_texts = n;
	return binding;
}

static void sfreg_binding_free_rcu(struct rcu_head *rcu)
{
	struct sfreg_binding *binding = container_of(rcu, struct sfreg_binding, rcu);

	if (binding->section)
		sfreg_section_put(binding->section);
	kfree(binding);
}

/* The hooks put, too, where a section's memory must not be freed. */
void sfreg_binding_put(struct sfreg_binding *binding)
{
	if (refcount_dec_and_test(&binding->refs))
		call_rcu(&binding->rcu, sfreg_binding_free_rcu);
}

struct sfreg_binding *sfreg_binding_find(const struct sfreg_identity *of)
{
	struct sfreg_binding *binding;

	rcu_read_lock();
	hash_for_each_possible_rcu_notrace(sfreg_bindings, binding, node, sfreg_identity_key(of))
		if (!memcmp(&binding->of, of, sizeof(*of)) && refcount_inc_not_zero(&binding->refs))
			goto unlock;
	binding = NULL;
unlock:
	rcu_read_unlock();
	return binding;
}

struct sfreg_binder *sfreg_binder_new(void)
{
	struct sfreg_binder *binder = kzalloc(sizeof(*binder), GFP_KERNEL_ACCOUNT);

	if (binder)
		INIT_LIST_HEAD(&binder->bindings);
	return binder;
}

static void sfreg_binder_drop(struct sfreg_binder *binder, struct sfreg_binding *binding)
{
	hash_del_rcu(&binding->node);
	list_del(&binding->list);
	binder->n--;
	sfreg_gauge_add(SFREG_STAT_bindings, -1);
	sfreg_binding_put(binding);
}

void sfreg_binder_free(struct sfreg_binder *binder)
{
	struct sfreg_binding *binding, *next;

	mutex_lock(&sfreg_bindings_mutex);
	list_for_each_entry_safe(binding, next, &binder->bindings, list)
		sfreg_binder_drop(binder, binding);
	mutex_unlock(&sfreg_bindings_mutex);
	kfree(binder);
}

/* The binder's own binding of this file, as it was; others' are found after it, if at all. */
static struct sfreg_binding *sfreg_binder_earlier(struct sfreg_binder *binder,
						  const struct sfreg_identity *of)
{
	struct sfreg_binding *binding;

	list_for_each_entry(binding, &binder->bindings, list)
		if (sfreg_identity_is_later(&binding->of, of))
			return binding;
	return NULL;
}

int sfreg_binder_add(struct sfreg_binder *binder, struct sfreg_binding *binding)
{
	struct sfreg_binding *earlier;
	int err = 0;

	mutex_lock(&sfreg_bindings_mutex);
	earlier = sfreg_binder_earlier(binder, &binding->of);
	if (!earlier && binder->n >= READ_ONCE(sfreg_limit_bindings)) {
		err = -ENOSPC;
		goto unlock;
	}
	hash_add_rcu(sfreg_bindings, &binding->node, sfreg_identity_key(&binding->of));
	list_add(&binding->list, &binder->bindings);
	binder->n++;
	sfreg_gauge_add(SFREG_STAT_bindings, 1);
	if (earlier)
		sfreg_binder_drop(binder, earlier);
unlock:
	mutex_unlock(&sfreg_bindings_mutex);
	return err;
}
