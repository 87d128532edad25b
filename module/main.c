// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfreg: per-process SFrame registrations, and user stacks walked with them.
 * Init and exit, nothing else.
 */
#include <linux/module.h>

#include "chardev.h"
#include "control.h"
#include "hook.h"
#include "live.h"
#include "space.h"
#include "target.h"

static int __init sfreg_init(void)
{
	int err;

	sfreg_target_init();
	sfreg_hooks_init();
	err = sfreg_live_init();
	if (err)
		goto exit_target;
	err = sfreg_spaces_init();
	if (err)
		goto exit_live;
	err = sfreg_control_init();
	if (err)
		goto exit_hooks;
	/* Last: nothing that a user can hold is there while init can still fail. */
	err = sfreg_chardev_init();
	if (err)
		goto exit_control;
	return 0;

exit_control:
	sfreg_control_exit();
exit_hooks:
	sfreg_hooks_exit();
	sfreg_spaces_exit();
exit_live:
	sfreg_live_exit();
exit_target:
	sfreg_target_exit();
	return err;
}

static void __exit sfreg_exit(void)
{
	sfreg_chardev_exit();
	sfreg_control_exit();
	sfreg_hooks_exit();
	sfreg_spaces_exit();
	sfreg_live_exit();
	sfreg_target_exit();
}

module_init(sfreg_init);
module_exit(sfreg_exit);
MODULE_DESCRIPTION("SFrame stack-trace registrations per process, and the walk");
MODULE_LICENSE("GPL");
