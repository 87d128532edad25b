// SPDX-License-Identifier: GPL-2.0-only
/*
 * The /dev/sfreg door: one ioctl per call. An open descriptor keeps the module loaded, and
 * has no state but the files that were bound on it, or are to be.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "bind.h"
#include "binder.h"
#include "chardev.h"
#include "events.h"
#include "hook.h"
#include "ingest.h"
#include "query.h"
#include "space.h"
#include "stats.h"

static long sfreg_ioctl_register(void __user *arg)
{
	struct sfreg_window window;
	int err;

	err = sfreg_copy_struct(&window, sizeof(window), arg);
	return err ?: sfreg_ingest_window(&window);
}

/* The descriptor's, made by the first call that needs it. */
static struct sfreg_binder *sfreg_binder_of(struct file *file)
{
	struct sfreg_binder *binder = READ_ONCE(file->private_data), *first;
	int err;

	if (!capable(CAP_SYS_PTRACE))
		return ERR_PTR(-EPERM);
	if (binder)
		return binder;
	err = sfreg_hooks_want_mapped();
	if (err)
		return ERR_PTR(err == -ENOMEM ? err : -EOPNOTSUPP);
	binder = sfreg_binder_new();
	first = binder ? cmpxchg(&file->private_data, NULL, binder) : ERR_PTR(-ENOMEM);
	if (!first)
		return binder;
	sfreg_hooks_leave_mapped();
	if (binder)
		sfreg_binder_free(binder);
	return first;
}

static long sfreg_ioctl_bind(struct file *file, void __user *arg)
{
	struct sfreg_binder *binder = sfreg_binder_of(file);

	return IS_ERR(binder) ? PTR_ERR(binder) : sfreg_bind(arg, &binder->bindings);
}

static long sfreg_ioctl_unbound(struct file *file, void __user *arg)
{
	struct sfreg_binder *binder;
	int err;

	err = sfreg_unbound_check(arg);
	if (err)
		return err;
	binder = sfreg_binder_of(file);
	if (IS_ERR(binder))
		return PTR_ERR(binder);
	return sfreg_unbound_hand_out(&binder->unbound, arg);
}

/* The misc device's own pointer is of no use. */
static int sfreg_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return 0;
}

static int sfreg_release(struct inode *inode, struct file *file)
{
	if (file->private_data) {
		sfreg_binder_free(file->private_data);
		sfreg_hooks_leave_mapped();
	}
	return 0;
}

static long sfreg_ioctl(struct file *file, unsigned int cmd, unsigned long user_arg)
{
	void __user *arg = (void __user *)user_arg;

	/* int $0x80 from a 64-bit program has its own way in, but be sure. */
	if (in_compat_syscall())
		return -EOPNOTSUPP;
	if (cmd == SFREG_IOC_INFO)
		return sfreg_query_info(arg, sfreg_hooks_features());
	if (_IOC_TYPE(cmd) != SFREG_IOC_MAGIC || cmd > SFREG_IOC_UNBOUND)
		return -ENOTTY;
	if (!sfreg_spaces_is_open())
		return -ESHUTDOWN;
	switch (cmd) {
	case SFREG_IOC_REGISTER:
		return sfreg_ioctl_register(arg);
	case SFREG_IOC_SECTION:
		return sfreg_ingest_section(arg);
	case SFREG_IOC_PLACE:
		return sfreg_ingest_place(arg);
	case SFREG_IOC_REMOVE:
		return sfreg_ingest_remove(arg);
	case SFREG_IOC_LIST:
		return sfreg_query_list(arg);
	case SFREG_IOC_BACKTRACE:
		return sfreg_query_backtrace(arg);
	case SFREG_IOC_LIVE:
		return sfreg_ingest_live(arg);
	case SFREG_IOC_BIND:
		return sfreg_ioctl_bind(file, arg);
	case SFREG_IOC_UNBOUND:
		return sfreg_ioctl_unbound(file, arg);
	}
	return -ENOTTY;
}

#ifdef CONFIG_COMPAT
static long sfreg_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return -EOPNOTSUPP;
}
#endif

static const struct file_operations sfreg_fops = {
	.owner = THIS_MODULE,
	.open = sfreg_open,
	.release = sfreg_release,
	.unlocked_ioctl = sfreg_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = sfreg_compat_ioctl,
#endif
	.llseek = noop_llseek,
};

static const struct attribute_group *sfreg_groups[] = {
	&sfreg_stats_group, &sfreg_events_group, NULL,
};

static struct miscdevice sfreg_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sfreg",
	.mode = 0666,
	.fops = &sfreg_fops,
	.groups = sfreg_groups,
};

int sfreg_chardev_init(void)
{
	return misc_register(&sfreg_misc);
}

void sfreg_chardev_exit(void)
{
	misc_deregister(&sfreg_misc);
}
