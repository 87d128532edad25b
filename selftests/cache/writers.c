// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two writers, a third that empties the cache, and readers, all at once: a reader finds
 * a section that is right, or none; and writers that are killed leave nothing that is
 * taken for one.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "sample_file.h"

#define ROUNDS	150

static struct sample sample;

/* Exits 1 if a store fails: nothing that the others do is a reason. */
static pid_t start_writer(const char *dir, int rounds)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (int i = 0; i < rounds; i++) {
		sample_init(&sample, i % 3);
		if (sample_store(dir, &sample))
			_exit(1);
	}
	_exit(0);
}

static pid_t start_cleaner(const char *dir)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (int i = 0; i < ROUNDS; i++) {
		usleep(3000);
		if (cache_trim(dir, 0) < 0)
			_exit(1);
	}
	_exit(0);
}

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		abort();
	return status;
}

static void test_at_once(const char *dir)
{
	pid_t pids[3] = { start_writer(dir, ROUNDS), start_writer(dir, ROUNDS),
			  start_cleaner(dir) };
	int found = 0, none = 0, wrong = 0;

	for (int i = 0; i < 4 * ROUNDS; i++) {
		int error;

		sample_init(&sample, i % 3);
		error = sample_find(dir, &sample);
		found += !error;
		none += error == -ENOENT;
		wrong += error && error != -ENOENT;
	}
	tap_equal(wrong, 0, "lookups that found something wrong");
	tap_ok(found > 0 && none > 0, "some found it, some did not: %d, %d", found, none);
	tap_equal(status_of(pids[0]), 0, "the first writer never failed");
	tap_equal(status_of(pids[1]), 0, "nor did the second");
	tap_equal(status_of(pids[2]), 0, "nor who emptied the cache");
}

static void test_killed(const char *dir)
{
	int wrong = 0;

	for (int i = 0; i < 100; i++) {
		pid_t pid = start_writer(dir, 1000000);
		int error;

		usleep(1000 + i * 300);
		kill(pid, SIGKILL);
		wrong += WTERMSIG(status_of(pid)) != SIGKILL;
		sample_init(&sample, i % 3);
		error = sample_find(dir, &sample);
		wrong += error && error != -ENOENT;
	}
	tap_equal(wrong, 0, "of 100 writers killed, what did harm");
	for (int i = 0; i < 3; i++) {
		sample_init(&sample, i);
		tap_equal(sample_store(dir, &sample), 0, "stored after that");
		tap_equal(sample_find(dir, &sample), 0, "... and found");
	}
}

int main(void)
{
	const char *dir = sample_cache();

	sample_init(&sample, 0);
	if (sample_store(dir, &sample))
		abort();
	test_at_once(dir);
	test_killed(dir);
	return tap_end();
}
