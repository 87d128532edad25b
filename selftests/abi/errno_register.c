// SPDX-License-Identifier: GPL-2.0-only
/*
 * SFREG_IOC_REGISTER: every errno that needs neither another process, a limit,
 * nor a signal. Each refused call differs in one thing from a call that has just
 * succeeded, and leaves every window as it was.
 */
#include "sft_probe.h"
#include <sys/mount.h>
#include <sys/stat.h>

FIXTURE(reg) {
	int fd;
	struct sft_probe kept, probe;
	struct sfreg_window valid;
};

FIXTURE_SETUP(reg)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->kept = sft_probe(0x28);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->kept));
	self->probe = sft_probe(0x108);
	self->valid = sft_probe_window(&self->probe);
}

FIXTURE_TEARDOWN(reg)
{
	close(self->fd);
}

/* The valid call succeeds and is undone; then @bad gets @err, nothing else. */
static void refuses(struct __test_metadata *_metadata,
		    const struct _test_data_reg *self, void *bad, int err,
		    const char *what)
{
	struct sfreg_window valid = self->valid;
	struct sft_listing before, after;

	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &valid));
	EXPECT_EQ(0, sft_remove_one(self->fd, valid.text_start));
	before = sft_listing(self->fd, -1);
	EXPECT_EQ(1, before.count);
	EXPECT_EQ(err, sft_ioctl(self->fd, SFREG_IOC_REGISTER, bad)) {
		TH_LOG("%s", what);
	}
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after)) {
		TH_LOG("%s: the windows have changed", what);
	}
}

#define REFUSES(err, what, ...)	({			\
	struct sfreg_window w = self->valid;		\
	__VA_ARGS__;					\
	refuses(_metadata, self, &w, err, what);	\
})

TEST_F(reg, structure)
{
	uint8_t *pages = sft_map(2 * SFT_PAGE, SFT_RW);
	struct sfreg_window *at_end;

	refuses(_metadata, self, (void *)8, -EFAULT, "a null page");
	refuses(_metadata, self, (void *)(1UL << 63), -EFAULT, "a kernel address");
	munmap(pages + SFT_PAGE, SFT_PAGE);
	at_end = (void *)(pages + SFT_PAGE - 16);
	memcpy(at_end, &self->valid, 16);
	refuses(_metadata, self, at_end, -EFAULT, "half mapped");
	REFUSES(-EINVAL, "size 0", w.size = 0);
	REFUSES(-EINVAL, "size too small", w.size -= 8);
	REFUSES(-EINVAL, "an unknown flag", w.flags = 2);
	REFUSES(-EINVAL, "the last flag", w.flags = 1U << 31);
	REFUSES(-EINVAL, "padding", w.pad = 1);
}

TEST_F(reg, structure_grows)
{
	struct { struct sfreg_window w; uint64_t tail[512]; } big = {
		.w = self->valid,
	};

	big.w.size = sizeof(big.w) + 8;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &big));
	EXPECT_EQ(0, sft_remove_one(self->fd, self->valid.text_start));
	big.tail[0] = 1;
	refuses(_metadata, self, &big, -E2BIG, "a tail that is not zero");
	big.tail[0] = 0;
	big.w.size = 4096;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &big));
	EXPECT_EQ(0, sft_remove_one(self->fd, self->valid.text_start));
	big.tail[(4096 - sizeof(big.w)) / 8 - 1] = 1ULL << 63;
	refuses(_metadata, self, &big, -E2BIG, "the tail's last byte");
	big.tail[(4096 - sizeof(big.w)) / 8 - 1] = 0;
	big.w.size = 4097;
	refuses(_metadata, self, &big, -E2BIG, "larger than 4096");
}

TEST_F(reg, ranges)
{
	REFUSES(-EINVAL, "no text", w.text_len = 0);
	REFUSES(-EINVAL, "no section", w.sframe_len = 0);
	REFUSES(-EINVAL, "the text wraps", w.text_len = -w.text_start + 1);
	REFUSES(-EINVAL, "the section wraps",
		w.sframe_addr = -16ULL; w.sframe_len = 32);
}

