// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live windows: rows that a process writes itself. Rows that are appended,
 * deleted and replaced hold at once, without a call; fork, munmap, exit. Each
 * errno: errno_live.c; what becomes of walks while threads write anything anywhere:
 * ../jit/live_scribble.c
 */
#include "sft_probe.h"
#include "live.h"

#define FRAME	0x68
#define PROBES	8
#define ROWS	1000

FIXTURE(live) {
	int fd;
	uint8_t *text;			/* PROBES probes, SFT_PROBE_LEN apart */
	struct sfreg_live_header *header;
	uint64_t *rows;
};

/* Made and mapped: a descriptor. */
static int open_live(struct _test_data_live *self)
{
	int fd = make_live(self->fd, ROWS);

	if (fd < 0)
		return fd;
	self->header = map_live(fd, ROWS);
	self->rows = (uint64_t *)(self->header + 1);
	return self->header ? fd : -ENXIO;
}

/* Placed, and the descriptor closed. */
static int place_live(struct _test_data_live *self, int fd, uint32_t flags)
{
	struct sfreg_place_entry e = entry_at(fd, self->text, SFT_PAGE);
	int ret;

	e.flags = flags;
	ret = place(self->fd, e, -1);
	close(fd);
	return ret;
}

FIXTURE_SETUP(live)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->text = sft_map(SFT_PAGE, SFT_RWX);
	for (int i = 0; i < PROBES; i++)
		sft_probe_emit(self->text + i * SFT_PROBE_LEN, FRAME + 16 * i);
	ASSERT_EQ(0, place_live(self, open_live(self), 0));
}

FIXTURE_TEARDOWN(live)
{
	close(self->fd);
}

static uint64_t sp_row(uint32_t offset, uint32_t cfa)
{
	return SFREG_LIVE_ROW(offset, SFREG_LIVE_SP, cfa, 8, 0);
}

/* Four rows of probe @i, from row @at on. */
static void write_probe(struct _test_data_live *self, int i, uint32_t at)
{
	uint32_t offset = i * SFT_PROBE_LEN;

	self->rows[at] = sp_row(offset, 8);
	self->rows[at + 1] = sp_row(offset + 7, 8 + FRAME + 16 * i);
	self->rows[at + 2] = sp_row(offset + 21, 8);
	self->rows[at + 3] = SFREG_LIVE_ROW(offset + SFT_PROBE_SIZE, SFREG_LIVE_NOTHING, 0, 8, 0);
}

static void set_run(struct _test_data_live *self, int run, uint32_t first, uint32_t n)
{
	__atomic_store_n(&self->header->runs[run], SFREG_LIVE_RUN(n, first), __ATOMIC_RELEASE);
	if (self->header->n_runs <= (uint64_t)run)
		__atomic_store_n(&self->header->n_runs, run + 1, __ATOMIC_RELEASE);
}

static const char *walked(struct _test_data_live *self, int i)
{
	uint8_t *at = self->text + i * SFT_PROBE_LEN;
	struct sft_probed r = sft_probe_run(at, self->fd);

	return sft_probe_differs(&r, at) ?: "";
}

static const char *unknown(struct _test_data_live *self, int i, uint32_t stop)
{
	uint8_t *at = self->text + i * SFT_PROBE_LEN;
	struct sft_probed r = sft_probe_run(at, self->fd);

	return sft_probe_unknown(&r, at) ?: r.bt.stop == stop ? "" : "another reason";
}

TEST_F(live, appended_rows_hold_at_once)
{
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_NO_RULE));
	for (int i = 0; i < PROBES; i++) {
		write_probe(self, i, 4 * i);
		EXPECT_STREQ("", unknown(self, i, SFREG_STOP_NO_RULE));
		set_run(self, 0, 0, 4 * (i + 1));
		for (int k = 0; k <= i; k++)
			EXPECT_STREQ("", walked(self, k));
	}
}

TEST_F(live, runs_in_any_order)
{
	for (int i = 0; i < PROBES; i++) {
		write_probe(self, PROBES - 1 - i, 4 * i);
		set_run(self, i, 4 * i, 4);
	}
	for (int i = 0; i < PROBES; i++)
		EXPECT_STREQ("", walked(self, i));
}

