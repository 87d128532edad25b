// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prctl(2) door: each option does what its ioctl does, refuses what it
 * refuses, and leaves the kernel's own options alone. ENOTTY of the device.
 */
#include "sft_probe.h"

FIXTURE(door) {
	int fd;
	struct sft_probe probe;
	uint64_t text, section, len;
};

FIXTURE_SETUP(door)
{
	struct sfreg_info info = { .size = sizeof(info) };

	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_INFO, &info));
	ASSERT_TRUE(info.features & SFREG_FEAT_PRCTL);
	self->probe = sft_probe(0x48);
	/* prctl has no base: the text lies where the offsets say. */
	self->text = sft_addr(self->probe.text);
	self->section = self->text + 512;
	self->len = sft_probe_section(2, -512, 0x48, self->probe.text + 512);
}

FIXTURE_TEARDOWN(door)
{
	close(self->fd);
}

static int reg(const struct _test_data_door *self, int option)
{
	return sft_prctl(option, self->text, 512, self->section, self->len);
}

TEST_F(door, register_and_walk)
{
	struct sft_probed r;

	EXPECT_EQ(0, reg(self, PR_SFREG_REGISTER));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(0, reg(self, PR_SFREG_REGISTER));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
	EXPECT_EQ(0, sft_prctl(PR_SFREG_UNREGISTER, self->text, 0, 0, 0));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_unknown(&r, self->probe.text) ?: "");
}

TEST_F(door, register_errnos)
{
	uint64_t s = self->section, t = self->text, n = self->len;
	int option = PR_SFREG_REGISTER;

	EXPECT_EQ(0, reg(self, option));
	EXPECT_EQ(-EEXIST, sft_prctl(option, t, 511, s, n));
	EXPECT_EQ(-EEXIST, sft_prctl(option, t + 1, 511, s, n));
	EXPECT_EQ(0, sft_prctl(PR_SFREG_UNREGISTER, t, 0, 0, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(option, t, 0, s, n));
	EXPECT_EQ(-EINVAL, sft_prctl(option, t, 512, s, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(option, t, -t + 1, s, n));
	EXPECT_EQ(-EINVAL, sft_prctl(option, t, 512, -16ULL, 32));
	EXPECT_EQ(-EFAULT, sft_prctl(option, 4096, 512, s, n));
	EXPECT_EQ(-EFAULT, sft_prctl(option, t, 512, 64, n));
	self->probe.text[512 + SFE_H_ABI] = 2;
	EXPECT_EQ(-ENOEXEC, reg(self, option));
	self->probe.text[512 + SFE_H_ABI] = 3;
	self->probe.text[512 + SFE_H_VERSION] = 9;
	EXPECT_EQ(-EPROTONOSUPPORT, reg(self, option));
	self->probe.text[512 + SFE_H_VERSION] = 2;
	self->probe.text[512] ^= 1;
	EXPECT_EQ(-EBADMSG, reg(self, option));
	self->probe.text[512] ^= 1;
	EXPECT_EQ(0, sft_total(self->fd, -1));
	EXPECT_EQ(0, reg(self, option));
}

TEST_F(door, replace)
{
	struct sfreg_list_entry entry;

	EXPECT_EQ(-ENOENT, reg(self, PR_SFREG_REPLACE));
	EXPECT_EQ(0, reg(self, PR_SFREG_REGISTER));
	EXPECT_EQ(0, sft_prctl(PR_SFREG_REPLACE, self->text, 64, self->section,
			       self->len));
	ASSERT_EQ(1, sft_find(self->fd, self->text, &entry));
	EXPECT_EQ(64, entry.text_len);
}

TEST_F(door, unregister_errnos)
{
	uint64_t t = self->text;

	EXPECT_EQ(0, reg(self, PR_SFREG_REGISTER));
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_UNREGISTER, t, 1, 0, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_UNREGISTER, t, 0, 1, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_UNREGISTER, t, 0, 0, 1));
	EXPECT_EQ(-ENOENT, sft_prctl(PR_SFREG_UNREGISTER, t + 1, 0, 0, 0));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(0, sft_prctl(PR_SFREG_UNREGISTER, t, 0, 0, 0));
	EXPECT_EQ(-ENOENT, sft_prctl(PR_SFREG_UNREGISTER, t, 0, 0, 0));
}

/* An int's upper half is undefined: the kernel's own options ignore it too. */
TEST_F(door, option_is_an_int)
{
	long option = PR_SFREG_REGISTER | 0x5a5a5a5a00000000L;

	EXPECT_EQ(0, syscall(SYS_prctl, option, self->text, 512, self->section,
			     self->len));
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

TEST_F(door, other_options)
{
	char name[16] = "";

	EXPECT_EQ(0, sft_prctl(PR_SET_NAME, sft_addr("sfreg-test"), 0, 0, 0));
	EXPECT_EQ(0, sft_prctl(PR_GET_NAME, sft_addr(name), 0, 0, 0));
	EXPECT_STREQ("sfreg-test", name);
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_REGISTER - 1, 0, 0, 0, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_UNREGISTER + 1, 0, 0, 0, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(0x7fffffff, 0, 0, 0, 0));
}

TEST_F(door, other_ioctls)
{
	struct sfreg_info info = { .size = sizeof(info) };

	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_INFO, &info));
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->fd, _IO(SFREG_IOC_MAGIC, 10), &info));
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->fd, _IO(SFREG_IOC_MAGIC, 255), &info));
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->fd, _IO('s', 0), &info));
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->fd, _IOWR(SFREG_IOC_MAGIC, 0,
						     struct sfreg_info), &info));
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->fd, 0x5401 /* TCGETS */, &info));
}

SFT_MAIN
