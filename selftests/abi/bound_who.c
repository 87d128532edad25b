// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who maps a file that is bound, and what he has there already: windows of his own, as many as he
 * may have; threads, children, other users.
 */
#include "bound_fixture.h"
#include "sft_child.h"
#include <pthread.h>

static int register_own(struct bound *b, const uint8_t *base)
{
	uint8_t bytes[SFT_SECTION_MAX];
	size_t len = sft_probe_section(2, PROBE_OFFSET, 0x100, bytes);

	return sft_register(b->dev, sft_addr(base) + PROBE_OFFSET, SFT_PAGE, bytes, len,
			    sft_addr(base));
}

TEST_F(bound, own_window_stays)
{
	uint8_t *p = file_map(self->b.fd, 0, FILE_PAGES, PROT_READ);
	struct sft_listing before, after;

	ASSERT_EQ(0, register_own(&self->b, p));
	before = sft_listing(self->b.dev, -1);
	ASSERT_EQ(0, mprotect(p, FILE_BYTES, SFT_RX));
	after = sft_listing(self->b.dev, -1);
	EXPECT_EQ(1, before.count);
	EXPECT_TRUE(sft_same_listing(&before, &after));
	EXPECT_LT(self->b.refused, sft_stat("bound_refused"));
	EXPECT_EQ(1, told_count(&self->b) - self->b.told);
	EXPECT_EQ(0, sft_stat("bound_placed") - self->b.placed);
}

TEST_F(bound, own_window_replaces)
{
	uint8_t *p = file_map_all(self->b.fd);
	struct sfreg_list_entry e[2];

	ASSERT_EQ(0, register_own(&self->b, p));
	ASSERT_EQ(1, sft_list(self->b.dev, -1, 0, e, 2, NULL));
	EXPECT_EQ(sft_addr(p) + PROBE_OFFSET, e[0].text_start);
	EXPECT_EQ(SFT_PAGE, e[0].text_len);
	EXPECT_EQ(0, e[0].flags);
}

TEST_F(bound, limits_of_the_process)
{
	uint64_t limit = sft_param("limit_windows");

	ASSERT_EQ(0, sft_param_set("limit_windows", 1));
	file_map_all(self->b.fd);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	file_map_all(self->b.fd);
	ASSERT_EQ(0, sft_param_set("limit_windows", limit));
	EXPECT_EQ(1, sft_total(self->b.dev, -1));
	EXPECT_EQ(1, told_count(&self->b) - self->b.told);
	EXPECT_EQ(0, sft_stat("bound_placed") - self->b.placed);
}

static void *map_there(void *arg)
{
	return file_map_all(*(int *)arg);
}

TEST_F(bound, by_a_thread)
{
	pthread_t thread;
	void *p;

	ASSERT_EQ(0, pthread_create(&thread, NULL, map_there, &self->b.fd));
	ASSERT_EQ(0, pthread_join(thread, &p));
	EXPECT_WINDOW(&self->b, p, 2, 3);
	/* Of libgcc, say, a thread's end may map text as well. */
	EXPECT_EQ(1, sft_stat("bound_placed") - self->b.placed);
}

static int windows_of_another_user(struct bound *b)
{
	return setuid(65534) ? 200 : (file_map_all(b->fd), sft_total(b->dev, -1));
}

TEST_F(bound, by_another_user)
{
	EXPECT_EQ(1, sft_in_child(windows_of_another_user(&self->b)));
}

TEST_F(bound, forks)
{
	uint8_t *p = file_map_all(self->b.fd);

	EXPECT_EQ(0, sft_in_child(({
		struct sfreg_list_entry e[2];

		sft_list(self->b.dev, -1, 0, e, 2, NULL) != 1 || !window_is(&e[0], p, 2, 3);
	})));
	EXPECT_EQ(2, sft_in_child((file_map_all(self->b.fd), sft_total(self->b.dev, -1))));
	EXPECT_WINDOW(&self->b, p, 2, 3);
	EXPECT_BROUGHT(&self->b, 2, 0, 0);
}

SFT_MAIN
