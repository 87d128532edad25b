// SPDX-License-Identifier: GPL-2.0-only
/*
 * SFREG_IOC_SECTION, _PLACE and _REMOVE: every errno that needs neither another
 * process, a limit, nor a signal. All or nothing, and the index of the offender.
 */
#include "sft_probe.h"
#include <sys/resource.h>

FIXTURE(place) {
	int fd, section;
	struct sft_probe probe;
	uint8_t *text;		/* a page of its own, for windows of 64 bytes */
	struct sfreg_place_entry entries[3];
};

FIXTURE_SETUP(place)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->section = sft_section(self->fd, self->probe.section,
				    self->probe.section_len);
	ASSERT_LE(0, self->section);
	self->text = sft_map(SFT_PAGE, SFT_RX);
	for (int i = 0; i < 3; i++)
		self->entries[i] = (struct sfreg_place_entry) {
			.section_fd = self->section,
			.text_start = sft_addr(self->text) + 64 * i,
			.text_len = 64,
			.sframe_base = sft_addr(self->text) + 64 * i,
		};
	/* One window that must never change. */
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
}

FIXTURE_TEARDOWN(place)
{
	close(self->section);
	close(self->fd);
}

static void keys_of(const struct sfreg_place_entry *e, uint64_t *keys)
{
	for (int i = 0; i < 3; i++)
		keys[i] = e[i].text_start;
}

/* Three that are placed and removed; then the same with one thing changed. */
static void refuses(struct __test_metadata *_metadata,
		    struct _test_data_place *self, struct sfreg_place_entry *bad,
		    int err, uint32_t index, const char *what)
{
	struct sft_listing before, after;
	uint64_t keys[3];
	uint32_t failed;

	keys_of(self->entries, keys);
	EXPECT_EQ(0, sft_place(self->fd, -1, self->entries, 3, &failed));
	EXPECT_EQ(3, failed);
	EXPECT_EQ(0, sft_remove(self->fd, -1, keys, 3, &failed));
	EXPECT_EQ(3, failed);
	before = sft_listing(self->fd, -1);
	EXPECT_EQ(1, before.count);
	EXPECT_EQ(err, sft_place(self->fd, -1, bad, 3, &failed)) {
		TH_LOG("%s", what);
	}
	EXPECT_EQ(index, failed) {
		TH_LOG("%s", what);
	}
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after)) {
		TH_LOG("%s: the windows have changed", what);
	}
}

/* The change is tried at each of the three places. */
#define REFUSES(err, what, ...)	do {				\
	for (int i_ = 0; i_ < 3; i_++) {			\
		struct sfreg_place_entry all[3], *e = &all[i_];	\
		memcpy(all, self->entries, sizeof(all));	\
		__VA_ARGS__;					\
		refuses(_metadata, self, all, err, i_, what);	\
	}							\
} while (0)

TEST_F(place, entries)
{
	int pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	REFUSES(-EBADF, "no descriptor", e->section_fd = 999);
	REFUSES(-EBADF, "a negative one", e->section_fd = -1);
	REFUSES(-EINVAL, "a pipe", e->section_fd = pipes[0]);
	REFUSES(-EINVAL, "the device", e->section_fd = self->fd);
	REFUSES(-EINVAL, "an unknown flag", e->flags = 4);
	REFUSES(-EINVAL, "no text", e->text_len = 0);
	REFUSES(-EINVAL, "no base", e->sframe_base = 0);
	REFUSES(-EINVAL, "wraps", e->text_len = -e->text_start + 1);
	REFUSES(-EFAULT, "not mapped", e->text_start = 4096);
	REFUSES(-EFAULT, "the kernel", e->text_start = 0xffffffff81000000ULL);
	REFUSES(-ENOENT, "nothing to replace", e->flags = SFREG_F_REPLACE);
	REFUSES(-EEXIST, "overlaps the kept window",
		e->text_start = sft_addr(self->probe.text) + 1);
}

