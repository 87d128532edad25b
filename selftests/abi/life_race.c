// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that register, replace, remove, walk, fork and unmap at once. Each
 * outcome is one of those that some order of the calls gives, and afterwards
 * everything is as the last calls left it.
 */
#include "sft_child.h"
#include "sft_probe.h"
#include <pthread.h>

#define ROUNDS	300

FIXTURE(race) {
	int fd;
	struct sft_probe probe, other;
};

FIXTURE_SETUP(race)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->other = sft_probe(0x88);
}

FIXTURE_TEARDOWN(race)
{
	close(self->fd);
}

struct racer {
	pthread_t thread;
	pthread_barrier_t *barrier;
	int (*f)(struct racer *r, int round);
	int fd, index, rounds, ret;
	struct sfreg_window w;
	int results[ROUNDS];
};

/* All threads begin each round together. */
static void *race(void *arg)
{
	struct racer *r = arg;

	for (int i = 0; i < r->rounds; i++) {
		pthread_barrier_wait(r->barrier);
		r->results[i] = r->f(r, i);
		pthread_barrier_wait(r->barrier);
	}
	return NULL;
}

static int reg(struct racer *r, int round)
{
	struct sfreg_window w = r->w;

	(void)round;
	return sft_ioctl(r->fd, SFREG_IOC_REGISTER, &w);
}

static int unreg(struct racer *r, int round)
{
	(void)round;
	return sft_remove_one(r->fd, r->w.text_start);
}

static void two(struct racer *r, int (*f)(struct racer *, int),
		int (*g)(struct racer *, int), int rounds)
{
	pthread_barrier_t barrier;

	pthread_barrier_init(&barrier, NULL, 2);
	r[0].f = f;
	r[1].f = g;
	for (int i = 0; i < 2; i++) {
		r[i].barrier = &barrier;
		r[i].index = i;
		r[i].rounds = rounds;
		if (pthread_create(&r[i].thread, NULL, race, &r[i]))
			abort();
	}
	for (int i = 0; i < 2; i++)
		pthread_join(r[i].thread, NULL);
}

static void racers(struct _test_data_race *self, struct racer *r,
		   const struct sft_probe *a, const struct sft_probe *b)
{
	memset(r, 0, 2 * sizeof(*r));
	r[0].fd = self->fd;
	r[1].fd = self->fd;
	r[0].w = sft_probe_window(a);
	r[1].w = sft_probe_window(b);
}

static struct racer r[2];

/* The same window from two threads: both succeed, there is one. */
static int reg_then_check(struct racer *me, int round)
{
	int ret = reg(me, round);

	return ret ?: sft_total(me->fd, -1);
}

static int reg_own_text(struct racer *me, int round)
{
	struct sfreg_window w = me->w;

	w.text_start = me->w.text_start + (round * 2 + me->index) * 4;
	w.text_len = 4;
	return sft_ioctl(me->fd, SFREG_IOC_REGISTER, &w);
}

TEST_F(race, same_key)
{
	racers(self, r, &self->probe, &self->probe);
	for (int i = 0; i < 50; i++) {
		two(r, reg_then_check, reg_then_check, 1);
		EXPECT_EQ(1, r[0].results[0]);
		EXPECT_EQ(1, r[1].results[0]);
		EXPECT_EQ(0, sft_remove_one(self->fd, r[0].w.text_start));
	}
}

/* The same key, two sections: one wins, the other is told. */
TEST_F(race, same_key_different_sections)
{
	racers(self, r, &self->probe, &self->other);
	r[1].w.text_start = r[0].w.text_start;
	for (int i = 0; i < 50; i++) {
		two(r, reg, reg, 1);
		EXPECT_EQ(-EEXIST, r[0].results[0] + r[1].results[0]);
		EXPECT_EQ(1, sft_total(self->fd, -1));
		EXPECT_EQ(0, sft_remove_one(self->fd, r[0].w.text_start));
	}
}

