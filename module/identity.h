/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file is mapped: by what the file is (its inode's numbers, its size and times), without a
 * reference to it.
 *
 * A file's numbers may become another's once it is deleted, a super block's address once it
 * is unmounted: then size and times are another's, too. What they are worth on which file
 * system is for the binder to know.
 */
#ifndef SFREG_IDENTITY_H
#define SFREG_IDENTITY_H

#include <linux/types.h>

struct dentry;
struct inode;
struct mm_struct;
struct vm_area_struct;

/* A file; or, with all else 0, a vDSO. Compared as bytes. */
struct sfreg_identity {
	const void *where;		/* a super block, or the vDSO's image: not followed */
	u64 inode, size;
	s64 mtime_sec, ctime_sec;
	u32 mtime_nsec, ctime_nsec;
	u32 dev, generation;
};

/* These in any context but NMI. False: nothing that can be bound. */
bool sfreg_identity_of_inode(const struct inode *inode, struct sfreg_identity *of);
/* What is mapped at @vma's beginning; of an overlay's file, the one below it. */
bool sfreg_identity_of(const struct vm_area_struct *vma, struct sfreg_identity *of);
/* The file that would be mapped. Process context, may sleep. */
bool sfreg_identity_of_dentry(const struct dentry *dentry, struct sfreg_identity *of);

/* Of the vDSO: where a process has it (0: nowhere), and which. */
u64 sfreg_vdso_start(const struct mm_struct *mm);
void sfreg_identity_of_vdso(const struct mm_struct *mm, struct sfreg_identity *of);

/* Whatever size and times it had. */
bool sfreg_identity_is_same_file(const struct sfreg_identity *a, const struct sfreg_identity *b);

u32 sfreg_identity_key(const struct sfreg_identity *of);

#endif /* SFREG_IDENTITY_H */
