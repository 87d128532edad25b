// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Times are kept in a histogram of fixed size, however long we run.
 */
#include "log.h"
#include "stats.h"

static unsigned int step_of(uint64_t us)
{
	unsigned int power, step;

	if (us < TIMES_STEPS)
		return us;
	power = 63 - __builtin_clzll(us);
	step = (power - 3) * TIMES_STEPS + ((us >> (power - 4)) & (TIMES_STEPS - 1));
	return step < TIMES_ROOM ? step : TIMES_ROOM - 1;
}

/* The largest value of a step. */
static uint64_t end_of(unsigned int step)
{
	unsigned int power = step / TIMES_STEPS + 3;

	if (step < TIMES_STEPS)
		return step;
	return ((uint64_t)(TIMES_STEPS + step % TIMES_STEPS + 1) << (power - 4)) - 1;
}

void times_add(struct times *times, uint64_t us)
{
	times->count[step_of(us)]++;
	times->n++;
	if (us > times->most)
		times->most = us;
}

uint64_t times_part(const struct times *times, unsigned int part)
{
	uint64_t wanted = (times->n * part + 999) / 1000, seen = 0;

	for (unsigned int i = 0; i < TIMES_ROOM; i++) {
		seen += times->count[i];
		if (seen && seen >= wanted)
			return end_of(i) < times->most ? end_of(i) : times->most;
	}
	return times->most;
}

static void say(const char *name, uint64_t value)
{
	log_say("stat %s %llu", name, (unsigned long long)value);
}

static void say_times(const char *name, const struct times *times)
{
	log_say("stat %s.n %llu", name, (unsigned long long)times->n);
	log_say("stat %s.p50_us %llu", name, (unsigned long long)times_part(times, 500));
	log_say("stat %s.p99_us %llu", name, (unsigned long long)times_part(times, 990));
	log_say("stat %s.max_us %llu", name, (unsigned long long)times->most);
}

void stats_say(const struct stats *stats, const struct broker *broker)
{
	struct broker_stats sections = { 0 };

	if (broker)
		broker_stats(broker, &sections);
	say("executions", stats->executions);
	say("ended_before_attached", stats->ended);
	say("processes", stats->processes);
	say("windows", stats->windows);
	say("attempts", stats->attempts);
	say("refused", stats->refused);
	say("lost_events", stats->lost);
	say("scans", stats->scans);
	say_times("latency.execution", &stats->execution);
	say_times("latency.mapping", &stats->mapping);
	say("sections.seen", sections.seen);
	say("sections.known", sections.known);
	say("sections.cached", sections.cached);
	say("sections.made", sections.made);
	say("sections.failed", sections.failed);
	say("sections.bound", sections.bound);
	say("sections.open", sections.open_sections);
}
