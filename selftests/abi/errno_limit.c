// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every limit: at the limit the call succeeds, one above it is refused with the
 * limit's own errno, nothing is half registered, and earlier windows stay.
 */
#include "sft_child.h"
#include "sft_probe.h"

static const char *const names[] = {
	"limit_windows", "limit_section_bytes", "limit_section_rows",
	"limit_process_bytes", "limit_user_bytes", "limit_stack_switches",
};

static uint64_t defaults[6];

static void __attribute__((constructor)) take_defaults(void)
{
	for (int i = 0; i < 6; i++)
		defaults[i] = sft_param(names[i]);
}

FIXTURE(limit) {
	int fd;
	struct sft_probe kept, probe, other;
};

FIXTURE_SETUP(limit)
{
	struct sft_gauges zero = { 0 };

	/* A table that an earlier test left would be found again, for nothing. */
	ASSERT_TRUE(sft_gauges_become(&zero, 10000));
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->kept = sft_probe(0x28);
	self->probe = sft_probe(0x48);
	self->other = sft_probe(0x108);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->kept));
}

/* Also after a failed assertion: the next test starts from the defaults. */
FIXTURE_TEARDOWN(limit)
{
	for (int i = 0; i < 6; i++)
		EXPECT_EQ(0, sft_param_set(names[i], defaults[i]));
	close(self->fd);
}

/* Bytes of the row table of the window at @key. */
static uint64_t table_bytes(int fd, const void *key)
{
	struct sfreg_list_entry e;

	return sft_find(fd, sft_addr(key), &e) == 1 ? e.table_bytes : UINT64_MAX;
}

TEST_F(limit, defaults_are_known)
{
	for (int i = 0; i < 6; i++) {
		EXPECT_NE(UINT64_MAX, defaults[i]);
		EXPECT_LT(0, defaults[i]);
	}
}

TEST_F(limit, windows)
{
	ASSERT_EQ(0, sft_param_set("limit_windows", 2));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(-ENOSPC, sft_probe_register(self->fd, &self->other));
	EXPECT_EQ(2, sft_total(self->fd, -1));
	/* Replacing takes no more room. */
	EXPECT_EQ(0, ({
		struct sfreg_window w = sft_probe_window(&self->probe);

		w.flags = SFREG_F_REPLACE;
		w.text_len = 64;
		sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w);
	}));
	EXPECT_EQ(0, sft_remove_one(self->fd, sft_addr(self->probe.text)));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->other));
}

TEST_F(limit, windows_of_place)
{
	struct sfreg_place_entry e[3];
	int section = sft_section(self->fd, self->probe.section,
				  self->probe.section_len);
	uint32_t failed;

	ASSERT_LE(0, section);
	for (int i = 0; i < 3; i++)
		e[i] = (struct sfreg_place_entry) {
			.section_fd = section, .text_len = 64,
			.text_start = sft_addr(self->probe.text) + 64 * i,
			.sframe_base = sft_addr(self->probe.text) + 64 * i,
		};
	ASSERT_EQ(0, sft_param_set("limit_windows", 3));
	EXPECT_EQ(-ENOSPC, sft_place(self->fd, -1, e, 3, &failed));
	EXPECT_EQ(2, failed);
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(0, sft_place(self->fd, -1, e, 2, &failed));
	EXPECT_EQ(3, sft_total(self->fd, -1));
}

TEST_F(limit, section_bytes)
{
	struct sfreg_window w = sft_probe_window(&self->probe);

	ASSERT_EQ(0, sft_param_set("limit_section_bytes", w.sframe_len));
	w.sframe_len++;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_EQ(-E2BIG, sft_section(self->fd, self->probe.section,
				      w.sframe_len));
	w.sframe_len--;
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
}

