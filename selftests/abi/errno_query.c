// SPDX-License-Identifier: GPL-2.0-only
/* SFREG_IOC_INFO, _LIST and _BACKTRACE: answers and errnos. */
#include "sft_probe.h"

FIXTURE(query) {
	int fd;
	struct sft_probe probe;
};

FIXTURE_SETUP(query)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
}

FIXTURE_TEARDOWN(query)
{
	close(self->fd);
}

#define SAYS(err, cmd, good, ...) ({					\
	typeof(good) bad = good;					\
	__VA_ARGS__;							\
	EXPECT_EQ(err, sft_ioctl(self->fd, cmd, &bad));			\
})

TEST_F(query, info)
{
	struct sfreg_info good = { .size = sizeof(good) }, info = good;
	struct { struct sfreg_info i; uint64_t tail; } big = { .i = good };

	ASSERT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_INFO, &info));
	EXPECT_EQ(SFREG_ABI_VERSION, info.abi_version);
	EXPECT_EQ(SFREG_FEAT_PRCTL | SFREG_FEAT_PERF | SFREG_FEAT_FORK |
		  SFREG_FEAT_UNMAP | SFREG_FEAT_LIVE | SFREG_FEAT_BIND, info.features);
	EXPECT_EQ(sft_param("limit_windows"), info.limit_windows);
	EXPECT_EQ(sft_param("limit_section_bytes"), info.limit_section_bytes);
	EXPECT_EQ(sft_param("limit_section_rows"), info.limit_section_rows);
	EXPECT_EQ(sft_param("limit_process_bytes"), info.limit_process_bytes);
	EXPECT_EQ(sft_param("limit_user_bytes"), info.limit_user_bytes);
	EXPECT_EQ(sft_param("limit_stack_switches"), info.limit_stack_switches);
	EXPECT_EQ(SFREG_MAX_FRAMES, info.max_frames);
	EXPECT_LE(10000, info.limit_windows);
	SAYS(-EINVAL, SFREG_IOC_INFO, good, bad.size = 0);
	SAYS(-EINVAL, SFREG_IOC_INFO, good, bad.size -= 8);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_INFO, (void *)8));
	big.i.size = sizeof(big);
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_INFO, &big));
	big.i.size = sizeof(big);
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->fd, SFREG_IOC_INFO, &big));
	EXPECT_EQ(-EFAULT, ({
		void *p = sft_map(SFT_PAGE, SFT_RW);

		memcpy(p, &good, sizeof(good));
		mprotect(p, SFT_PAGE, PROT_READ);
		sft_ioctl(self->fd, SFREG_IOC_INFO, p);
	}));
}

TEST_F(query, list)
{
	struct sfreg_list_entry e[4];
	uint64_t total = 0, key = sft_addr(self->probe.text);
	struct sfreg_list good = {
		.size = sizeof(good), .entries = sft_addr(e), .count = 4,
		.mem_fd = -1,
	};
	struct { struct sfreg_list l; uint64_t tail; } big = { .l = good };

	memset(e, 0xaa, sizeof(e));
	ASSERT_EQ(1, sft_list(self->fd, -1, 0, e, 4, &total));
	EXPECT_EQ(1, total);
	EXPECT_EQ(key, e[0].text_start);
	EXPECT_EQ(SFT_PAGE, e[0].text_len);
	EXPECT_EQ(key, e[0].sframe_base);
	EXPECT_EQ(0, e[0].flags);
	EXPECT_LE(3, e[0].rows);
	EXPECT_EQ(sft_stat("section_bytes"), e[0].table_bytes);
	EXPECT_EQ(0xaaaaaaaaaaaaaaaa, e[1].text_start);
	EXPECT_EQ(1, sft_list(self->fd, -1, key, e, 4, &total));
	EXPECT_EQ(0, sft_list(self->fd, -1, key + 1, e, 4, &total));
	EXPECT_EQ(1, total);
	EXPECT_EQ(0, sft_list(self->fd, -1, 0, NULL, 0, &total));
	EXPECT_EQ(1, total);

	SAYS(-EINVAL, SFREG_IOC_LIST, good, bad.size -= 8);
	SAYS(-EINVAL, SFREG_IOC_LIST, good, bad.flags = 1);
	SAYS(-EFAULT, SFREG_IOC_LIST, good, bad.entries = 64);
	SAYS(0, SFREG_IOC_LIST, good, bad.entries = 64; bad.count = 0);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_LIST, (void *)8));
	big.l.size = sizeof(big);
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_LIST, &big));
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->fd, SFREG_IOC_LIST, &big));
}

