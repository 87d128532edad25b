// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switched off: every call but INFO says ESHUTDOWN, nothing is walked, everything
 * is dropped; switched on again, everything works.
 */
#include "sft_child.h"
#include "sft_probe.h"

FIXTURE(off) {
	int fd, section, mem;
	struct sft_probe probe;
	struct sft_waiter child;
};

static int register_there(void *arg)
{
	struct _test_data_off *self = arg;

	return sft_probe_register(self->fd, &self->probe);
}

FIXTURE_SETUP(off)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->section = sft_section(self->fd, self->probe.section,
				    self->probe.section_len);
	ASSERT_LE(0, self->section);
	self->child = sft_waiter(register_there, self);
	ASSERT_EQ(0, sft_tell(&self->child));
	self->mem = sft_mem_open(self->child.pid);
	ASSERT_LE(0, self->mem);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
}

FIXTURE_TEARDOWN(off)
{
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	EXPECT_EQ(0, sft_waiter_end(&self->child));
	close(self->mem);
	close(self->section);
	close(self->fd);
}

/* Every call of the ABI, as it succeeds when it may: 0 or what it should say. */
static void all_say(struct __test_metadata *_metadata, struct _test_data_off *self,
		    int mem, int err)
{
	uint64_t text = sft_addr(self->probe.text);
	struct sfreg_place_entry e = {
		.section_fd = self->section, .text_start = text,
		.text_len = SFT_PAGE, .sframe_base = text,
	};
	struct sfreg_window w = sft_probe_window(&self->probe);
	int section = sft_section(self->fd, self->probe.section,
				  self->probe.section_len);

	w.mem_fd = mem;
	EXPECT_EQ(err, section < 0 ? section : 0);
	close(section);
	EXPECT_EQ(err, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_EQ(err, sft_place(self->fd, mem, &e, 1, NULL));
	EXPECT_EQ(err, sft_list(self->fd, mem, 0, NULL, 0, NULL));
	EXPECT_EQ(err, sft_remove(self->fd, mem, &text, 1, NULL));
	EXPECT_EQ(err, sft_place(self->fd, mem, &e, 1, NULL));
}

static void doors_say(struct __test_metadata *_metadata, struct _test_data_off *self,
		      int err)
{
	uint64_t text = sft_addr(self->probe.text) + 512;
	uint64_t section = sft_addr(self->probe.section);
	struct sft_probed r;

	EXPECT_EQ(err, sft_prctl(PR_SFREG_REGISTER, text, 16, section,
				 self->probe.section_len));
	EXPECT_EQ(err, sft_prctl(PR_SFREG_REPLACE, text, 16, section,
				 self->probe.section_len));
	EXPECT_EQ(err, sft_prctl(PR_SFREG_UNREGISTER, text, 0, 0, 0));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_EQ(err, r.ret);
}

TEST_F(off, every_call)
{
	struct sfreg_info info = { .size = sizeof(info) };
	uint64_t text = sft_addr(self->probe.text);

	all_say(_metadata, self, -1, 0);
	EXPECT_EQ(0, sft_remove_one(self->fd, text));
	doors_say(_metadata, self, 0);
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	EXPECT_EQ(0, sft_param("enabled"));
	all_say(_metadata, self, -1, -ESHUTDOWN);
	all_say(_metadata, self, self->mem, -ESHUTDOWN);
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_INFO, &info));
	EXPECT_EQ(0, info.features);
	EXPECT_EQ(SFREG_ABI_VERSION, info.abi_version);
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->fd, _IO(SFREG_IOC_MAGIC, 99), NULL));
}

/* The hook of prctl is gone with the others: the kernel's own answer. */
TEST_F(off, prctl)
{
	uint64_t text = sft_addr(self->probe.text);

	ASSERT_EQ(0, sft_param_set("enabled", 0));
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_UNREGISTER, text, 0, 0, 0));
	EXPECT_EQ(-EINVAL, sft_prctl(PR_SFREG_REGISTER, text, 64,
				     sft_addr(self->probe.section),
				     self->probe.section_len));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	EXPECT_EQ(-ENOENT, sft_prctl(PR_SFREG_UNREGISTER, text, 0, 0, 0));
}

TEST_F(off, drops_everything)
{
	struct sft_gauges zero = { 0 };
	struct sft_probed r;

	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	EXPECT_EQ(0, sft_stat("spaces"));
	EXPECT_EQ(0, sft_stat("windows"));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_EQ(-ESHUTDOWN, r.ret);
	/* The section lives with its descriptor, here and in the child. */
	close(self->section);
	self->section = -1;
	EXPECT_EQ(0, sft_waiter_end(&self->child));
	EXPECT_TRUE(sft_gauges_become(&zero, 10000));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	EXPECT_EQ(1, sft_param("enabled"));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_unknown(&r, self->probe.text) ?: "");
	/* For the teardown. */
	self->child = sft_waiter(register_there, self);
	ASSERT_EQ(0, sft_tell(&self->child));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
}

/* A section's descriptor outlives the pause and can be placed again. */
TEST_F(off, section_survives)
{
	uint64_t text = sft_addr(self->probe.text);
	struct sfreg_place_entry e = {
		.section_fd = self->section, .text_start = text,
		.text_len = SFT_PAGE, .sframe_base = text,
	};
	struct sft_probed r;

	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, sft_param_set("enabled", 0));
		ASSERT_EQ(0, sft_param_set("enabled", 0));
		ASSERT_EQ(0, sft_param_set("enabled", 1));
		ASSERT_EQ(0, sft_param_set("enabled", 1));
		EXPECT_EQ(0, sft_place(self->fd, -1, &e, 1, NULL));
		r = sft_probe_run(self->probe.text, self->fd);
		EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
	}
}

SFT_MAIN
