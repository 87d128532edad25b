// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec_time [--spread] COUNT PROGRAM...: runs each PROGRAM in turn, COUNT times, one at a time, and
 * prints "NUMBER NANOSECONDS CPU PID" for each: which it was, how long it took from before its
 * process was made until it was over, how many microseconds of that it ran, and its id. The
 * last line is "0 NANOSECONDS" of all together, and what was between.
 *
 * --spread: between two it counts for a while, always the same whiles in the same order. Else on a
 * machine whose clock counts instructions all programs begin at the same moment of a tick, and
 * what the kernel does once in a few ticks is always one program's.
 */
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

struct run {
	uint64_t time, cpu;
	pid_t pid;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* posix_spawn() is a vfork: what we have mapped costs nothing. */
static struct run run(char *program)
{
	char *argv[2] = { program, NULL }, *nothing = NULL;
	uint64_t began = now();
	struct rusage usage;
	struct run run;
	int error, status;

	error = posix_spawn(&run.pid, program, NULL, NULL, argv, &nothing);
	if (error) {
		errno = error;
		err(1, "%s", program);
	}
	if (wait4(run.pid, &status, 0, &usage) != run.pid || status)
		errx(1, "%s: failed (%#x)", program, status);
	run.time = now() - began;
	run.cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ull +
		  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	return run;
}

/* About one, two, .. eight milliseconds of one CPU whose clock counts instructions. */
#define SPREAD_STEP	250000
#define SPREAD_STEPS	8

static void spread(void)
{
	static uint32_t random = 1;

	random = random * 1664525 + 1013904223;
	for (volatile long i = (random >> 16) % SPREAD_STEPS * SPREAD_STEP + random % SPREAD_STEP;
	     i > 0; i--)
		;
}

static void run_all(long count, char **programs, bool spreads)
{
	for (long i = 0; i < count; i++)
		for (int k = 0; programs[k]; k++) {
			struct run r;

			if (spreads)
				spread();
			r = run(programs[k]);
			printf("%d %llu %llu %d\n", k + 1, (unsigned long long)r.time,
			       (unsigned long long)r.cpu, r.pid);
		}
}

int main(int argc, char **argv)
{
	bool spreads = argc > 1 && !strcmp(argv[1], "--spread");
	char **args = argv + 1 + spreads;
	long count = args[0] ? strtol(args[0], NULL, 10) : 0;
	uint64_t began = now();

	if (count <= 0 || !args[1]) {
		fprintf(stderr, "usage: exec_time [--spread] COUNT PROGRAM...\n");
		return 2;
	}
	run_all(count, args + 1, spreads);
	printf("0 %llu\n", (unsigned long long)(now() - began));
	return 0;
}
