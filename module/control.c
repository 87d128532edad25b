// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's parameters: the limits, and the switch.
 *
 * Off means: every space is dropped, every hook detached, new calls are refused.
 * It waits for nobody who holds a descriptor or is parked in a call; those find
 * out when they go on.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

#include "control.h"
#include "hook.h"
#include "limits.h"
#include "space.h"

/**
 * DOC: limits
 *
 * Each limit is a number, 0 and up, that can be changed at any time (root); it
 * holds for calls that come after, and what is registered stays.
 */
unsigned int sfreg_limit_windows = 65536;
module_param_named(limit_windows, sfreg_limit_windows, uint, 0644);
MODULE_PARM_DESC(limit_windows, "most windows of one process (ENOSPC above)");

unsigned long sfreg_limit_section_bytes = 64UL << 20;
module_param_named(limit_section_bytes, sfreg_limit_section_bytes, ulong, 0644);
MODULE_PARM_DESC(limit_section_bytes, "most bytes of one SFrame section (E2BIG above)");

unsigned int sfreg_limit_section_rows = 16U << 20;
module_param_named(limit_section_rows, sfreg_limit_section_rows, uint, 0644);
MODULE_PARM_DESC(limit_section_rows, "most rows of one section's table (EOVERFLOW above)");

unsigned long sfreg_limit_process_bytes = 1UL << 30;
module_param_named(limit_process_bytes, sfreg_limit_process_bytes, ulong, 0644);
MODULE_PARM_DESC(limit_process_bytes, "most bytes of tables in one process (EDQUOT above)");

unsigned long sfreg_limit_user_bytes = 4UL << 30;
module_param_named(limit_user_bytes, sfreg_limit_user_bytes, ulong, 0644);
MODULE_PARM_DESC(limit_user_bytes, "most bytes of tables that one user made (EDQUOT above)");

unsigned long sfreg_limit_user_work_bytes = 512UL << 20;
module_param_named(limit_user_work_bytes, sfreg_limit_user_work_bytes, ulong, 0644);
MODULE_PARM_DESC(limit_user_work_bytes,
		 "most bytes that one user's calls under way hold (EDQUOT above)");

unsigned int sfreg_limit_bindings = 4096;
module_param_named(limit_bindings, sfreg_limit_bindings, uint, 0644);
MODULE_PARM_DESC(limit_bindings, "most files bound on one descriptor (ENOSPC above)");

unsigned int sfreg_limit_stack_switches = 16;
module_param_named(limit_stack_switches, sfreg_limit_stack_switches, uint, 0644);
MODULE_PARM_DESC(limit_stack_switches, "most changes of stack in one walk");

static DEFINE_MUTEX(sfreg_control_mutex);
static bool sfreg_enabled = true;	/* what is wanted */
static bool sfreg_loaded;		/* from init to exit: what is wanted is done */

static int sfreg_switch_on(void)
{
	int err = sfreg_hooks_attach();

	if (!err)
		sfreg_spaces_open();
	return err;
}

static int sfreg_switch_off(void)
{
	sfreg_spaces_close();
	return sfreg_hooks_detach();
}

static int sfreg_enabled_set(const char *value, const struct kernel_param *param)
{
	bool enabled;
	int err;

	err = kstrtobool(value, &enabled);
	if (err)
		return err;
	mutex_lock(&sfreg_control_mutex);
	if (sfreg_loaded && enabled != sfreg_enabled)
		err = enabled ? sfreg_switch_on() : sfreg_switch_off();
	if (!err)
		sfreg_enabled = enabled;
	mutex_unlock(&sfreg_control_mutex);
	return err;
}

static const struct kernel_param_ops sfreg_enabled_ops = {
	.set = sfreg_enabled_set,
	.get = param_get_bool,
};

module_param_cb(enabled, &sfreg_enabled_ops, &sfreg_enabled, 0644);
MODULE_PARM_DESC(enabled, "0: every hook detached, every registration dropped");

int sfreg_control_init(void)
{
	int err = 0;

	mutex_lock(&sfreg_control_mutex);
	if (sfreg_enabled)
		err = sfreg_switch_on();
	sfreg_loaded = !err;
	mutex_unlock(&sfreg_control_mutex);
	return err;
}

void sfreg_control_exit(void)
{
	mutex_lock(&sfreg_control_mutex);
	sfreg_loaded = false;
	/* If ftrace is broken, the text that it may call must never be freed. */
	while (sfreg_switch_off())
		ssleep(60);
	mutex_unlock(&sfreg_control_mutex);
}