/* Buried, and other code in its place, told of by a later run. */
TEST_F(live, deleted_and_used_again)
{
	write_probe(self, 0, 0);
	write_probe(self, 1, 4);
	set_run(self, 0, 0, 8);
	for (int k = 0; k < 3; k++)
		self->rows[k] &= ~0xffffffffull;
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_NO_RULE));
	EXPECT_STREQ("", walked(self, 1));
	sft_probe_emit(self->text, FRAME + 0x100);
	self->rows[8] = sp_row(0, 8);
	self->rows[9] = sp_row(7, 8 + FRAME + 0x100);
	self->rows[10] = SFREG_LIVE_ROW(SFT_PROBE_SIZE, SFREG_LIVE_NOTHING, 0, 8, 0);
	set_run(self, 1, 8, 3);
	EXPECT_STREQ("", walked(self, 0));
	EXPECT_STREQ("", walked(self, 1));
}

TEST_F(live, outermost)
{
	struct sft_probed r;

	self->rows[0] = SFREG_LIVE_ROW(0, SFREG_LIVE_OUTERMOST, 0, 8, 0);
	set_run(self, 0, 0, 1);
	r = sft_probe_run(self->text, self->fd);
	EXPECT_EQ(1, r.bt.count);
	EXPECT_EQ(SFREG_STOP_OUTERMOST, r.bt.stop);
}

TEST_F(live, disorder_ends_the_walk)
{
	uint64_t before = sft_stat("stop_unsteady");

	write_probe(self, 0, 0);
	set_run(self, 0, 0, 4);
	EXPECT_STREQ("", walked(self, 0));
	self->header->n_runs = 17;
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_UNSTEADY));
	self->header->n_runs = 1;
	self->header->runs[0] = SFREG_LIVE_RUN(ROWS + 1, 0);
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_UNSTEADY));
	self->header->runs[0] = SFREG_LIVE_RUN(1, ROWS);
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_UNSTEADY));
	self->header->runs[0] = ~0ull;
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_UNSTEADY));
	self->header->runs[0] = SFREG_LIVE_RUN(4, 0);
	self->rows[1] |= 8;
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_UNSTEADY));
	self->rows[1] &= ~8ull;
	EXPECT_STREQ("", walked(self, 0));
	EXPECT_EQ(before + 5, sft_stat("stop_unsteady"));
}

TEST_F(live, listed_and_unregistered)
{
	struct sfreg_list_entry e;

	ASSERT_EQ(1, sft_find(self->fd, sft_addr(self->text), &e));
	EXPECT_EQ(SFREG_LIST_LIVE, e.flags);
	EXPECT_EQ(ROWS, e.rows);
	EXPECT_EQ(8192 + 4096 * (bytes_of(ROWS) > 8192), e.table_bytes);
	write_probe(self, 0, 0);
	set_run(self, 0, 0, 4);
	EXPECT_STREQ("", walked(self, 0));
	EXPECT_EQ(0, sft_remove_one(self->fd, sft_addr(self->text)));
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_NO_WINDOW));
	/* The memory stays its writer's. */
	write_probe(self, 1, 4);
	set_run(self, 0, 0, 8);
	EXPECT_STREQ("", unknown(self, 1, SFREG_STOP_NO_WINDOW));
}