TEST_F(limit, section_rows)
{
	struct sfreg_list_entry e;

	ASSERT_EQ(1, sft_find(self->fd, sft_addr(self->kept.text), &e));
	ASSERT_EQ(0, sft_param_set("limit_section_rows", e.rows - 1));
	EXPECT_EQ(-EOVERFLOW, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(-EOVERFLOW, sft_section(self->fd, self->probe.section,
					  self->probe.section_len));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	ASSERT_EQ(0, sft_param_set("limit_section_rows", e.rows));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
}

/* A wider span of text than a row's offset holds. */
TEST_F(limit, section_span)
{
	struct sfe_row row = { .start = 0, .base = SFE_SP, .cfa = 8 };
	struct sfe_func funcs[2] = {
		{ .start = 0, .size = 16, .n_rows = 1, .rows = &row },
		{ .start = 0xfffffff0LL, .size = 8, .n_rows = 1, .rows = &row },
	};
	struct sfe_section s = {
		.version = 3, .sorted = true, SFE_FUNC_ARRAY(funcs),
	};
	struct sfreg_window w = sft_probe_window(&self->probe);
	uint8_t bytes[SFT_SECTION_MAX];

	w.sframe_addr = sft_addr(bytes);
	w.sframe_len = sfe_emit(&s, bytes, sizeof(bytes));
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_EQ(0, sft_remove_one(self->fd, w.text_start));
	funcs[1].start = 0x100000000LL;
	w.sframe_len = sfe_emit(&s, bytes, sizeof(bytes));
	EXPECT_EQ(-EOVERFLOW, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

TEST_F(limit, process_bytes)
{
	struct sfreg_place_entry e = {
		.text_start = sft_addr(self->other.text), .text_len = SFT_PAGE,
		.sframe_base = sft_addr(self->other.text),
	};
	uint64_t one = table_bytes(self->fd, self->kept.text);
	uint32_t failed;

	e.section_fd = sft_section(self->fd, self->other.section,
				   self->other.section_len);
	ASSERT_LE(0, e.section_fd);
	ASSERT_EQ(0, sft_param_set("limit_process_bytes", 2 * one - 1));
	EXPECT_EQ(-EDQUOT, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(-EDQUOT, sft_place(self->fd, -1, &e, 1, &failed));
	EXPECT_EQ(0, failed);
	EXPECT_EQ(1, sft_total(self->fd, -1));
	ASSERT_EQ(0, sft_param_set("limit_process_bytes", 2 * one));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(-EDQUOT, sft_place(self->fd, -1, &e, 1, &failed));
	EXPECT_EQ(2, sft_total(self->fd, -1));
}

TEST_F(limit, user_bytes)
{
	uint64_t one = table_bytes(self->fd, self->kept.text);

	ASSERT_EQ(0, sft_param_set("limit_user_bytes", 2 * one - 1));
	EXPECT_EQ(-EDQUOT, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(-EDQUOT, sft_section(self->fd, self->probe.section,
				       self->probe.section_len));
	/* What is there already is found again, and costs nothing. */
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->kept));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	ASSERT_EQ(0, sft_param_set("limit_user_bytes", 2 * one));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(-EDQUOT, sft_probe_register(self->fd, &self->other));
}

/* The limit is a user's, over all of its processes; and comes back with them. */
TEST_F(limit, user_bytes_over_processes)
{
	uint64_t one = table_bytes(self->fd, self->kept.text);
	uint64_t end;
	int ret;

	ASSERT_EQ(0, sft_param_set("limit_user_bytes", 2 * one));
	EXPECT_EQ(0, sft_in_child(sft_probe_register(self->fd, &self->probe) ?:
				  sft_probe_register(self->fd, &self->other) ==
				  -EDQUOT ? 0 : 1));
	end = sft_now_ms() + 10000;
	do {
		ret = sft_probe_register(self->fd, &self->other);
	} while (ret == -EDQUOT && sft_now_ms() < end);
	EXPECT_EQ(0, ret);
}

SFT_MAIN
