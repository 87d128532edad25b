/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracepoints of trace.h, and the file that has the number of sfreg_map. */
#ifndef SFREG_EVENTS_H
#define SFREG_EVENTS_H

#include <linux/sysfs.h>

/*
 * What to do when the first begins to listen to sfreg_map (0 or an errno), and when
 * the last has ended; NULL: nobody can any more. Both are called with perf's locks held.
 */
void sfreg_events_on_map(int (*begin)(void), void (*end)(void));

/* For the misc device: its directory "events", with numbers for perf_event_open(2). */
extern const struct attribute_group sfreg_events_group;

#endif /* SFREG_EVENTS_H */
