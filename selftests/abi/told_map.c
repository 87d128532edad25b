// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoint sfreg_map, as perf's events bring it: told of is who maps text of a file,
 * once, until its windows are listed. Data, anonymous text and what was there before are
 * no news.
 */
#include "sft.h"
#include <linux/perf_event.h>

FIXTURE(told) {
	int fd, event, file;
	uint64_t before;
};

FIXTURE_SETUP(told)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = sft_read_number("/sys/class/misc/sfreg/events/", "sfreg_map"),
	};

	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	/* Counts what this task and its children do. */
	attr.inherit = 1;
	self->event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	ASSERT_LE(0, self->event);
	self->file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->file);
	sft_total(self->fd, -1);
}

FIXTURE_TEARDOWN(told)
{
	close(self->file);
	close(self->event);
	close(self->fd);
}

/* How often since this was last asked. */
static uint64_t told(struct _test_data_told *self)
{
	uint64_t count = 0, before = self->before;

	if (read(self->event, &count, sizeof(count)) != sizeof(count))
		return UINT64_MAX;
	self->before = count;
	return count - before;
}

static void *map(struct _test_data_told *self, int prot)
{
	void *p = mmap(NULL, SFT_PAGE, prot, MAP_PRIVATE, self->file, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

TEST_F(told, once_until_listed)
{
	map(self, SFT_RX);
	EXPECT_EQ(1, told(self));
	for (int i = 0; i < 40; i++)
		map(self, SFT_RX);
	EXPECT_EQ(0, told(self));
	for (int i = 0; i < 3; i++) {
		sft_total(self->fd, -1);
		map(self, SFT_RX);
		EXPECT_EQ(1, told(self));
	}
}

TEST_F(told, listed_by_another)
{
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	pid_t child;

	ASSERT_LE(0, mem);
	map(self, SFT_RX);
	child = fork();
	if (!child) {
		sft_total(self->fd, mem);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	map(self, SFT_RX);
	EXPECT_EQ(2, told(self));
	close(mem);
}

TEST_F(told, data_is_no_news)
{
	mmap(NULL, SFT_PAGE, SFT_RWX, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map(self, PROT_READ);
	map(self, SFT_RW);
	map(self, PROT_NONE);
	EXPECT_EQ(0, told(self));
	map(self, SFT_RX);
	EXPECT_EQ(1, told(self));
}

TEST_F(told, made_executable)
{
	void *p = map(self, SFT_RW);

	ASSERT_EQ(0, mprotect(p, SFT_PAGE, PROT_READ));
	EXPECT_EQ(0, told(self));
	ASSERT_EQ(0, mprotect(p, SFT_PAGE, SFT_RX));
	EXPECT_EQ(1, told(self));
}

TEST_F(told, part_made_executable)
{
	char *p = mmap(NULL, 3 * SFT_PAGE, PROT_READ, MAP_PRIVATE, self->file, 0);

	ASSERT_NE(MAP_FAILED, (void *)p);
	ASSERT_EQ(0, mprotect(p + SFT_PAGE, SFT_PAGE, SFT_RX));
	EXPECT_EQ(1, told(self));
}

/* A fork has its parent's mappings, and is a process of its own. */
TEST_F(told, children)
{
	pid_t child;

	map(self, SFT_RX);
	EXPECT_EQ(1, told(self));
	child = fork();
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	EXPECT_EQ(0, told(self));
	child = fork();
	if (!child) {
		map(self, SFT_RX);
		map(self, SFT_RX);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	EXPECT_EQ(1, told(self));
}

/* Of the program, and of nothing that its dynamic linker does. Each is another process. */
TEST_F(told, executions)
{
	for (int i = 0; i < 20; i++) {
		pid_t child = fork();

		if (!child) {
			execl("/bin/true", "true", NULL);
			_exit(1);
		}
		waitpid(child, NULL, 0);
		EXPECT_EQ(1, told(self));
	}
}

/* The hooks go with the last who listens, and come with the next. */
TEST_F(told, listeners_come_and_go)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = sft_read_number("/sys/class/misc/sfreg/events/", "sfreg_map"),
	};

	for (int i = 0; i < 10; i++) {
		close(self->event);
		sft_total(self->fd, -1);
		map(self, SFT_RX);
		self->event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
		ASSERT_LE(0, self->event);
		self->before = 0;
		EXPECT_EQ(0, told(self));
		map(self, SFT_RX);
		EXPECT_EQ(1, told(self));
	}
}

SFT_MAIN
