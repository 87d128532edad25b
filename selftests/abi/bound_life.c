// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long bindings hold: as long as the descriptor, through off and on, whoever else binds,
 * and while those who map are killed, or all changes at once.
 */
#include "bound.h"
#include "sft_child.h"
#include <pthread.h>

FIXTURE(bound_life) {
	struct bound b;
};

FIXTURE_SETUP(bound_life)
{
	ASSERT_TRUE(bound_open(&self->b));
}

FIXTURE_TEARDOWN(bound_life)
{
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	bound_close(&self->b);
}

/* The windows that a mapping gets. */
static int windows(struct bound *b)
{
	uint8_t *p = file_map_all(b->fd);
	int n = sft_total(b->dev, -1);

	munmap(p, FILE_BYTES);
	return n;
}

TEST_F(bound_life, closed)
{
	int dup_of = dup(self->b.binder);

	EXPECT_EQ(1, windows(&self->b));
	close(self->b.binder);
	EXPECT_EQ(1, windows(&self->b));
	EXPECT_EQ(1, sft_stat("bindings"));
	close(dup_of);
	EXPECT_EQ(0, sft_stat("bindings"));
	bound_forget(&self->b);
	EXPECT_EQ(0, windows(&self->b));
	EXPECT_BROUGHT(&self->b, 0, 0, 1);
	self->b.binder = -1;
}

static int hold(void *arg)
{
	(void)arg;
	return 0;
}

TEST_F(bound_life, closed_by_death)
{
	struct sft_waiter child = sft_waiter(hold, NULL);

	close(self->b.binder);
	self->b.binder = -1;
	EXPECT_EQ(1, windows(&self->b));
	kill(child.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, sft_wait(child.pid));
	EXPECT_EQ(0, sft_stat("bindings"));
	EXPECT_EQ(0, windows(&self->b));
	/* One that binds itself. */
	EXPECT_EQ(0, sft_in_child(bind_file(sft_open(), self->b.fd, self->b.section)));
	EXPECT_EQ(0, sft_stat("bindings"));
	EXPECT_EQ(0, windows(&self->b));
}

/* The frame of the probe is the right section's only. */
static bool is_right(struct bound *b)
{
	uint8_t *p = file_map_all(b->fd);
	struct sft_probed r = sft_probe_run(p + PROBE_OFFSET, b->dev);

	munmap(p, FILE_BYTES);
	return !sft_probe_differs(&r, p + PROBE_OFFSET);
}

TEST_F(bound_life, said_last)
{
	int wrong = file_section(self->b.dev, true);

	EXPECT_TRUE(is_right(&self->b));
	ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, wrong));
	EXPECT_FALSE(is_right(&self->b));
	ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, self->b.section));
	EXPECT_TRUE(is_right(&self->b));
	ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, -1));
	EXPECT_EQ(0, windows(&self->b));
	EXPECT_EQ(1, sft_stat("bindings"));
	close(wrong);
}

/* What one binder says ends with it; what the other has said is found again. */
TEST_F(bound_life, two_binders)
{
	int wrong = file_section(self->b.dev, true);
	int other = sft_open();

	ASSERT_EQ(0, bind_file(other, self->b.fd, wrong));
	EXPECT_EQ(2, sft_stat("bindings"));
	EXPECT_FALSE(is_right(&self->b));
	close(other);
	EXPECT_EQ(1, sft_stat("bindings"));
	EXPECT_TRUE(is_right(&self->b));
	other = sft_open();
	ASSERT_EQ(0, bind_file(other, self->b.fd, wrong));
	close(self->b.binder);
	self->b.binder = -1;
	EXPECT_EQ(1, windows(&self->b));
	EXPECT_FALSE(is_right(&self->b));
	close(other);
	EXPECT_EQ(0, windows(&self->b));
	close(wrong);
}

/* The kernel's functions are attached to while a file is bound, or somebody listens. */
TEST_F(bound_life, attached)
{
	close(self->b.event);
	EXPECT_TRUE(is_attached("uprobe_mmap"));
	EXPECT_EQ(1, windows(&self->b));
	close(self->b.binder);
	EXPECT_FALSE(is_attached("uprobe_mmap"));
	self->b.event = told_open();
	EXPECT_TRUE(is_attached("uprobe_mmap"));
	self->b.binder = sft_open();
	ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, self->b.section));
	close(self->b.event);
	EXPECT_TRUE(is_attached("uprobe_mmap"));
	EXPECT_EQ(1, windows(&self->b));
	self->b.event = -1;
}

