// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample's top frame has its registers from the interrupt: loops in which the CFA
 * is in each of the registers, by turns, and gcc's realigned stack where it is in
 * r10. Every sample of such a loop has exactly the frames up to flex_root.
 */
#include "sft_perf.h"
#include "flexible.h"

#define LEAST	20

struct counts {
	int samples, wrong;
};

/* Samples in the loop so far, and how many have another chain. */
static struct counts count(struct sft_perf *perf, const char *loop, const char *loop_end)
{
	static struct sft_sample s;
	struct counts c = { 0 };

	while (sft_perf_next(perf, &s)) {
		if (s.ip - sft_addr(loop) >= (uint64_t)(loop_end - loop))
			continue;
		c.samples++;
		c.wrong += s.n != 3 || s.chain[0] != s.ip ||
			   s.chain[1] != sft_addr(flex_outer_ret) ||
			   s.chain[2] != sft_addr(flex_root_ret);
	}
	return c;
}

/* As often as it takes; a hang ends in the harness's timeout. */
static void sample(struct __test_metadata *_metadata, struct sft_perf *perf,
		   const struct flex_by *by)
{
	struct counts all = { 0 };
	struct flex_truth truth;

	for (long shift = 0; all.samples < LEAST && !all.wrong; shift = (shift + 16) & 48) {
		struct counts c;

		sft_perf_on(perf);
		flex_root(by->fn, 1000000, &truth, shift);
		sft_perf_off(perf);
		c = count(perf, by->loop, by->loop_end);
		all.samples += c.samples;
		all.wrong += c.wrong;
	}
	sft_note("%s: %d samples\n", by->name, all.samples);
	EXPECT_EQ(0, all.wrong) {
		TH_LOG("%s", by->name);
	}
}

TEST(every_register)
{
	static const struct flex_by drap = {
		flex_drap, flex_drap_loop, flex_drap_loop_end, "drap",
	};
	struct sft_perf perf;
	int fd = sft_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(16, FLEX_BYS);
	ASSERT_EQ(0, flex_register(fd, true));
	ASSERT_EQ(0, sft_perf_open(&perf, 0, -1, 1000, 0));
	for (int i = 0; i < FLEX_BYS; i++)
		sample(_metadata, &perf, &__start_flex_bys[i]);
	sample(_metadata, &perf, &drap);
	EXPECT_EQ(0, perf.lost);
	sft_perf_close(&perf);
}

SFT_MAIN