/* In one step, live or not, whatever stood there. */
TEST_F(live, replaces_and_is_replaced)
{
	uint8_t section[SFT_SECTION_MAX];
	size_t len = sft_probe_section(2, 0, FRAME, section);
	struct sfreg_window w = sft_window(sft_addr(self->text), SFT_PAGE, section, len);
	uint64_t *old = self->rows;

	w.sframe_base = w.text_start;
	EXPECT_EQ(-EEXIST, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.flags = SFREG_F_REPLACE;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_STREQ("", walked(self, 0));
	EXPECT_EQ(-EEXIST, place_live(self, open_live(self), 0));
	ASSERT_EQ(0, place_live(self, open_live(self), SFREG_F_REPLACE));
	EXPECT_NE(old, self->rows);
	EXPECT_STREQ("", unknown(self, 0, SFREG_STOP_NO_RULE));
	write_probe(self, 0, 0);
	set_run(self, 0, 0, 4);
	EXPECT_STREQ("", walked(self, 0));
}

/* What is filled before it is placed holds from then on: one live window goes over to another. */
TEST_F(live, filled_and_placed)
{
	int fd;

	write_probe(self, 0, 0);
	set_run(self, 0, 0, 4);
	EXPECT_STREQ("", walked(self, 0));
	fd = open_live(self);
	ASSERT_LE(0, fd);
	write_probe(self, 0, 0);
	write_probe(self, 1, 4);
	set_run(self, 0, 0, 8);
	EXPECT_STREQ("", unknown(self, 1, SFREG_STOP_NO_RULE));
	ASSERT_EQ(0, place_live(self, fd, SFREG_F_REPLACE));
	EXPECT_STREQ("", walked(self, 0));
	EXPECT_STREQ("", walked(self, 1));
}

TEST_F(live, what_is_unmapped)
{
	write_probe(self, 0, 0);
	set_run(self, 0, 0, 4);
	/* Its own side of the memory: walks read the kernel's. */
	EXPECT_EQ(0, munmap(self->header, bytes_of(ROWS)));
	EXPECT_STREQ("", walked(self, 0));
	/* The text: the window goes. */
	EXPECT_EQ(0, munmap(self->text, SFT_PAGE));
	EXPECT_EQ(0, sft_total(self->fd, -1));
}

/* 0: as it should be. */
static int child_of_fork(struct _test_data_live *self, int fd)
{
	unsigned char resident;

	if (sft_total(self->fd, -1) != 0)
		return 1;
	if (*unknown(self, 0, SFREG_STOP_NO_WINDOW))
		return 2;
	/* The mapping is not there, either. */
	if (!mincore(self->header, 4096, &resident) || errno != ENOMEM)
		return 3;
	/* Nor is it to be had by the descriptor. */
	if (mmap(NULL, bytes_of(ROWS), SFT_RW, MAP_SHARED, fd, 0) != MAP_FAILED || errno != EPERM)
		return 4;
	if (place(self->fd, entry_at(fd, self->text, SFT_PAGE), -1) != -EPERM)
		return 5;
	return sft_total(self->fd, -1) ? 6 : 0;
}

TEST_F(live, not_in_a_child)
{
	int status, fd = open_live(self);
	pid_t child;

	ASSERT_EQ(0, place(self->fd, (struct sfreg_place_entry) {
		.section_fd = fd, .flags = SFREG_F_REPLACE, .text_start = sft_addr(self->text),
		.text_len = SFT_PAGE, .sframe_base = sft_addr(self->text) }, -1));
	write_probe(self, 0, 0);
	set_run(self, 0, 0, 4);
	child = fork();
	if (!child)
		_exit(child_of_fork(self, fd));
	waitpid(child, &status, 0);
	EXPECT_EQ(0, status);
	EXPECT_STREQ("", walked(self, 0));
	close(fd);
}

/* Its maker has no way into another process, either. */
TEST_F(live, not_in_another)
{
	int mem_fd, fd = open_live(self);
	char path[32];
	pid_t child;

	ASSERT_LE(0, fd);
	child = fork();
	if (!child)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/%d/mem", child);
	mem_fd = open(path, O_RDWR);
	ASSERT_LE(0, mem_fd);
	EXPECT_EQ(-EPERM, place(self->fd, entry_at(fd, self->text, SFT_PAGE), mem_fd));
	EXPECT_EQ(0, sft_total(self->fd, mem_fd));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(mem_fd);
	close(fd);
}

/* Another window of the process is inherited all the same. */
TEST_F(live, beside_one_that_is_inherited)
{
	struct sft_probe p = sft_probe(0x48);
	int status;
	pid_t child;

	ASSERT_EQ(0, sft_probe_register(self->fd, &p));
	child = fork();
	if (!child) {
		struct sft_probed r = sft_probe_run(p.text, self->fd);

		_exit(sft_total(self->fd, -1) != 1 || sft_probe_differs(&r, p.text));
	}
	waitpid(child, &status, 0);
	EXPECT_EQ(0, status);
}

SFT_MAIN
