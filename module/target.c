// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets by descriptor of /proc/PID/mem.
 *
 * No function that checks the right to ptrace is exported, but opening this file
 * is such a check, and what it leaves behind is the mm itself: bound to one
 * program image, whatever the pid does later. Files are told by their
 * file_operations, learned from the loader's own /proc/self/mem when the module
 * is loaded; later callers could have mounted something else over /proc.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "target.h"

static const struct file_operations *sfreg_mem_fops;

static struct mm_struct *sfreg_target_of_file(const struct file *file)
{
	struct mm_struct *mm = file->private_data;

	if (!sfreg_mem_fops || file->f_op != sfreg_mem_fops)
		return ERR_PTR(-EINVAL);
	/* NULL: a kernel thread's. Without users: exited, or executed another. */
	if (!mm || !mmget_not_zero(mm))
		return ERR_PTR(-ESRCH);
	return mm;
}

struct mm_struct *sfreg_target_get(int mem_fd)
{
	struct mm_struct *mm;
	struct file *file;

	if (mem_fd == -1) {
		mmget(current->mm);
		return current->mm;
	}
	file = fget(mem_fd);
	if (!file)
		return ERR_PTR(-EBADF);
	mm = sfreg_target_of_file(file);
	fput(file);
	return mm;
}

void sfreg_target_init(void)
{
	struct file *file = filp_open("/proc/self/mem", O_RDONLY, 0);

	/* Without /proc the module is of use all the same: to each process itself. */
	if (IS_ERR(file)) {
		pr_notice("no /proc: other processes can not be named\n");
		return;
	}
	sfreg_mem_fops = file->f_op;
	filp_close(file, NULL);
}

void sfreg_target_exit(void)
{
	sfreg_mem_fops = NULL;
}
