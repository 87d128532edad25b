// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that lie about real stacks, and stacks that are made up: each walk ends,
 * where it must, with its own stop reason, in bounded time.
 *
 * The probe's rule after its system call is chosen freely; sp there is the caller's
 * sp minus 8 and the frame's size, and fp is 0.
 */
#include "sft_probe.h"

#define FRAME	0x2008
#define USER_END	0x7ffffffff000ULL

FIXTURE(stack) {
	int fd;
	struct sft_probe probe;
	uint64_t text;
};

FIXTURE_SETUP(stack)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(FRAME);
	self->text = sft_addr(self->probe.text);
}

FIXTURE_TEARDOWN(stack)
{
	close(self->fd);
}

/* One row for all of the page. */
static int rule(struct _test_data_stack *self, uint8_t base, int32_t cfa, int32_t fp)
{
	struct sfe_row row = { .base = base, .cfa = cfa, .fp = fp };
	struct sfe_func func = { .size = SFT_PAGE, .n_rows = 1, .rows = &row };
	struct sfe_section s = { .version = 2, .sorted = true, SFE_FUNCS(func) };
	uint8_t bytes[SFT_SECTION_MAX];
	size_t len = sfe_emit(&s, bytes, sizeof(bytes));

	sft_remove_one(self->fd, self->text);
	return sft_register(self->fd, self->text, SFT_PAGE, bytes, len, self->text);
}

static void stops(struct __test_metadata *_metadata, struct _test_data_stack *self,
		  uint32_t count, uint32_t stop, const char *what)
{
	struct sft_probed r = sft_probe_run(self->probe.text, self->fd);

	EXPECT_EQ(0, r.ret);
	EXPECT_EQ(stop, r.bt.stop) {
		TH_LOG("%s", what);
	}
	EXPECT_EQ(count, r.bt.count) {
		TH_LOG("%s", what);
	}
	EXPECT_EQ(self->text + SFT_PROBE_AFTER, r.frames[0].pc);
}

TEST_F(stack, truth_first)
{
	struct sft_probed r;

	ASSERT_EQ(0, rule(self, SFE_SP, FRAME + 8, 0));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
}

/* A CFA below sp is malformed. One at sp is not (glibc's vfork), but leads nowhere. */
TEST_F(stack, cfa_not_above_sp)
{
	static const int32_t below[] = { -1, -8, -16, -4096 };

	for (int i = 0; i < 4; i++)
		EXPECT_EQ(-EBADMSG, rule(self, SFE_SP, below[i], 0));
	ASSERT_EQ(0, rule(self, SFE_SP, 0, 0));
	stops(_metadata, self, 1, SFREG_STOP_NO_PROGRESS, "at sp");
}

TEST_F(stack, cfa_misaligned)
{
	ASSERT_EQ(0, rule(self, SFE_SP, 0x14, 0));
	stops(_metadata, self, 1, SFREG_STOP_BAD_CFA, "misaligned");
}

/* fp is 0 in the probe: the CFA lies near address 0 or below it. */
TEST_F(stack, cfa_by_a_null_fp)
{
	ASSERT_EQ(0, rule(self, SFE_FP, 16, 0));
	stops(_metadata, self, 1, SFREG_STOP_NO_PROGRESS, "a null fp");
}

/*
 * Above all stacks: not mapped, though a user address; or none, as the stack may
 * lie within 2 GB of the end.
 */
TEST_F(stack, cfa_far_away)
{
	bool inside = sft_addr(__builtin_frame_address(0)) + 0x7ffffff8 < USER_END;

	ASSERT_EQ(0, rule(self, SFE_SP, 0x7ffffff8 & ~7, 0));
	stops(_metadata, self, 1, inside ? SFREG_STOP_UNREADABLE : SFREG_STOP_BAD_CFA,
	      "2 GB above");
}

/*
 * A made-up stack: the text moves sp and fp to what it is given,
 * makes the call there, and comes back by rbx.
 */
static const uint8_t mover[] = {
	0x53, 0x55,					/* push rbx, rbp */
	0x48, 0x89, 0xe3, 0x4c, 0x89, 0xc4, 0x4c, 0x89, 0xcd,
	0xb8, SYS_ioctl, 0, 0, 0, 0x0f, 0x05,
	0x48, 0x89, 0xdc, 0x5d, 0x5b, 0xc3,
};

#define MOVER_AFTER	18

typedef long mover_fn(long fd, long cmd, void *arg, long unused, uint64_t sp,
		     uint64_t fp);

static struct sft_probed on(struct _test_data_stack *self, uint64_t sp, uint64_t fp)
{
	struct sft_probed r = {
		.bt = { .size = sizeof(r.bt), .frames = sft_addr(r.frames), .count = 32 },
	};
	mover_fn *f = (mover_fn *)(uintptr_t)self->text;

