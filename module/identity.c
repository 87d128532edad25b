// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/jhash.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "compat.h"
#include "identity.h"

bool sfreg_identity_of_inode(const struct inode *inode, struct sfreg_identity *of)
{
	const struct timespec64 mtime = sfreg_inode_mtime(inode);
	const struct timespec64 ctime = sfreg_inode_ctime(inode);

	memset(of, 0, sizeof(*of));
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

bool sfreg_identity_of_dentry(const struct dentry *dentry, struct sfreg_identity *of)
{
	return sfreg_identity_of_inode(d_real_inode(dentry), of);
}

bool sfreg_identity_of(const struct vm_area_struct *vma, struct sfreg_identity *of)
{
	if (vma->vm_file)
		return sfreg_identity_of_inode(file_inode(vma->vm_file), of);
	if (!vma->vm_mm->context.vdso_image || vma->vm_start != sfreg_vdso_start(vma->vm_mm))
		return false;
	sfreg_identity_of_vdso(vma->vm_mm, of);
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

bool sfreg_identity_is_same_file(const struct sfreg_identity *a, const struct sfreg_identity *b)
{
	return a->where == b->where && a->dev == b->dev && a->inode == b->inode &&
	       a->generation == b->generation;
}

u32 sfreg_identity_key(const struct sfreg_identity *of)
{
	return jhash_3words((unsigned long)of->where, of->inode, of->inode >> 32, 0);
}