/* By address, whatever the order of registration; read on from the last. */
TEST_F(query, list_pages)
{
	uint8_t *text = sft_map(SFT_PAGE, SFT_RX);
	struct sfreg_list_entry e[3];
	uint64_t from = sft_addr(text), total;
	int seen = 0, n;

	for (int i = 0; i < 10; i++)
		ASSERT_EQ(0, sft_register(self->fd,
					  sft_addr(text) + (i * 7 % 10) * 64, 64,
					  self->probe.section,
					  self->probe.section_len, from));
	while ((n = sft_list(self->fd, -1, from, e, 3, &total)) > 0) {
		EXPECT_EQ(11, total);
		for (int i = 0; i < n && e[i].text_start < sft_addr(text) + SFT_PAGE; i++)
			EXPECT_EQ(sft_addr(text) + 64 * seen++, e[i].text_start);
		from = e[n - 1].text_start + 1;
	}
	EXPECT_EQ(0, n);
	EXPECT_EQ(10, seen);
}

TEST_F(query, backtrace)
{
	struct sfreg_frame f[8];
	struct sfreg_backtrace good = {
		.size = sizeof(good), .frames = sft_addr(f), .count = 8,
	};
	struct { struct sfreg_backtrace b; uint64_t tail; } big = { .b = good };
	struct sft_probed r;
	void *many;

	SAYS(0, SFREG_IOC_BACKTRACE, good);
	SAYS(-EINVAL, SFREG_IOC_BACKTRACE, good, bad.size -= 8);
	SAYS(-EINVAL, SFREG_IOC_BACKTRACE, good, bad.flags = 1);
	SAYS(-EINVAL, SFREG_IOC_BACKTRACE, good, bad.count = 0);
	SAYS(-EINVAL, SFREG_IOC_BACKTRACE, good, bad.count = SFREG_MAX_FRAMES + 1);
	SAYS(-EFAULT, SFREG_IOC_BACKTRACE, good, bad.frames = 64);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_BACKTRACE, (void *)8));
	big.b.size = sizeof(big);
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_BACKTRACE, &big));
	big.b.count = 8;
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->fd, SFREG_IOC_BACKTRACE, &big));
	many = sft_map(SFREG_MAX_FRAMES * sizeof(f[0]), SFT_RW);
	SAYS(0, SFREG_IOC_BACKTRACE, good, bad.frames = sft_addr(many);
	     bad.count = SFREG_MAX_FRAMES);

	/* The array's room ends the walk, and says so. */
	r = (struct sft_probed) {
		.bt = { .size = sizeof(r.bt), .frames = sft_addr(f), .count = 1 },
	};
	memset(f, 0xaa, sizeof(f));
	EXPECT_EQ(0, sft_probe_call(self->probe.text, self->fd,
				    SFREG_IOC_BACKTRACE, &r.bt, &r.sp));
	EXPECT_EQ(1, r.bt.count);
	EXPECT_EQ(SFREG_STOP_FRAME_LIMIT, r.bt.stop);
	EXPECT_EQ(sft_addr(self->probe.text) + SFT_PROBE_AFTER, f[0].pc);
	EXPECT_EQ(0, f[0].cfa);
	EXPECT_EQ(0xaaaaaaaaaaaaaaaa, f[1].pc);
}

/* By frame pointers alone, for a process that registered nothing. */
TEST_F(query, backtrace_without_windows)
{
	struct sft_probed r;

	ASSERT_EQ(0, sft_remove_one(self->fd, sft_addr(self->probe.text)));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_unknown(&r, self->probe.text) ?: "");
	EXPECT_EQ(SFREG_STOP_NO_WINDOW, r.bt.stop);
}

SFT_MAIN