TEST_F(bound_life, off_and_on)
{
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(1, windows(&self->b));
		ASSERT_EQ(0, sft_param_set("enabled", 0));
		EXPECT_FALSE(is_attached("uprobe_mmap"));
		munmap(file_map_all(self->b.fd), FILE_BYTES);
		EXPECT_EQ(0, sft_stat("windows"));
		EXPECT_EQ(1, sft_stat("bindings"));
		ASSERT_EQ(0, sft_param_set("enabled", 1));
		EXPECT_TRUE(is_attached("uprobe_mmap"));
		EXPECT_EQ(0, sft_total(self->b.dev, -1));
	}
	/* Bound while it was on, closed while it is off. */
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	close(self->b.binder);
	self->b.binder = -1;
	EXPECT_EQ(0, sft_stat("bindings"));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	EXPECT_EQ(0, windows(&self->b));
}

#define MANY	500

TEST_F(bound_life, many)
{
	static int fds[MANY];
	char name[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		fds[i] = file_make(name);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, bind_file(self->b.binder, fds[i], self->b.section));
	}
	EXPECT_EQ(MANY + 1, sft_stat("bindings"));
	bound_forget(&self->b);
	for (int i = 0; i < MANY; i++) {
		file_map_all(fds[i]);
		close(fds[i]);
		snprintf(name, sizeof(name), "many-%d", i);
		unlink(name);
	}
	EXPECT_EQ(MANY, sft_total(self->b.dev, -1));
	EXPECT_BROUGHT(&self->b, MANY, 0, 0);
	close(self->b.binder);
	self->b.binder = -1;
	EXPECT_EQ(0, sft_stat("bindings"));
	/* Placed is placed. */
	EXPECT_EQ(MANY, sft_total(self->b.dev, -1));
}

/* --- many at once ------------------------------------------------------------------ */

#define THREADS	4

static volatile bool done;

static void *map_on(void *arg)
{
	struct bound *b = arg;

	while (!done) {
		uint8_t *p = file_map_all(b->fd);

		mprotect(p + 3 * SFT_PAGE, SFT_PAGE, SFT_RWX);
		munmap(p + 4 * SFT_PAGE, SFT_PAGE);
		munmap(p, FILE_BYTES);
	}
	return NULL;
}

static void map_in_threads(struct bound *b, pthread_t *threads)
{
	done = false;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, map_on, b))
			abort();
}

TEST_F(bound_life, changed_while_mapped)
{
	int wrong = file_section(self->b.dev, true);
	uint64_t end = sft_now_ms() + 4000;
	pthread_t threads[THREADS];
	unsigned int turns = 0;

	map_in_threads(&self->b, threads);
	for (; sft_now_ms() < end; turns++) {
		int binder = sft_open();

		ASSERT_EQ(0, bind_file(binder, self->b.fd, wrong));
		ASSERT_EQ(0, bind_file(binder, self->b.fd, turns % 2 ? -1 : wrong));
		ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, self->b.section));
		close(binder);
		EXPECT_EQ(1, sft_stat("bindings"));
	}
	done = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_LT(2, turns);
	EXPECT_LT(self->b.placed, sft_stat("bound_placed"));
	EXPECT_EQ(0, sft_total(self->b.dev, -1));
	EXPECT_TRUE(is_right(&self->b));
	close(wrong);
}

/* The hooks come and go, with the only binder and with all, while others are on their way. */
TEST_F(bound_life, hooked_while_mapped)
{
	pthread_t threads[THREADS];

	close(self->b.event);
	self->b.event = -1;
	sft_stay_on_one_cpu();
	map_in_threads(&self->b, threads);
	for (int turn = 0; turn < 6; turn++) {
		close(self->b.binder);
		EXPECT_FALSE(is_attached("uprobe_mmap"));
		self->b.binder = sft_open();
		ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, self->b.section));
		EXPECT_EQ(0, sft_param_set("enabled", 0));
		EXPECT_EQ(0, sft_param_set("enabled", 1));
	}
	done = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, sft_total(self->b.dev, -1));
}

static pid_t map_in_child(struct bound *b)
{
	pthread_t threads[THREADS];
	pid_t pid = fork();

	if (!pid) {
		map_in_threads(b, threads);
		pause();
	}
	return pid;
}

/* Nothing is left of processes that end with the mapping's work undone, or half done. */
TEST_F(bound_life, killed)
{
	struct sft_gauges before = sft_gauges();

	for (int i = 0; i < 40; i++) {
		pid_t pid = map_in_child(&self->b);

		usleep(2000 + 1500 * i);
		kill(pid, SIGKILL);
		EXPECT_EQ(-SIGKILL, sft_wait(pid));
	}
	EXPECT_TRUE(sft_gauges_become(&before, 10000));
	EXPECT_LT(self->b.placed, sft_stat("bound_placed"));
}

TEST_F(bound_life, ends_at_once)
{
	struct sft_gauges before = sft_gauges();

	for (int i = 0; i < 100; i++)
		EXPECT_EQ(0, sft_in_child((file_map_all(self->b.fd), 0)));
	EXPECT_BROUGHT(&self->b, 100, 0, 0);
	EXPECT_TRUE(sft_gauges_become(&before, 10000));
}

SFT_MAIN