	memcpy(self->probe.text, mover, sizeof(mover));
	r.ret = f(self->fd, SFREG_IOC_BACKTRACE, &r.bt, 0, sp, fp);
	return r;
}

#define STOPS_ON(sp, fp, n, reason) ({				\
	struct sft_probed r_ = on(self, sp, fp);		\
	EXPECT_EQ(0, r_.ret);					\
	EXPECT_EQ(reason, r_.bt.stop);				\
	EXPECT_EQ(n, r_.bt.count);				\
	EXPECT_EQ(self->text + MOVER_AFTER, r_.frames[0].pc);	\
	r_;							\
})

TEST_F(stack, return_addresses)
{
	uint64_t *s = sft_map(SFT_PAGE, SFT_RW);
	static const uint64_t bad[] = {
		0, 0xffffffff81000000ULL, 0x8000000000000000ULL,
		0x0000800000000000ULL, ~0ULL,
	};

	ASSERT_EQ(0, rule(self, SFE_SP, 8, 0));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		s[16] = bad[i];
		STOPS_ON(sft_addr(&s[16]), 0, 1, SFREG_STOP_BAD_RA);
	}
	/* A user address where nothing is: a frame, and the end. */
	s[16] = 0x1000;
	STOPS_ON(sft_addr(&s[16]), 0, 2, SFREG_STOP_NO_WINDOW);
}

/* Mapped, but never touched: nothing is paged in for a walk. */
TEST_F(stack, not_resident)
{
	uint64_t *s = sft_map(SFT_PAGE, SFT_RW);

	ASSERT_EQ(0, rule(self, SFE_SP, 8, 0));
	STOPS_ON(sft_addr(&s[16]), 0, 1, SFREG_STOP_UNREADABLE);
	s[16] = 0;
	STOPS_ON(sft_addr(&s[16]), 0, 1, SFREG_STOP_BAD_RA);
}

/* Frames that return into themselves: they climb the stack, to its very end. */
TEST_F(stack, climbs_to_the_end)
{
	uint64_t *s = sft_map(2 * SFT_PAGE, SFT_RW);

	munmap(s + 512, SFT_PAGE);
	for (int i = 0; i < 512; i++)
		s[i] = self->text + MOVER_AFTER;
	ASSERT_EQ(0, rule(self, SFE_SP, 8, 0));
	STOPS_ON(sft_addr(&s[500]), 0, 13, SFREG_STOP_UNREADABLE);
	STOPS_ON(sft_addr(&s[100]), 0, 32, SFREG_STOP_FRAME_LIMIT);
}

/* A saved fp that leads back down: the CFA must rise all the same. */
TEST_F(stack, loop_of_frame_pointers)
{
	uint64_t *s = sft_map(SFT_PAGE, SFT_RW);
	struct sft_probed r;

	/* cfa = fp + 16, ra = cfa - 8, fp = cfa - 16 */
	ASSERT_EQ(0, rule(self, SFE_FP, 16, -16));
	s[10] = sft_addr(&s[20]);
	s[11] = self->text + MOVER_AFTER;
	s[20] = sft_addr(&s[10]);
	s[21] = self->text + MOVER_AFTER;
	r = STOPS_ON(sft_addr(&s[8]), sft_addr(&s[10]), 3, SFREG_STOP_NO_PROGRESS);
	EXPECT_EQ(sft_addr(&s[12]), r.frames[0].cfa);
	EXPECT_EQ(sft_addr(&s[22]), r.frames[1].cfa);
	EXPECT_EQ(0, r.frames[2].cfa);
	/* To itself. */
	s[10] = sft_addr(&s[10]);
	STOPS_ON(sft_addr(&s[8]), sft_addr(&s[10]), 2, SFREG_STOP_NO_PROGRESS);
}

TEST_F(stack, frame_pointers_nowhere)
{
	uint64_t *s = sft_map(SFT_PAGE, SFT_RW);

	ASSERT_EQ(0, rule(self, SFE_FP, 16, -16));
	s[10] = sft_addr(&s[20]);
	s[11] = self->text + MOVER_AFTER;
#define FROM(value, stop) ({							\
	s[10] = (value);							\
	STOPS_ON(sft_addr(&s[8]), sft_addr(&s[10]), 2, stop);			\
})
	FROM(0xffffffff81000000ULL, SFREG_STOP_BAD_CFA);
	FROM(0x0000800000000000ULL, SFREG_STOP_BAD_CFA);
	FROM(0x7ffffffff000ULL - 8, SFREG_STOP_BAD_CFA);
	FROM(~0ULL - 7, SFREG_STOP_NO_PROGRESS);	/* wraps around */
	FROM(sft_addr(&s[20]) + 1, SFREG_STOP_BAD_CFA);
	FROM(0x7ffffffee000ULL, SFREG_STOP_UNREADABLE);
	FROM(0, SFREG_STOP_NO_PROGRESS);
}

