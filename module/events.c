// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints. sfreg_map costs something while it is listened to, and only
 * then; it has its number in a file, so that a listener need not mount tracefs.
 */
#include <linux/device.h>
#include <linux/mutex.h>

#include "events.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static DEFINE_MUTEX(sfreg_events_mutex);
static int (*sfreg_events_begin)(void);
static void (*sfreg_events_end)(void);

void sfreg_events_on_map(int (*begin)(void), void (*end)(void))
{
	mutex_lock(&sfreg_events_mutex);
	sfreg_events_begin = begin;
	sfreg_events_end = end;
	mutex_unlock(&sfreg_events_mutex);
}

int sfreg_events_begin_map(void)
{
	int err;

	mutex_lock(&sfreg_events_mutex);
	err = sfreg_events_begin ? sfreg_events_begin() : -ENODEV;
	mutex_unlock(&sfreg_events_mutex);
	return err;
}

/* Also when the module has gone, for those who listen by tracefs. */
void sfreg_events_end_map(void)
{
	mutex_lock(&sfreg_events_mutex);
	if (sfreg_events_end)
		sfreg_events_end();
	mutex_unlock(&sfreg_events_mutex);
}

static ssize_t sfreg_map_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", event_sfreg_map.event.type);
}

static struct device_attribute sfreg_map_file = __ATTR(sfreg_map, 0444, sfreg_map_show, NULL);

static struct attribute *sfreg_events_attrs[] = { &sfreg_map_file.attr, NULL };

const struct attribute_group sfreg_events_group = {
	.name = "events",
	.attrs = sfreg_events_attrs,
};