TEST_F(reg, text)
{
	uint8_t *hole = sft_map(3 * SFT_PAGE, SFT_RX);
	uint8_t *gone = sft_map(SFT_PAGE, SFT_RX);

	munmap(hole + SFT_PAGE, SFT_PAGE);
	munmap(gone, SFT_PAGE);
	REFUSES(-EFAULT, "text not mapped", w.text_start = sft_addr(gone));
	REFUSES(-EFAULT, "text with a hole",
		w.text_start = sft_addr(hole); w.text_len = 3 * SFT_PAGE);
	REFUSES(-EFAULT, "text ends beyond its mapping",
		w.text_start = sft_addr(hole); w.text_len = SFT_PAGE + 1);
	REFUSES(-EFAULT, "text in the kernel",
		w.text_start = 0xffffffff81000000ULL);
	REFUSES(-EFAULT, "text at no address",
		w.text_start = 0x0001000000000000ULL);
}

/* A mapping that can never become executable is no text. */
TEST_F(reg, text_of_noexec_mount)
{
	char path[] = "/tmp/sfreg-noexec";
	void *p;
	int file;

	if (unshare(CLONE_NEWNS))
		SKIP(return, "needs root");
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir(path, 0700);
	ASSERT_EQ(0, mount("none", path, "tmpfs", MS_NOEXEC, NULL));
	file = open("/tmp/sfreg-noexec/f", O_RDWR | O_CREAT, 0600);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, ftruncate(file, SFT_PAGE));
	p = mmap(NULL, SFT_PAGE, PROT_READ, MAP_PRIVATE, file, 0);
	ASSERT_NE(MAP_FAILED, p);
	REFUSES(-EFAULT, "never executable", w.text_start = sft_addr(p));
	/* Not executable now, but it may become so: a JIT between its steps. */
	ASSERT_EQ(0, mprotect(self->probe.text, SFT_PAGE, SFT_RW));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
}

TEST_F(reg, section_bytes)
{
	uint8_t *pages = sft_map(2 * SFT_PAGE, SFT_RW);
	size_t len = self->probe.section_len;

	REFUSES(-EFAULT, "section not mapped", w.sframe_addr = 64);
	REFUSES(-EFAULT, "section in the kernel",
		w.sframe_addr = 0xffffffff81000000ULL);
	munmap(pages + SFT_PAGE, SFT_PAGE);
	memcpy(pages + SFT_PAGE - len, self->probe.section, len);
	/* Ends with its mapping; and what a segment's length adds is not read. */
	for (int more = 0; more <= 64; more += 64) {
		struct sfreg_window w = self->valid;

		w.sframe_addr = sft_addr(pages + SFT_PAGE - len);
		w.sframe_len = len + more;
		EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
		EXPECT_EQ(0, sft_remove_one(self->fd, w.text_start));
	}
	memcpy(pages + SFT_PAGE - len + 1, self->probe.section, len - 1);
	REFUSES(-EFAULT, "the last byte is missing",
		w.sframe_addr = sft_addr(pages + SFT_PAGE - len + 1));
}

TEST_F(reg, foreign)
{
	uint8_t s[SFT_SECTION_MAX];
	size_t len = self->probe.section_len;

	memcpy(s, self->probe.section, len);
	s[SFE_H_ABI] = 2;
	s[SFE_H_FIXED_RA] = 0;
	REFUSES(-ENOEXEC, "AArch64", w.sframe_addr = sft_addr(s));
	memcpy(s, self->probe.section, len);
	s[0] = 0xde;
	s[1] = 0xe2;
	s[SFE_H_ABI] = 4;
	REFUSES(-ENOEXEC, "s390x", w.sframe_addr = sft_addr(s));
}