/* A stack pointer that is none at all. */
TEST_F(stack, stack_pointers_nowhere)
{
	ASSERT_EQ(0, rule(self, SFE_SP, 8, 0));
	STOPS_ON(0x10000, 0, 1, SFREG_STOP_UNREADABLE);
	STOPS_ON(0, 0, 1, SFREG_STOP_UNREADABLE);
	STOPS_ON(0xffffffff81000000ULL, 0, 1, SFREG_STOP_BAD_CFA);
	STOPS_ON(0x00008000deadbee8ULL, 0, 1, SFREG_STOP_BAD_CFA);
	STOPS_ON(0x7ffffffef003ULL, 0, 1, SFREG_STOP_BAD_CFA);
	STOPS_ON(~0ULL - 7, 0, 1, SFREG_STOP_NO_PROGRESS);
}

/* The outermost mark, and text without a rule in a window. */
TEST_F(stack, outermost_and_gap)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_SP, .cfa = 8 },
		{ .start = MOVER_AFTER, .outermost = true },
	};
	struct sfe_func func = { .size = 64, SFE_ROWS(rows) };
	struct sfe_section s = { .version = 3, .sorted = true, SFE_FUNCS(func) };
	uint64_t *stack = sft_map(SFT_PAGE, SFT_RW);
	uint8_t bytes[SFT_SECTION_MAX];

	ASSERT_EQ(0, sft_register(self->fd, self->text, SFT_PAGE, bytes,
				  sfe_emit(&s, bytes, sizeof(bytes)), self->text));
	STOPS_ON(sft_addr(&stack[16]), 0, 1, SFREG_STOP_OUTERMOST);
	ASSERT_EQ(0, sft_remove_one(self->fd, self->text));
	func.size = MOVER_AFTER;
	func.n_rows = 1;
	ASSERT_EQ(0, sft_register(self->fd, self->text, SFT_PAGE, bytes,
				  sfe_emit(&s, bytes, sizeof(bytes)), self->text));
	STOPS_ON(sft_addr(&stack[16]), 0, 1, SFREG_STOP_NO_RULE);
}

/*
 * A call that does not return may be a function's last instruction: the return
 * address is then the next function's first byte, or the first behind the window.
 */
TEST_F(stack, call_at_the_very_end)
{
	struct sfe_row last = { .base = SFE_SP, .cfa = 24 };
	struct sfe_row next = { .base = SFE_SP, .cfa = 8 };
	struct sfe_func funcs[2] = {
		{ .start = 0, .size = 64, .n_rows = 1, .rows = &last },
		{ .start = 64, .size = 64, .n_rows = 1, .rows = &next },
	};
	struct sfe_section s = {
		.version = 2, .sorted = true, SFE_FUNC_ARRAY(funcs),
	};
	uint64_t *stack = sft_map(SFT_PAGE, SFT_RW);
	uint8_t bytes[SFT_SECTION_MAX];
	size_t len = sfe_emit(&s, bytes, sizeof(bytes));
	struct sft_probed r;

	stack[18] = self->text + 64;	/* ra of the first frame: sp + 16 */
	stack[19] = 0x1000;		/* ra by the next function's rule */
	stack[21] = 0x2000;		/* ra by its own */
	for (int window = 128; window >= 64; window -= 64) {
		ASSERT_EQ(0, sft_register(self->fd, self->text, window, bytes, len,
					  self->text));
		r = STOPS_ON(sft_addr(&stack[16]), 0, 3, SFREG_STOP_NO_WINDOW);
		EXPECT_EQ(self->text + 64, r.frames[1].pc);
		EXPECT_EQ(sft_addr(&stack[22]), r.frames[1].cfa);
		EXPECT_EQ(0x2000, r.frames[2].pc);
		ASSERT_EQ(0, sft_remove_one(self->fd, self->text));
	}
}

/* Each stop is counted. */
TEST_F(stack, counters)
{
	uint64_t before = sft_stat("stop_bad_ra"), walks = sft_stat("walks");
	uint64_t *s = sft_map(SFT_PAGE, SFT_RW);

	ASSERT_EQ(0, rule(self, SFE_SP, 8, 0));
	s[16] = 0;
	for (int i = 0; i < 10; i++)
		STOPS_ON(sft_addr(&s[16]), 0, 1, SFREG_STOP_BAD_RA);
	EXPECT_EQ(before + 10, sft_stat("stop_bad_ra"));
	EXPECT_EQ(walks + 10, sft_stat("walks"));
}

SFT_MAIN
