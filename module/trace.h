/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, group "sfreg": what happens to windows. None is on the path of a
 * walk; the counters in stats.h speak of walks.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sfreg

#if !defined(SFREG_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SFREG_TRACE_H

#include <linux/tracepoint.h>

/* Of events.c. */
int sfreg_events_begin_map(void);
void sfreg_events_end_map(void);

DECLARE_EVENT_CLASS(sfreg_text,
	TP_PROTO(const void *mm, u64 start, u64 end),
	TP_ARGS(mm, start, end),
	TP_STRUCT__entry(
		__field(const void *, mm)
		__field(u64, start)
		__field(u64, end)
	),
	TP_fast_assign(
		__entry->mm = mm;
		__entry->start = start;
		__entry->end = end;
	),
	TP_printk("mm=%p text=[%#llx,%#llx)", __entry->mm, __entry->start, __entry->end)
);

/* A window was asked for and stands (the change is published right after). */
DEFINE_EVENT(sfreg_text, sfreg_place,
	TP_PROTO(const void *mm, u64 start, u64 end),
	TP_ARGS(mm, start, end)
);

/* A window was unregistered. */
DEFINE_EVENT(sfreg_text, sfreg_remove,
	TP_PROTO(const void *mm, u64 start, u64 end),
	TP_ARGS(mm, start, end)
);

/* A range of mappings goes, and windows with it. */
DEFINE_EVENT(sfreg_text, sfreg_unmap,
	TP_PROTO(const void *mm, u64 start, u64 end),
	TP_ARGS(mm, start, end)
);

/*
 * The current process has mapped text of a file (mmap, mprotect, exec); the range
 * is of that mapping. Not told again until its windows have been listed.
 */
DEFINE_EVENT_FN(sfreg_text, sfreg_map,
	TP_PROTO(const void *mm, u64 start, u64 end),
	TP_ARGS(mm, start, end),
	sfreg_events_begin_map, sfreg_events_end_map
);

#endif /* SFREG_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
