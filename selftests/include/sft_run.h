/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test program that runs itself under `sfreg run`: SFT_MAIN_UNDER_RUN in the
 * place of SFT_MAIN. Paths are found from where the program itself lies.
 */
#ifndef SFT_RUN_H
#define SFT_RUN_H

#include "sft.h"
#include <limits.h>

/* A file of the build tree, from its path below it. Static storage. */
static inline const char *sft_built(const char *name)
{
	static char path[2 * PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
	char *end;

	if (len <= 0)
		abort();
	path[len] = 0;
	/* BUILD/selftests/abi/PROGRAM */
	for (int up = 0; up < 3; up++) {
		end = strrchr(path, '/');
		if (!end)
			abort();
		*end = 0;
	}
	sprintf(path + strlen(path), "/%s", name);
	return path;
}

/* Returns only in the second life, under the loader's hook. */
static inline void sft_run_again(char **argv)
{
	char self[PATH_MAX] = "";

	if (getenv("SFT_UNDER_RUN"))
		return;
	setenv("SFT_UNDER_RUN", "1", 1);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
		abort();
	execl(sft_built("bin/sfreg"), "sfreg", "run", "--", self, argv[1], NULL);
	perror("sfreg run");
	exit(KSFT_FAIL);
}

/*
 * The program's own window is there from the start, in it and in every test's
 * child; the last test is such a child, so it is compared with one.
 */
static inline void sft_take_gauges_in_child(void)
{
	struct sft_gauges *shared = mmap(NULL, SFT_PAGE, SFT_RW,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	if (!pid) {
		*shared = sft_gauges();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	sft_gauges_before = *shared;
	munmap(shared, SFT_PAGE);
}

#define SFT_MAIN_UNDER_RUN						\
SFT_LAST_TEST								\
									\
int main(int argc, char **argv)						\
{									\
	if (access(SFREG_DEVICE, F_OK))					\
		ksft_exit_skip("the module is not loaded\n");		\
	sft_run_again(argv);						\
	sft_take_gauges_in_child();					\
	return test_harness_run(argc, argv);				\
}

#endif /* SFT_RUN_H */
