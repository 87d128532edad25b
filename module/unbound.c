// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept is a path: unlike an open file, it forbids nobody to write to the file.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/sfreg.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "binding.h"
#include "identity.h"
#include "ingest.h"
#include "stats.h"
#include "unbound.h"

/* The hooks take it with mmap_lock held. A path's reference is taken inside. */
static DEFINE_SPINLOCK(sfreg_unbound_lock);
static LIST_HEAD(sfreg_unbound_binders);

void sfreg_unbound_begin(struct sfreg_unbound_files *files)
{
	files->first = 0;
	files->n = 0;
	spin_lock(&sfreg_unbound_lock);
	list_add(&files->list, &sfreg_unbound_binders);
	spin_unlock(&sfreg_unbound_lock);
}

/* Its reference becomes the caller's. */
static bool sfreg_unbound_take(struct sfreg_unbound_files *files, struct path *path)
{
	bool any;

	spin_lock(&sfreg_unbound_lock);
	any = files->n;
	if (any) {
		*path = files->path[files->first];
		files->first = (files->first + 1) % SFREG_UNBOUND_MAX;
		files->n--;
		sfreg_gauge_add(SFREG_STAT_unbound, -1);
	}
	spin_unlock(&sfreg_unbound_lock);
	return any;
}

void sfreg_unbound_end(struct sfreg_unbound_files *files)
{
	struct path path;

	spin_lock(&sfreg_unbound_lock);
	list_del(&files->list);
	spin_unlock(&sfreg_unbound_lock);
	while (sfreg_unbound_take(files, &path))
		path_put(&path);
}

static struct path *sfreg_unbound_at(struct sfreg_unbound_files *files, u32 i)
{
	return &files->path[(files->first + i) % SFREG_UNBOUND_MAX];
}

static void sfreg_unbound_keep(struct sfreg_unbound_files *files, const struct path *path)
{
	u32 i;

	if (files->n == SFREG_UNBOUND_MAX)
		return;
	for (i = 0; i < files->n; i++)
		if (d_inode(sfreg_unbound_at(files, i)->dentry) == d_inode(path->dentry))
			return;
	path_get(path);
	*sfreg_unbound_at(files, files->n++) = *path;
	sfreg_gauge_add(SFREG_STAT_unbound, 1);
}

/* Memory is no file, though the kernel makes one of what processes share, and of huge pages. */
static bool sfreg_unbound_is_memory(const struct inode *inode)
{
	return IS_PRIVATE(inode) || inode->i_sb->s_magic == HUGETLBFS_MAGIC;
}

/*
 * Not what a user has mounted: of his overlay the kernel may ask him for a file's times, though
 * the bytes lie elsewhere, and which number it has is his to say.
 */
static bool sfreg_unbound_is_wanted(const struct file *file)
{
	struct sfreg_identity of;

	return file->f_path.dentry->d_sb->s_user_ns == &init_user_ns &&
	       !sfreg_unbound_is_memory(file_inode(file)) &&
	       sfreg_identity_of_inode(file_inode(file), &of);
}

void sfreg_unbound_note(const struct file *file)
{
	struct sfreg_unbound_files *files;

	if (list_empty(&sfreg_unbound_binders) || !sfreg_unbound_is_wanted(file))
		return;
	spin_lock(&sfreg_unbound_lock);
	list_for_each_entry(files, &sfreg_unbound_binders, list)
		sfreg_unbound_keep(files, &file->f_path);
	spin_unlock(&sfreg_unbound_lock);
}

/* By now, perhaps. */
static bool sfreg_unbound_is_bound(const struct path *path)
{
	struct sfreg_binding *binding = NULL;
	struct sfreg_identity of;

	if (sfreg_identity_of_dentry(path->dentry, &of))
		binding = sfreg_binding_find(&of);
	if (binding)
		sfreg_binding_put(binding);
	return binding;
}

/* Nobody's lease on the file can make us wait for him. */
static struct file *sfreg_unbound_open_path(const struct path *path)
{
	struct file *file = dentry_open(path, O_RDONLY | O_NONBLOCK | O_LARGEFILE,
					current_cred());
	int err = IS_ERR(file) ? 0 : file_permission(file, MAY_READ);

	if (!err)
		return file;
	fput(file);
	return ERR_PTR(err);
}

static struct file *sfreg_unbound_next(struct sfreg_unbound_files *files)
{
	struct file *file = NULL;
	struct path path;

	while (!file && sfreg_unbound_take(files, &path)) {
		if (!sfreg_unbound_is_bound(&path))
			file = sfreg_unbound_open_path(&path);
		path_put(&path);
	}
	return file ?: ERR_PTR(-ENODATA);
}

int sfreg_unbound_check(struct sfreg_unbound __user *to)
{
	struct sfreg_unbound what;
	int err;

	err = sfreg_copy_struct(&what, sizeof(what), to);
	if (err)
		return err;
	if (what.flags || what.pad)
		return -EINVAL;
	/* Before a file is taken for nothing. */
	return put_user(0, &to->fs_type);
}

static u32 sfreg_unbound_fs_type(const struct file *file)
{
	return d_real_inode(file->f_path.dentry)->i_sb->s_magic;
}

long sfreg_unbound_hand_out(struct sfreg_unbound_files *files, struct sfreg_unbound __user *to)
{
	int fd = get_unused_fd_flags(O_CLOEXEC), err;
	struct file *file;

	if (fd < 0)
		return fd;
	file = sfreg_unbound_next(files);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto put_fd;
	}
	err = put_user(sfreg_unbound_fs_type(file), &to->fs_type);
	if (err)
		goto put_file;
	fd_install(fd, file);
	return fd;

put_file:
	fput(file);
put_fd:
	put_unused_fd(fd);
	return err;
}