TEST_F(place, entries_overlap_each_other)
{
	struct sfreg_place_entry all[3];

	memcpy(all, self->entries, sizeof(all));
	all[2].text_start = all[0].text_start + 63;
	refuses(_metadata, self, all, -EEXIST, 2, "the third over the first");
	memcpy(all, self->entries, sizeof(all));
	all[0].text_start = all[1].text_start - 63;
	refuses(_metadata, self, all, -EEXIST, 1, "the second over the first");
}

TEST_F(place, structure)
{
	struct sfreg_place p = {
		.size = sizeof(p), .entries = sft_addr(self->entries),
		.count = 3, .mem_fd = -1,
	}, bad;
	struct { struct sfreg_place p; uint64_t tail; } big = { .p = p };
	struct sft_listing before, after;

	big.p.size = sizeof(big);
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_PLACE, &p));
	EXPECT_EQ(3, p.failed);
	/* The same again changes nothing. */
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_PLACE, &p));
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_PLACE, &big));
	before = sft_listing(self->fd, -1);
	EXPECT_EQ(4, before.count);
#define BAD(err, ...) ({						\
	bad = p;							\
	__VA_ARGS__;							\
	EXPECT_EQ(err, sft_ioctl(self->fd, SFREG_IOC_PLACE, &bad));	\
})
	BAD(-EINVAL, bad.size = 0);
	BAD(-EINVAL, bad.size = sizeof(bad) - 8);
	BAD(-EINVAL, bad.flags = 1);
	BAD(-EINVAL, bad.pad = 1);
	BAD(-EINVAL, bad.count = 0);
	BAD(-EINVAL, bad.count = SFREG_PLACE_MAX + 1);
	BAD(-EFAULT, bad.entries = 64);
	BAD(-EFAULT, bad.entries = 1ULL << 63);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_PLACE, (void *)8));
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->fd, SFREG_IOC_PLACE, &big));
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after));
}

TEST_F(place, replace)
{
	struct sfreg_list_entry entry;
	struct sfreg_place_entry e = self->entries[0];

	ASSERT_EQ(0, sft_place(self->fd, -1, &e, 1, NULL));
	e.flags = SFREG_F_REPLACE;
	e.text_len = 32;
	ASSERT_EQ(0, sft_place(self->fd, -1, &e, 1, NULL));
	ASSERT_EQ(1, sft_find(self->fd, e.text_start, &entry));
	EXPECT_EQ(32, entry.text_len);
}

