// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live windows: every errno of making, mapping and placing them, and the limits.
 */
#include "live.h"

FIXTURE(errno_live) {
	int fd;
	uint8_t *text;			/* a page with a live window */
};

FIXTURE_SETUP(errno_live)
{
	int fd;

	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->text = sft_map(SFT_PAGE, SFT_RWX);
	fd = make_live(self->fd, 10);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, place(self->fd, entry_at(fd, self->text, SFT_PAGE), -1));
	close(fd);
}

FIXTURE_TEARDOWN(errno_live)
{
	close(self->fd);
}

TEST_F(errno_live, mapped_as_it_has_to_be)
{
	int fd = make_live(self->fd, 10);
	char byte;

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, SFT_PAGE, SFT_RW, MAP_PRIVATE, fd, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, SFT_PAGE, SFT_RWX, MAP_SHARED, fd, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * SFT_PAGE, SFT_RW, MAP_SHARED, fd, 0));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, SFT_PAGE, SFT_RW, MAP_SHARED, fd, SFT_PAGE));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, mprotect(map_live(fd, 10), SFT_PAGE, SFT_RX));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, read(fd, &byte, 1));
	close(fd);
}

static int refused(struct _test_data_errno_live *self, struct sfreg_live l)
{
	int ret = sft_ioctl(self->fd, SFREG_IOC_LIVE, &l);

	if (ret >= 0)
		close(ret);
	return ret;
}

TEST_F(errno_live, errnos_of_making)
{
	struct sfreg_live good = { .size = sizeof(good), .n_rows = 10 }, bad;
	uint64_t limit = sft_param("limit_section_rows");

#define REFUSED(error, ...) do {			\
	bad = good;					\
	__VA_ARGS__;					\
	EXPECT_EQ(-(error), refused(self, bad));	\
} while (0)
	REFUSED(EINVAL, bad.size = 0);
	REFUSED(EINVAL, bad.size--);
	REFUSED(E2BIG, bad.size = 4097);
	REFUSED(EINVAL, bad.flags = SFREG_F_REPLACE);
	REFUSED(EINVAL, bad.pad = 1);
	REFUSED(EINVAL, bad.n_rows = 0);
	REFUSED(EOVERFLOW, bad.n_rows = limit + 1);
	REFUSED(EOVERFLOW, bad.n_rows = UINT32_MAX);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_LIVE, NULL));
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

TEST_F(errno_live, errnos_of_placing)
{
	uint8_t *text = sft_map(SFT_PAGE, SFT_RWX);
	int fd = make_live(self->fd, 10);
	struct sfreg_place_entry good = entry_at(fd, text, SFT_PAGE), bad;

	ASSERT_LE(0, fd);
#define NOT_PLACED(error, ...) do {					\
	bad = good;							\
	__VA_ARGS__;							\
	EXPECT_EQ(-(error), place(self->fd, bad, -1));			\
} while (0)
	NOT_PLACED(EINVAL, bad.flags = 2);
	NOT_PLACED(EINVAL, bad.text_len = 0);
	NOT_PLACED(EINVAL, bad.text_len = (1ull << 32) + 1);
	NOT_PLACED(EINVAL, bad.sframe_base++);
	NOT_PLACED(EINVAL, bad.sframe_base = 0);
	NOT_PLACED(EINVAL, bad.text_start = -4096ull; bad.text_len = 8192);
	NOT_PLACED(EFAULT, bad.text_start = 0x1000; bad.sframe_base = 0x1000);
	NOT_PLACED(EFAULT, bad.text_len = 1ull << 32);
	NOT_PLACED(EEXIST, bad = entry_at(fd, self->text + 16, 16));
	NOT_PLACED(ENOENT, bad.flags = SFREG_F_REPLACE);
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(0, place(self->fd, good, -1));
	/* Again: nothing changes. */
	EXPECT_EQ(0, place(self->fd, good, -1));
	EXPECT_EQ(2, sft_total(self->fd, -1));
	close(fd);
}

TEST_F(errno_live, limits)
{
	uint64_t user = sft_param("limit_user_bytes"), process = sft_param("limit_process_bytes");
	uint64_t windows = sft_param("limit_windows");
	uint8_t *text = sft_map(SFT_PAGE, SFT_RWX);
	int fd;

	ASSERT_EQ(0, sft_param_set("limit_user_bytes", 400000));
	EXPECT_EQ(-EDQUOT, make_live(self->fd, 100000));
	ASSERT_EQ(0, sft_param_set("limit_user_bytes", user));
	fd = make_live(self->fd, 100000);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sft_param_set("limit_process_bytes", 400000));
	EXPECT_EQ(-EDQUOT, place(self->fd, entry_at(fd, text, SFT_PAGE), -1));
	ASSERT_EQ(0, sft_param_set("limit_process_bytes", process));
	ASSERT_EQ(0, sft_param_set("limit_windows", 1));
	EXPECT_EQ(-ENOSPC, place(self->fd, entry_at(fd, text, SFT_PAGE), -1));
	ASSERT_EQ(0, sft_param_set("limit_windows", windows));
	/* Nothing is left of what was refused: the same again, and it is there. */
	EXPECT_EQ(0, place(self->fd, entry_at(fd, text, SFT_PAGE), -1));
	close(fd);
}

SFT_MAIN