TEST_F(reg, unknown)
{
	uint8_t s[SFT_SECTION_MAX];
	size_t len = self->probe.section_len;

	memcpy(s, self->probe.section, len);
	s[SFE_H_VERSION] = 4;
	REFUSES(-EPROTONOSUPPORT, "version 4", w.sframe_addr = sft_addr(s));
	s[SFE_H_VERSION] = 0;
	REFUSES(-EPROTONOSUPPORT, "version 0", w.sframe_addr = sft_addr(s));
	memcpy(s, self->probe.section, len);
	s[SFE_H_FLAGS] |= 0x80;
	REFUSES(-EPROTONOSUPPORT, "a flag", w.sframe_addr = sft_addr(s));
}

TEST_F(reg, malformed)
{
	uint8_t s[SFT_SECTION_MAX];
	size_t len = self->probe.section_len;

	memcpy(s, self->probe.section, len);
	s[0] ^= 1;
	REFUSES(-EBADMSG, "no magic number", w.sframe_addr = sft_addr(s));
	memcpy(s, self->probe.section, len);
	s[SFE_H_N_FRES] = 2;
	REFUSES(-EBADMSG, "too many rows", w.sframe_addr = sft_addr(s));
	REFUSES(-EBADMSG, "shorter than a header", w.sframe_len = 27);
	REFUSES(-EBADMSG, "shorter than it says", w.sframe_len = len - 1);
}

TEST_F(reg, overlap)
{
	uint64_t kept = sft_addr(self->kept.text);

	REFUSES(-EEXIST, "another section at the same key",
		w.text_start = kept; w.sframe_base = kept);
	REFUSES(-EEXIST, "the same key and section, shorter",
		w = sft_probe_window(&self->kept); w.text_len -= 1);
	REFUSES(-EEXIST, "the same key, length and section, another base",
		w = sft_probe_window(&self->kept); w.sframe_base += 1);
	REFUSES(-EEXIST, "in the middle of another",
		w.text_start = kept + 16; w.text_len = 16);
	REFUSES(-EEXIST, "the last byte of another",
		w.text_start = kept + SFT_PAGE - 1; w.text_len = 1);
}

TEST_F(reg, again_and_neighbours)
{
	struct sft_listing before = sft_listing(self->fd, -1), after;
	uint8_t *p = sft_map(SFT_PAGE, SFT_RX);
	struct sfreg_window w = self->valid;

	EXPECT_EQ(0, sft_probe_register(self->fd, &self->kept));
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after));
	/* Three that touch, the middle one last. */
	w.text_start = sft_addr(p);
	w.text_len = 64;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.text_start += 128;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.text_start -= 64;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_EQ(4, sft_total(self->fd, -1));
}

TEST_F(reg, replace)
{
	struct sfreg_list_entry entry;
	struct sfreg_window w = self->valid;

	REFUSES(-ENOENT, "nothing to replace", w.flags = SFREG_F_REPLACE);
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.flags = SFREG_F_REPLACE;
	w.text_len = 32;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	ASSERT_EQ(1, sft_find(self->fd, w.text_start, &entry));
	EXPECT_EQ(32, entry.text_len);
	w.text_len = SFT_PAGE;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	ASSERT_EQ(1, sft_find(self->fd, w.text_start, &entry));
	EXPECT_EQ(SFT_PAGE, entry.text_len);
	EXPECT_EQ(2, sft_total(self->fd, -1));
}

TEST_F(reg, replace_must_not_overlap)
{
	uint8_t *p = sft_map(SFT_PAGE, SFT_RX);
	struct sfreg_window w = self->valid;
	struct sft_listing before, after;

	w.text_start = sft_addr(p);
	w.text_len = 64;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.text_start += 64;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	before = sft_listing(self->fd, -1);
	w.text_start -= 64;
	w.text_len = 65;
	w.flags = SFREG_F_REPLACE;
	EXPECT_EQ(-EEXIST, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after));
}

SFT_MAIN