TEST_F(place, all_256)
{
	static struct sfreg_place_entry many[SFREG_PLACE_MAX];
	static uint64_t keys[SFREG_PLACE_MAX];
	uint32_t failed;

	for (int i = 0; i < SFREG_PLACE_MAX; i++) {
		many[i] = self->entries[0];
		many[i].text_start += 16 * i;
		many[i].sframe_base += 16 * i;
		many[i].text_len = 16;
		keys[i] = many[i].text_start;
	}
	ASSERT_EQ(0, sft_place(self->fd, -1, many, SFREG_PLACE_MAX, &failed));
	EXPECT_EQ(SFREG_PLACE_MAX, failed);
	EXPECT_EQ(SFREG_PLACE_MAX + 1, sft_total(self->fd, -1));
	/* A key that stands twice, at the end: nothing goes. */
	keys[255] = keys[0];
	EXPECT_EQ(-ENOENT, sft_remove(self->fd, -1, keys, 256, &failed));
	EXPECT_EQ(255, failed);
	EXPECT_EQ(SFREG_PLACE_MAX + 1, sft_total(self->fd, -1));
	keys[255] = many[255].text_start;
	EXPECT_EQ(0, sft_remove(self->fd, -1, keys, 256, &failed));
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

TEST_F(place, remove)
{
	uint64_t keys[3], bad[3];
	struct sft_listing before, after;
	uint32_t failed;
	struct sfreg_remove r = {
		.size = sizeof(r), .keys = sft_addr(keys), .count = 3,
		.mem_fd = -1,
	}, wrong;

	keys_of(self->entries, keys);
	ASSERT_EQ(0, sft_place(self->fd, -1, self->entries, 3, NULL));
	before = sft_listing(self->fd, -1);
	for (uint32_t i = 0; i < 3; i++) {
		memcpy(bad, keys, sizeof(bad));
		bad[i] += 1;
		EXPECT_EQ(-ENOENT, sft_remove(self->fd, -1, bad, 3, &failed));
		EXPECT_EQ(i, failed);
	}
#define WRONG(err, ...) ({						\
	wrong = r;							\
	__VA_ARGS__;							\
	EXPECT_EQ(err, sft_ioctl(self->fd, SFREG_IOC_REMOVE, &wrong));	\
})
	WRONG(-EINVAL, wrong.size = sizeof(wrong) - 8);
	WRONG(-EINVAL, wrong.flags = 1);
	WRONG(-EINVAL, wrong.pad = 1);
	WRONG(-EINVAL, wrong.count = 0);
	WRONG(-EINVAL, wrong.count = SFREG_PLACE_MAX + 1);
	WRONG(-EFAULT, wrong.keys = 64);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_REMOVE, (void *)8));
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after));
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REMOVE, &r));
	EXPECT_EQ(3, r.failed);
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(-ENOENT, sft_remove(self->fd, -1, keys, 3, &failed));
	EXPECT_EQ(0, failed);
}

TEST_F(place, section)
{
	struct sfreg_section s = {
		.size = sizeof(s), .sframe_addr = sft_addr(self->probe.section),
		.sframe_len = self->probe.section_len,
	}, bad;
	struct { struct sfreg_section s; uint64_t tail; } big = { .s = s };
	uint8_t other[SFT_SECTION_MAX];
	int section = sft_ioctl(self->fd, SFREG_IOC_SECTION, &s);

	ASSERT_LE(0, section);
	EXPECT_EQ(FD_CLOEXEC, fcntl(section, F_GETFD));
	close(section);
	big.s.size = sizeof(big);
	section = sft_ioctl(self->fd, SFREG_IOC_SECTION, &big);
	ASSERT_LE(0, section);
	close(section);
#define NONE(err, ...) ({						\
	bad = s;							\
	memcpy(other, self->probe.section, sizeof(other));		\
	__VA_ARGS__;							\
	EXPECT_EQ(err, sft_ioctl(self->fd, SFREG_IOC_SECTION, &bad));	\
})
	NONE(-EINVAL, bad.size = sizeof(bad) - 8);
	NONE(-EINVAL, bad.flags = 1);
	NONE(-EINVAL, bad.sframe_len = 0);
	NONE(-EINVAL, bad.sframe_addr = -16ULL; bad.sframe_len = 32);
	NONE(-EFAULT, bad.sframe_addr = 64);
	bad = s;
	bad.sframe_addr = sft_addr(other);
	s = bad;
	NONE(-ENOEXEC, other[SFE_H_ABI] = 2);
	NONE(-EBADMSG, other[1] = 0);
	NONE(-EPROTONOSUPPORT, other[SFE_H_VERSION] = 7);
	NONE(-EBADMSG, bad.sframe_len -= 1);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->fd, SFREG_IOC_SECTION, (void *)8));
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->fd, SFREG_IOC_SECTION, &big));
}

TEST_F(place, no_more_descriptors)
{
	struct rlimit before, none;
	int section;

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
	section = sft_section(self->fd, self->probe.section,
			      self->probe.section_len);
	ASSERT_LE(0, section);
	close(section);
	none = before;
	none.rlim_cur = section;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(-EMFILE, sft_section(self->fd, self->probe.section,
				       self->probe.section_len));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
	EXPECT_EQ(section, sft_section(self->fd, self->probe.section,
				       self->probe.section_len));
}

SFT_MAIN
