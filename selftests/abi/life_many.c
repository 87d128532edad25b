// SPDX-License-Identifier: GPL-2.0-only
/*
 * 10,000 windows in one process: each found by walks and lists, inherited by a
 * fork, removed in parts, and all memory given back.
 */
#include "sft_child.h"
#include "sft_probe.h"

#define MANY	10000

FIXTURE(many) {
	int fd;
	uint8_t *text;			/* MANY probes of 32 bytes, two kinds by turns */
	uint8_t section[2][SFT_SECTION_MAX];
	size_t len[2];
};

static const uint32_t frame[2] = { 0x28, 0x58 };

static uint8_t *probe(struct _test_data_many *self, int i)
{
	return self->text + i * SFT_PROBE_LEN;
}

FIXTURE_SETUP(many)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->text = sft_map(MANY * SFT_PROBE_LEN, SFT_RWX);
	for (int i = 0; i < 2; i++)
		self->len[i] = sft_probe_section(2, 0, frame[i], self->section[i]);
	for (int i = 0; i < MANY; i++)
		sft_probe_emit(probe(self, i), frame[i % 2]);
}

FIXTURE_TEARDOWN(many)
{
	close(self->fd);
}

/* In an order that is neither up nor down. */
static int nth(int i)
{
	return (int)((long)i * 7919 % MANY);
}

static int register_all(struct _test_data_many *self)
{
	for (int i = 0; i < MANY; i++) {
		int n = nth(i), ret;

		ret = sft_register(self->fd, sft_addr(probe(self, n)), SFT_PROBE_LEN,
				   self->section[n % 2], self->len[n % 2],
				   sft_addr(probe(self, n)));
		if (ret)
			return ret;
	}
	return 0;
}

/* Every window that @there says is listed, in order, and no other. */
static int listed(struct _test_data_many *self, bool (*there)(int))
{
	static struct sfreg_list_entry e[1000];
	uint64_t from = 0;
	int n, next = 0, seen = 0;

	while ((n = sft_list(self->fd, -1, from, e, 1000, NULL)) > 0) {
		for (int i = 0; i < n; i++, next++, seen++) {
			while (next < MANY && !there(next))
				next++;
			if (e[i].text_start != sft_addr(probe(self, next)) ||
			    e[i].text_len != SFT_PROBE_LEN)
				return -1;
		}
		from = e[n - 1].text_start + 1;
	}
	return seen;
}

static int walks_wrong(struct _test_data_many *self, bool (*there)(int), int step)
{
	int wrong = 0;

	for (int i = 0; i < MANY; i += step) {
		struct sft_probed r = sft_probe_run(probe(self, i), self->fd);

		wrong += there(i) ? !!sft_probe_differs(&r, probe(self, i)) :
				    !!sft_probe_unknown(&r, probe(self, i));
	}
	return wrong;
}

static bool all(int i)
{
	(void)i;
	return true;
}

static bool not_third(int i)
{
	return i % 3;
}

static bool none(int i)
{
	(void)i;
	return false;
}

static int remove_thirds(struct _test_data_many *self)
{
	uint64_t keys[SFREG_PLACE_MAX];
	uint32_t n = 0;
	int ret = 0;

	for (int i = 0; i < MANY && !ret; i += 3) {
		keys[n++] = sft_addr(probe(self, i));
		if (n == SFREG_PLACE_MAX || i + 3 >= MANY) {
			ret = sft_remove(self->fd, -1, keys, n, NULL);
			n = 0;
		}
	}
	return ret;
}

/* In the child: inherited, walked, changed, and the parent's are as before. */
static int child(struct _test_data_many *self)
{
	if (listed(self, all) != MANY)
		return 1;
	if (walks_wrong(self, all, 37))
		return 2;
	if (remove_thirds(self))
		return 3;
	if (listed(self, not_third) != MANY - (MANY + 2) / 3)
		return 4;
	return walks_wrong(self, not_third, 37) ? 5 : 0;
}

TEST_F(many, windows)
{
	struct sft_gauges zero = { 0 };

	ASSERT_TRUE(sft_gauges_become(&zero, 10000));
	ASSERT_EQ(0, register_all(self));
	EXPECT_EQ(MANY, sft_total(self->fd, -1));
	EXPECT_EQ(MANY, sft_stat("windows"));
	EXPECT_EQ(1, sft_stat("spaces"));
	EXPECT_EQ(2, sft_stat("sections"));
	EXPECT_EQ(MANY, listed(self, all));
	EXPECT_EQ(0, walks_wrong(self, all, 11));
	EXPECT_EQ(0, sft_in_child(child(self)));
	EXPECT_EQ(MANY, listed(self, all));
	EXPECT_EQ(0, walks_wrong(self, all, 101));
	/* One more where one is: refused. Again: nothing changes. */
	EXPECT_EQ(-EEXIST, sft_register(self->fd, sft_addr(probe(self, 5000)), 8,
					self->section[0], self->len[0],
					sft_addr(probe(self, 5000))));
	ASSERT_EQ(0, remove_thirds(self));
	EXPECT_EQ(0, walks_wrong(self, not_third, 11));
	EXPECT_EQ(0, sft_in_child(listed(self, not_third) != MANY - (MANY + 2) / 3));
	ASSERT_EQ(0, munmap(self->text, (MANY * SFT_PROBE_LEN + 4095) & -4096));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	EXPECT_EQ(0, listed(self, none));
	EXPECT_TRUE(sft_gauges_become(&zero, 10000));
}

SFT_MAIN
