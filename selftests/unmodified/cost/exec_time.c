// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec_time COUNT PROGRAM...: runs each PROGRAM in turn, COUNT times, one at a time, and
 * prints "NUMBER NANOSECONDS CPU PID" for each: which it was, how long it took from before its
 * process was made until it was over, how many microseconds of that it ran, and its id.
 */
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
	long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	if (count <= 0) {
		fprintf(stderr, "usage: exec_time COUNT PROGRAM...\n");
		return 2;
	}
	for (long i = 0; i < count; i++)
		for (int k = 2; k < argc; k++) {
			struct run r = run(argv[k]);

			printf("%d %llu %llu %d\n", k - 1, (unsigned long long)r.time,
			       (unsigned long long)r.cpu, r.pid);
		}
	return 0;
}
