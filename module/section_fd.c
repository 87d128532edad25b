// SPDX-License-Identifier: GPL-2.0-only
/*
 * Section descriptors. An open one holds a reference to its section, and, through
 * ->owner, the module.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>

#include "live.h"
#include "section.h"
#include "section_fd.h"

static int sfreg_section_fd_release(struct inode *inode, struct file *file)
{
	sfreg_section_put(file->private_data);
	return 0;
}

static const struct file_operations sfreg_section_fops = {
	.owner = THIS_MODULE,
	.release = sfreg_section_fd_release,
	.llseek = noop_llseek,
};

int sfreg_section_fd_make(struct sfreg_compiled *section)
{
	int fd = anon_inode_getfd("[sfreg-section]", &sfreg_section_fops, section,
				  O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		sfreg_section_put(section);
	return fd;
}

struct sfreg_compiled *sfreg_section_fd_get(int fd)
{
	struct sfreg_compiled *section;
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	section = ERR_PTR(-EINVAL);
	if (file->f_op == &sfreg_section_fops || sfreg_live_is(file))
		section = sfreg_section_ref(file->private_data);
	fput(file);
	return section;
}
