// SPDX-License-Identifier: GPL-2.0-only
/* fork, vfork, threads, exec, exit: who has which windows, and who has not. */
#include "sft_child.h"
#include "sft_probe.h"
#include <pthread.h>

FIXTURE(life) {
	int fd;
	struct sft_probe probe, other;
};

FIXTURE_SETUP(life)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->other = sft_probe(0x88);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
}

FIXTURE_TEARDOWN(life)
{
	close(self->fd);
}

/* 0: its windows are those of the listing, and a walk uses them. */
static int has(struct _test_data_life *self, const struct sft_listing *want)
{
	struct sft_listing now = sft_listing(self->fd, -1);
	struct sft_probed r;

	if (!sft_same_listing(want, &now))
		return 1;
	r = sft_probe_run(self->probe.text, self->fd);
	return sft_probe_differs(&r, self->probe.text) ? 2 : 0;
}

/* The child's changes are the child's. */
static int child_changes(struct _test_data_life *self)
{
	struct sft_probed r;

	if (sft_remove_one(self->fd, sft_addr(self->probe.text)))
		return 3;
	if (sft_probe_register(self->fd, &self->other))
		return 4;
	if (sft_total(self->fd, -1) != 1)
		return 5;
	r = sft_probe_run(self->probe.text, self->fd);
	if (sft_probe_unknown(&r, self->probe.text))
		return 6;
	r = sft_probe_run(self->other.text, self->fd);
	return sft_probe_differs(&r, self->other.text) ? 7 : 0;
}

TEST_F(life, fork)
{
	struct sft_listing before = sft_listing(self->fd, -1);
	uint64_t inherited = sft_stat("fork_inherited");

	EXPECT_EQ(0, sft_in_child(has(self, &before)));
	EXPECT_EQ(inherited + 1, sft_stat("fork_inherited"));
	EXPECT_EQ(0, sft_in_child(child_changes(self)));
	EXPECT_EQ(0, has(self, &before));
	EXPECT_EQ(0, sft_stat("fork_failed"));
}

/* The parent's changes after the fork are not the child's. */
static int listing_later(void *arg)
{
	struct _test_data_life *self = arg;

	return sft_total(self->fd, -1);
}

TEST_F(life, fork_then_parent_changes)
{
	struct sft_waiter child = sft_waiter(listing_later, self);

	ASSERT_EQ(0, sft_remove_one(self->fd, sft_addr(self->probe.text)));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	EXPECT_EQ(1, sft_tell(&child));
	EXPECT_EQ(0, sft_waiter_end(&child));
}

TEST_F(life, generations)
{
	struct sft_listing before = sft_listing(self->fd, -1);

	EXPECT_EQ(0, sft_in_child(sft_in_child(sft_in_child(sft_in_child(has(self, &before))))));
	EXPECT_EQ(0, sft_in_child(sft_in_child(child_changes(self)) ?:
				  has(self, &before)));
	EXPECT_EQ(0, has(self, &before));
}

/* A fork of a process without windows leaves nothing behind. */
/* Text that fork does not copy: what the child maps there is not described. */
TEST_F(life, fork_of_uncopied_text)
{
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->other));
	ASSERT_EQ(0, madvise(self->probe.text, SFT_PAGE, MADV_DONTFORK));
	EXPECT_EQ(0, sft_in_child(sft_total(self->fd, -1) == 1 ? 0 : 1));
	EXPECT_EQ(2, sft_total(self->fd, -1));
	ASSERT_EQ(0, madvise(self->probe.text, SFT_PAGE, MADV_DOFORK));
	EXPECT_EQ(0, sft_in_child(sft_total(self->fd, -1) == 2 ? 0 : 1));
}

TEST_F(life, fork_of_none)
{
	ASSERT_EQ(0, sft_remove_one(self->fd, sft_addr(self->probe.text)));
	EXPECT_EQ(0, sft_in_child(sft_total(self->fd, -1)));
	EXPECT_EQ(0, sft_total(self->fd, -1));
}

/* The same memory, so the same windows: what the child does stays. */
TEST_F(life, vfork)
{
	uint64_t inherited = sft_stat("fork_inherited");
	volatile int ret = -1;
	pid_t pid = vfork();

	if (!pid) {
		ret = sft_probe_register(self->fd, &self->other);
		_exit(0);
	}
	EXPECT_EQ(0, sft_wait(pid));
	EXPECT_EQ(0, ret);
	EXPECT_EQ(2, sft_total(self->fd, -1));
	EXPECT_EQ(inherited, sft_stat("fork_inherited"));
}

static void *in_thread(void *arg)
{
	struct _test_data_life *self = arg;

	return (void *)(long)(sft_probe_register(self->fd, &self->other) ?:
			      sft_remove_one(self->fd, sft_addr(self->probe.text)));
}

TEST_F(life, thread)
{
	uint64_t spaces = sft_stat("spaces");
	struct sft_probed r;
	pthread_t thread;
	void *ret;

	ASSERT_EQ(0, pthread_create(&thread, NULL, in_thread, self));
	ASSERT_EQ(0, pthread_join(thread, &ret));
	EXPECT_EQ(NULL, ret);
	EXPECT_EQ(1, sft_total(self->fd, -1));
	r = sft_probe_run(self->other.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->other.text) ?: "");
	EXPECT_EQ(spaces, sft_stat("spaces"));
}

/* exec: the same process, a new and empty space. /proc/PID/mem shows it. */
TEST_F(life, exec)
{
	int to[2], from[2], mem;
	char c;
	pid_t pid;

	ASSERT_EQ(0, pipe(to));
	ASSERT_EQ(0, pipe(from));
	pid = fork();
	if (!pid) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		execlp("cat", "cat", NULL);
		_exit(1);
	}
	ASSERT_EQ(1, write(to[1], "x", 1));
	ASSERT_EQ(1, read(from[0], &c, 1));
	mem = sft_mem_open(pid);
	ASSERT_LE(0, mem);
	EXPECT_EQ(0, sft_total(self->fd, mem));
	EXPECT_EQ(1, sft_stat("spaces"));
	kill(pid, SIGKILL);
	sft_wait(pid);
}

/* exit, a signal, and SIGKILL: all that a process had is given back. */
TEST_F(life, death)
{
	struct sft_gauges before = sft_gauges();

	EXPECT_EQ(1, before.spaces);
	EXPECT_EQ(1, before.windows);
	EXPECT_EQ(1, before.sections);
	for (int sig = 0; sig < 3; sig++) {
		pid_t pid = fork();

		if (!pid) {
			if (sft_probe_register(self->fd, &self->other))
				_exit(1);
			if (sig)
				kill(getpid(), sig == 1 ? SIGTERM : SIGKILL);
			_exit(0);
		}
		EXPECT_EQ(!sig ? 0 : sig == 1 ? -SIGTERM : -SIGKILL, sft_wait(pid));
		EXPECT_TRUE(sft_gauges_become(&before, 10000));
	}
	ASSERT_EQ(0, sft_remove_one(self->fd, sft_addr(self->probe.text)));
	before = (struct sft_gauges) { 0 };
	EXPECT_TRUE(sft_gauges_become(&before, 10000));
}

SFT_MAIN
