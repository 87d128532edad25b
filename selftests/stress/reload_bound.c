// SPDX-License-Identifier: GPL-2.0-only
/*
 * reload_bound [ROUNDS]: the module is unloaded and loaded again, six times, while the
 * threads of two processes map and unmap a file that is bound whenever there is a module to
 * bind it with. The binder is closed the moment before; threads on their way with a window
 * hold the module no longer than they need. In every round each process has got windows.
 *
 * SFREG_MODULE names the module's file. Leaves it loaded.
 */
#include "bind.h"
#include "sft_child.h"
#include "sft_module.h"
#include <pthread.h>

#define PROCESSES	2
#define THREADS		3

static pid_t pids[PROCESSES];
static int file;

static int unload_soon(void)
{
	uint64_t end = sft_now_ms() + 10000;
	int ret;

	do {
		ret = sft_module_unload();
	} while ((ret == -EAGAIN || ret == -EBUSY) && sft_now_ms() < end);
	return ret;
}

static void *map_on(void *arg)
{
	for (;;)
		munmap(file_map_all(file), FILE_BYTES);
	return arg;
}

static pid_t start(void)
{
	pid_t pid = fork();
	pthread_t thread;

	if (pid)
		return pid;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, map_on, NULL))
			_exit(1);
	for (;;)
		pause();
}

/* A binder; each process is seen with a window, soon. */
static int bind_and_wait(void)
{
	int binder = sft_open(), section = file_section(binder, false), seen = 0;
	uint64_t end = sft_now_ms() + 60000;
	int err = bind_file(binder, file, section);

	close(section);
	while (!err && seen < PROCESSES && sft_now_ms() < end) {
		int mem = sft_mem_open(pids[seen]);

		seen += sft_total(binder, mem) > 0;
		close(mem);
	}
	if (seen < PROCESSES)
		ksft_print_msg("bind: %d, %d processes with windows\n", err, seen);
	if (seen == PROCESSES)
		return binder;
	close(binder);
	return -1;
}

static bool rounds_are_good(int rounds)
{
	for (int round = 0; round < rounds; round++) {
		int binder = bind_and_wait(), err;

		if (binder < 0)
			return false;
		err = sft_module_unload();
		if (err != -EAGAIN) {
			ksft_print_msg("round %d: unload while a file is bound: %d\n", round, err);
			return false;
		}
		close(binder);
		err = unload_soon() ?: sft_module_load();
		if (err) {
			ksft_print_msg("round %d: %d\n", round, err);
			return false;
		}
	}
	return true;
}

static bool none_is_lost(void)
{
	struct sft_gauges zero = { 0 };
	bool good = true;

	for (int i = 0; i < PROCESSES; i++) {
		kill(pids[i], SIGKILL);
		good &= sft_wait(pids[i]) == -SIGKILL;
	}
	return good && sft_gauges_become(&zero, 10000);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 6;

	ksft_print_header();
	if (access(SFREG_DEVICE, F_OK))
		ksft_exit_skip("the module is not loaded\n");
	ksft_set_plan(2);
	fflush(stdout);
	file = file_make("file");
	sft_stay_on_one_cpu();
	for (int i = 0; i < PROCESSES; i++)
		pids[i] = start();
	ksft_test_result(rounds_are_good(rounds), "%d rounds of unload and load\n", rounds);
	ksft_test_result(none_is_lost(), "no process is lost, and nothing is left\n");
	ksft_finished();
}
