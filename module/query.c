// SPDX-License-Identifier: GPL-2.0-only
/*
 * Info, list and backtrace. Answers are gathered in kernel memory first: nothing
 * of the registry is held while user memory is written.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/live.h"
#include "ingest.h"
#include "mapping.h"
#include "query.h"
#include "registry.h"
#include "signal_info.h"
#include "target.h"
#include "unwind.h"

/* The core's enumerations are the ABI's, so frames are copied as they are. */
#define SFREG_SAME(name)	static_assert((int)SFREG_##name == (int)SFR_##name)
SFREG_SAME(KIND_EXACT);
SFREG_SAME(KIND_CALL);
SFREG_SAME(KIND_DISCONTINUITY);
SFREG_SAME(SOURCE_REGS);
SFREG_SAME(SOURCE_SFRAME);
SFREG_SAME(SOURCE_SIGNAL_FRAME);
SFREG_SAME(SOURCE_FRAME_POINTER);
SFREG_SAME(STOP_NONE);
SFREG_SAME(STOP_OUTERMOST);
SFREG_SAME(STOP_NO_WINDOW);
SFREG_SAME(STOP_NO_RULE);
SFREG_SAME(STOP_BAD_CFA);
SFREG_SAME(STOP_NO_PROGRESS);
SFREG_SAME(STOP_UNREADABLE);
SFREG_SAME(STOP_BAD_RA);
SFREG_SAME(STOP_FRAME_LIMIT);
SFREG_SAME(STOP_SWITCH_LIMIT);
SFREG_SAME(STOP_UNKNOWN_REG);
SFREG_SAME(STOP_UNSTEADY);
SFREG_SAME(STOP_COUNT);

long sfreg_query_info(void __user *arg, u64 features)
{
	struct sfreg_info info;
	int err;

	err = sfreg_copy_struct(&info, sizeof(info), arg);
	if (err)
		return err;
	info = (struct sfreg_info) {
		.size = sizeof(info),
		.abi_version = SFREG_ABI_VERSION,
		.features = features ? features | SFREG_FEAT_LIVE | SFREG_FEAT_BIND : 0,
		.limit_windows = READ_ONCE(sfreg_limit_windows),
		.limit_section_bytes = READ_ONCE(sfreg_limit_section_bytes),
		.limit_section_rows = READ_ONCE(sfreg_limit_section_rows),
		.limit_process_bytes = READ_ONCE(sfreg_limit_process_bytes),
		.limit_user_bytes = READ_ONCE(sfreg_limit_user_bytes),
		.limit_stack_switches = READ_ONCE(sfreg_limit_stack_switches),
		.max_frames = SFREG_MAX_FRAMES,
	};
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static int sfreg_list_copy(const struct sfreg_root *root, struct sfreg_list *list)
{
	struct sfreg_list_entry __user *to = u64_to_user_ptr(list->entries);
	u32 room = list->count;
	const struct sfreg_win *win;
	u64 at = list->from;

	list->count = 0;
	while (list->count < room && (win = sfreg_root_next(root, at))) {
		const struct sfreg_list_entry entry = {
			.text_start = win->text.start,
			.text_len = win->text.end - win->text.start,
			.sframe_base = win->text.base,
			.rows = win->text.live ? win->text.live->n_rows :
						 sfr_table_rows(win->section->table),
			.flags = (win->flags & SFREG_WINDOW_OUTSIDER ? SFREG_LIST_OUTSIDER : 0) |
				 (win->text.live ? SFREG_LIST_LIVE : 0),
			.table_bytes = win->section->bytes,
		};

		at = win->text.end;
		if (win->text.start < list->from)	/* it only reaches over */
			continue;
		if (copy_to_user(&to[list->count++], &entry, sizeof(entry)))
			return -EFAULT;
		cond_resched();
	}
	return 0;
}

long sfreg_query_list(void __user *arg)
{
	struct sfreg_root *root;
	struct mm_struct *mm;
	struct sfreg_list list;
	int err;

	err = sfreg_copy_struct(&list, sizeof(list), arg);
	if (err)
		return err;
	if (list.flags)
		return -EINVAL;
	mm = sfreg_target_get(list.mem_fd);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	sfreg_mapping_forget(mm);
	root = sfreg_registry_windows(mm);
	mmput(mm);
	if (IS_ERR(root))
		return PTR_ERR(root);
	list.total = root ? root->n_windows : 0;
	if (root)
		err = sfreg_list_copy(root, &list);
	else
		list.count = 0;
	sfreg_root_put(root);
	if (!err && copy_to_user(arg, &list, sizeof(list)))
		err = -EFAULT;
	return err;
}

/* Return: frames written; *@stop: why no more. */
static u32 sfreg_backtrace(struct sfreg_frame *frames, u32 room, u32 *stop)
{
	struct sfreg_unwind unwind;
	struct sfr_walk *walk = &unwind.walk;
	u32 n = 0;

	sfreg_unwind_start(&unwind, current_pt_regs());
	do {
		if (n)
			frames[n - 1].cfa = walk->cfa;
		frames[n++] = (struct sfreg_frame) {
			.pc = walk->frame.regs.pc,
			.kind = walk->frame.kind,
			.source = walk->frame.source,
		};
		if (walk->frame.source == SFR_SOURCE_SIGNAL_FRAME)
			sfreg_signal_info(&unwind, &frames[n - 1]);
		else if (walk->frame.kind == SFR_KIND_DISCONTINUITY)
			frames[n - 1].discontinuity = SFREG_DISC_INJECTED;
	} while (n < room && sfreg_unwind_next(&unwind));
	*stop = sfreg_unwind_end(&unwind);
	return n;
}

long sfreg_query_backtrace(void __user *arg)
{
	struct sfreg_backtrace trace;
	struct sfreg_frame *frames;
	int err;

	err = sfreg_copy_struct(&trace, sizeof(trace), arg);
	if (err)
		return err;
	if (trace.flags || !trace.count || trace.count > SFREG_MAX_FRAMES)
		return -EINVAL;
	frames = kvmalloc_array(trace.count, sizeof(*frames), GFP_KERNEL_ACCOUNT);
	if (!frames)
		return -ENOMEM;
	trace.count = sfreg_backtrace(frames, trace.count, &trace.stop);
	if (copy_to_user(u64_to_user_ptr(trace.frames), frames,
			 trace.count * sizeof(*frames)) ||
	    copy_to_user(arg, &trace, sizeof(trace)))
		err = -EFAULT;
	kvfree(frames);
	return err;
}
