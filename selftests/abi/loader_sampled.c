// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program under `sfreg run` is sampled from its very start to its very end: in
 * an IFUNC's resolver, which the loader calls while it relocates the program
 * (BIND_NOW), and in destructors at exit, of the program and of a library. Every
 * sample of these places shows the loop, its caller, and the place in the loader
 * from which that was called.
 */
#include "sft_child.h"
#include "sft_perf.h"
#include "sft_run.h"
#include "helpers/early_late.h"

static const char *const names[PLACES] = {
	"an IFUNC's resolver", "a destructor of the program",
	"a destructor of a library",
};

/* The program, parked before exec until the sampler is there. */
static pid_t start(int to[2], int report[2])
{
	char sfreg[2 * PATH_MAX], program[2 * PATH_MAX], c;
	pid_t pid;

	strcpy(sfreg, sft_built("bin/sfreg"));
	strcpy(program, sft_built("selftests/abi/early_late"));
	pid = fork();
	if (pid)
		return pid;
	close(to[1]);
	if (dup2(report[1], 3) != 3 || read(to[0], &c, 1) != 1)
		_exit(97);
	execl(sfreg, "sfreg", "run", "--", program, NULL);
	_exit(98);
}

TEST(sampled)
{
	struct early_late place[PLACES] = { 0 }, r;
	int to[2], report[2], samples[PLACES] = { 0 };
	static struct sft_sample s;
	struct sft_perf perf;
	pid_t pid;

	ASSERT_EQ(0, pipe(to));
	ASSERT_EQ(0, pipe(report));
	/* Clear of descriptor 3, which the program writes to. */
	ASSERT_LE(10, to[0] = fcntl(to[0], F_DUPFD, 10));
	ASSERT_LE(10, report[1] = fcntl(report[1], F_DUPFD, 10));
	pid = start(to, report);
	ASSERT_EQ(0, sft_perf_open(&perf, pid, -1, 1000, SFT_AT_EXEC));
	ASSERT_EQ(1, write(to[1], "x", 1));
	EXPECT_EQ(0, sft_wait(pid));
	sft_perf_off(&perf);
	for (int i = 0; i < PLACES; i++) {
		ASSERT_EQ((ssize_t)sizeof(r), read(report[0], &r, sizeof(r)));
		ASSERT_GT(PLACES, r.place);
		place[r.place] = r;
	}
	while (sft_perf_next(&perf, &s)) {
		for (int i = 0; i < PLACES; i++) {
			if (s.ip - place[i].start >= place[i].end - place[i].start)
				continue;
			samples[i]++;
			EXPECT_LE(3, s.n);
			EXPECT_EQ(s.ip, s.chain[0]);
			EXPECT_EQ(place[i].ret, s.chain[1]);
			EXPECT_EQ(place[i].caller, s.chain[2]);
		}
	}
	EXPECT_EQ(0, perf.lost);
	for (int i = 0; i < PLACES; i++) {
		sft_note("%d samples in %s\n", samples[i], names[i]);
		EXPECT_LT(30, samples[i]);
	}
	sft_perf_close(&perf);
}

SFT_MAIN