TEST_F(race, different_keys)
{
	struct sft_probe text = sft_probe(0x28);

	racers(self, r, &text, &text);
	two(r, reg_own_text, reg_own_text, ROUNDS);
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(0, r[0].results[i]);
		EXPECT_EQ(0, r[1].results[i]);
	}
	EXPECT_EQ(2 * ROUNDS, sft_total(self->fd, -1));
}

/* Register against remove: a remove finds it or does not. */
TEST_F(race, register_and_remove)
{
	racers(self, r, &self->probe, &self->probe);
	two(r, reg, unreg, ROUNDS);
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(0, r[0].results[i]);
		EXPECT_TRUE(r[1].results[i] == 0 || r[1].results[i] == -ENOENT);
	}
	EXPECT_GE(1, sft_total(self->fd, -1));
}

/* A storm of replacements: a walk finds one rule or the other, never none. */
static volatile bool stop;

static void *replace_storm(void *arg)
{
	struct racer *me = arg;

	while (!stop && !me->ret) {
		me->w.flags = SFREG_F_REPLACE;
		me->w.text_len ^= 64;
		me->ret = sft_ioctl(me->fd, SFREG_IOC_REGISTER, &me->w);
		me->rounds++;
	}
	return NULL;
}

TEST_F(race, replace_storm)
{
	int walks = 0;

	racers(self, r, &self->probe, &self->probe);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
	for (int i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&r[i].thread, NULL, replace_storm, &r[i]));
	for (; walks < 3000; walks++) {
		struct sft_probed p = sft_probe_run(self->probe.text, self->fd);
		const char *wrong = sft_probe_differs(&p, self->probe.text);

		ASSERT_STREQ("", wrong ?: "") {
			stop = true;
		}
		if (walks % 16 == 0)
			EXPECT_EQ(1, sft_total(self->fd, -1));
	}
	stop = true;
	for (int i = 0; i < 2; i++) {
		pthread_join(r[i].thread, NULL);
		EXPECT_EQ(0, r[i].ret);
		EXPECT_LT(10, r[i].rounds);
	}
	sft_note("%d and %d replacements, %d walks\n", r[0].rounds, r[1].rounds,
		 walks);
}

/* fork while windows come and go: the child has a window whole or not at all. */
static void *come_and_go(void *arg)
{
	struct racer *me = arg;

	while (!stop && !me->ret) {
		me->ret = reg(me, 0) ?: unreg(me, 0);
		me->rounds++;
	}
	return NULL;
}

static int child_is_right(struct _test_data_race *self)
{
	int n = sft_total(self->fd, -1);
	struct sft_probed p = sft_probe_run(self->probe.text, self->fd);
	struct sft_probed o = sft_probe_run(self->other.text, self->fd);

	if (sft_probe_differs(&p, self->probe.text))
		return 100;
	if (n == 2)
		return sft_probe_differs(&o, self->other.text) ? 101 : 2;
	if (n == 1)
		return sft_probe_unknown(&o, self->other.text) ? 102 : 1;
	return 103;
}

TEST_F(race, fork)
{
	int with = 0, without = 0;

	racers(self, r, &self->other, &self->other);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
	ASSERT_EQ(0, pthread_create(&r[0].thread, NULL, come_and_go, &r[0]));
	for (int i = 0; i < 200; i++) {
		int ret = sft_in_child(child_is_right(self));

		EXPECT_TRUE(ret == 1 || ret == 2) {
			TH_LOG("the child says %d", ret);
		}
		with += ret == 2;
		without += ret == 1;
	}
	stop = true;
	pthread_join(r[0].thread, NULL);
	EXPECT_EQ(0, r[0].ret);
	EXPECT_EQ(200, with + without);
	EXPECT_LT(0, with);
	EXPECT_LT(0, without);
	sft_note("%d children with the window, %d without, of %d changes\n", with,
		 without, r[0].rounds);
}

SFT_MAIN
