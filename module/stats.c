// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gauges and counters, and their files.
 */
#include <linux/cpumask.h>
#include <linux/device.h>

#include "stats.h"

DEFINE_PER_CPU(struct sfreg_counters, sfreg_counters);
atomic_long_t sfreg_gauges[SFREG_N_GAUGES];

struct sfreg_stat_file {
	struct device_attribute attr;
	int index;
};

static ssize_t sfreg_gauge_show(struct device *dev, struct device_attribute *attr,
				char *buf)
{
	struct sfreg_stat_file *file = container_of(attr, struct sfreg_stat_file, attr);

	return sysfs_emit(buf, "%ld\n", atomic_long_read(&sfreg_gauges[file->index]));
}

/* Exact once the counting CPUs are quiet, as per-CPU sums are. */
static ssize_t sfreg_counter_show(struct device *dev, struct device_attribute *attr,
				  char *buf)
{
	struct sfreg_stat_file *file = container_of(attr, struct sfreg_stat_file, attr);
	int last = file->index == SFREG_STAT_frames ? SFREG_STAT_frames_fp : file->index;
	u64 sum = 0;
	int cpu, i;

	for_each_possible_cpu(cpu)
		for (i = file->index; i <= last; i++)
			sum += READ_ONCE(per_cpu(sfreg_counters, cpu).count[i]);
	return sysfs_emit(buf, "%llu\n", sum);
}

/* For root only: a table's exact size, say, tells which library another maps. */
#define SFREG_GAUGE_FILE(name) {					\
	.attr = __ATTR(name, 0400, sfreg_gauge_show, NULL),		\
	.index = SFREG_STAT_##name,					\
},
#define SFREG_COUNTER_FILE(name) {					\
	.attr = __ATTR(name, 0400, sfreg_counter_show, NULL),		\
	.index = SFREG_STAT_##name,					\
},

static struct sfreg_stat_file sfreg_gauge_files[] = { SFREG_GAUGES(SFREG_GAUGE_FILE) };
static struct sfreg_stat_file sfreg_counter_files[] = { SFREG_COUNTERS(SFREG_COUNTER_FILE) };

#define SFREG_GAUGE_ATTR(name)	&sfreg_gauge_files[SFREG_STAT_##name].attr.attr,
#define SFREG_COUNTER_ATTR(name) &sfreg_counter_files[SFREG_STAT_##name].attr.attr,

static struct attribute *sfreg_stats_attrs[] = {
	SFREG_GAUGES(SFREG_GAUGE_ATTR)
	SFREG_COUNTERS(SFREG_COUNTER_ATTR)
	NULL
};

const struct attribute_group sfreg_stats_group = {
	.name = "stats",
	.attrs = sfreg_stats_attrs,
};
