// SPDX-License-Identifier: GPL-2.0-only
/*
 * SFREG_IOC_BIND: arguments in, checked, to a binding.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "bind.h"
#include "binding.h"
#include "identity.h"
#include "ingest.h"
#include "section.h"
#include "section_fd.h"

static int sfreg_bind_check(const struct sfreg_bind *what)
{
	if (what->flags || what->pad || what->n_texts > SFREG_BIND_TEXTS)
		return -EINVAL;
	return !what->n_texts == (what->section_fd == -1) ? 0 : -EINVAL;
}

static int sfreg_bind_copy_texts(const struct sfreg_bind *what, struct sfreg_binding *binding)
{
	u64 end;
	u32 i;

	if (copy_from_user(binding->texts, u64_to_user_ptr(what->texts),
			   array_size(what->n_texts, sizeof(binding->texts[0]))))
		return -EFAULT;
	for (i = 0; i < what->n_texts; i++)
		if (!binding->texts[i].len ||
		    check_add_overflow(binding->texts[i].offset, binding->texts[i].len, &end) ||
		    end > MAX_LFS_FILESIZE)
			return -EINVAL;
	return 0;
}

static int sfreg_bind_take_section(const struct sfreg_bind *what, struct sfreg_binding *binding)
{
	struct sfreg_compiled *section;

	if (what->section_fd == -1)
		return 0;
	section = sfreg_section_fd_get(what->section_fd);
	if (IS_ERR(section))
		return PTR_ERR(section);
	binding->section = section;
	/* Its rows are one process's. */
	return section->live ? -EINVAL : 0;
}

static bool sfreg_bind_is_described(const struct sfreg_bind *what, const struct sfreg_identity *of)
{
	return of->size == what->file_size &&
	       of->mtime_sec == what->mtime_sec && of->mtime_nsec == what->mtime_nsec &&
	       of->ctime_sec == what->ctime_sec && of->ctime_nsec == what->ctime_nsec;
}

static int sfreg_bind_identify_file(const struct sfreg_bind *what, struct sfreg_binding *binding)
{
	struct file *file = fget(what->file_fd);
	bool can;

	if (!file)
		return -EBADF;
	can = sfreg_identity_of_dentry(file->f_path.dentry, &binding->of);
	fput(file);
	return can ? 0 : -EOPNOTSUPP;
}

/* A process can write to its own vDSO: nobody's but the caller's counts. */
static int sfreg_bind_identify_vdso(struct sfreg_binding *binding)
{
	struct mm_struct *mm = current->mm;
	const struct vm_area_struct *vma;
	int err = -EOPNOTSUPP;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	vma = find_vma(mm, sfreg_vdso_start(mm));
	if (vma && !vma->vm_file && sfreg_identity_of(vma, &binding->of)) {
		binding->vm_ops = vma->vm_ops;
		err = 0;
	}
	mmap_read_unlock(mm);
	return err;
}

static int sfreg_bind_identify(const struct sfreg_bind *what, struct sfreg_binding *binding)
{
	int err = what->file_fd == -1 ? sfreg_bind_identify_vdso(binding) :
					sfreg_bind_identify_file(what, binding);

	if (err)
		return err;
	return sfreg_bind_is_described(what, &binding->of) ? 0 : -ESTALE;
}

long sfreg_bind(void __user *arg, struct sfreg_bindings *bindings)
{
	struct sfreg_binding *binding;
	struct sfreg_bind what;
	int err;

	err = sfreg_copy_struct(&what, sizeof(what), arg);
	if (err)
		return err;
	err = sfreg_bind_check(&what);
	if (err)
		return err;
	binding = sfreg_binding_alloc(what.n_texts);
	if (!binding)
		return -ENOMEM;
	err = sfreg_bind_copy_texts(&what, binding);
	err = err ?: sfreg_bind_take_section(&what, binding);
	err = err ?: sfreg_bind_identify(&what, binding);
	err = err ?: sfreg_bindings_add(bindings, binding);
	if (err)
		sfreg_binding_put(binding);
	return err;
}
