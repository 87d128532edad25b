/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gauges and counters, one file each in /sys/class/misc/sfreg/stats/ (root). Counting
 * is a per-CPU increment: any context, NMI included.
 */
#ifndef SFREG_STATS_H
#define SFREG_STATS_H

#include <linux/percpu.h>
#include <linux/sysfs.h>
#include <linux/types.h>

/* X(name): what exists now. */
#define SFREG_GAUGES(X)							\
	X(spaces)		/* processes with windows */		\
	X(windows)		/* of all processes */			\
	X(sections)		/* row tables in memory */		\
	X(section_bytes)	/* their bytes */			\
	X(bindings)		/* files that are described */		\
	X(unbound)		/* files that wait for their binder */

/* X(name): what has happened since the module was loaded. */
#define SFREG_COUNTERS(X)						\
	X(hook_taken)		/* user call chains that we walked */	\
	X(hook_left)		/* … left to the kernel: no windows */	\
	X(frames)		/* that walks found: the sum of the next four */ \
	X(walks)		/* backtraces included; their first frames */ \
	X(frames_sframe)	/* … by a row */			\
	X(frames_signal)	/* … in a signal frame */		\
	X(frames_fp)		/* … by the frame pointer */		\
	X(fork_inherited)	/* children that share the windows */	\
	X(fork_failed)		/* … that could not, for memory */	\
	X(unmap_dropped)	/* windows whose text was unmapped */	\
	X(bound_placed)		/* windows of files that were bound */	\
	X(bound_refused)	/* … that could not be placed: told of */ \
	X(section_shared)	/* registrations that found an equal section */ \
	X(stop_none)		/* never: keeps the numbers in step */	\
	X(stop_outermost)						\
	X(stop_no_window)						\
	X(stop_no_rule)							\
	X(stop_bad_cfa)							\
	X(stop_no_progress)						\
	X(stop_unreadable)						\
	X(stop_bad_ra)							\
	X(stop_frame_limit)						\
	X(stop_switch_limit)						\
	X(stop_unknown_reg)						\
	X(stop_unsteady)

#define SFREG_STAT_ENUM(name)	SFREG_STAT_##name,
enum sfreg_gauge { SFREG_GAUGES(SFREG_STAT_ENUM) SFREG_N_GAUGES };
enum sfreg_counter { SFREG_COUNTERS(SFREG_STAT_ENUM) SFREG_N_COUNTERS };

struct sfreg_counters {
	u64 count[SFREG_N_COUNTERS];
};

DECLARE_PER_CPU(struct sfreg_counters, sfreg_counters);
extern atomic_long_t sfreg_gauges[SFREG_N_GAUGES];

static inline void sfreg_count_many(enum sfreg_counter counter, u64 n)
{
	this_cpu_add(sfreg_counters.count[counter], n);
}

#define sfreg_count(counter)	sfreg_count_many(counter, 1)

static inline void sfreg_gauge_add(enum sfreg_gauge gauge, long n)
{
	atomic_long_add(n, &sfreg_gauges[gauge]);
}

/* For the misc device: its directory "stats". */
extern const struct attribute_group sfreg_stats_group;

#endif /* SFREG_STATS_H */
