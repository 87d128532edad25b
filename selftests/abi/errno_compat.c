// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit callers get EOPNOTSUPP at both doors: through int $0x80 from this
 * 64-bit program, and from a real 32-bit program (compat_caller).
 */
#include "sft_child.h"
#include "sft_probe.h"
#include <libgen.h>
#include <limits.h>

#define NR32_IOCTL	54
#define NR32_PRCTL	172

/* The 32-bit system call gate: arguments are cut to 32 bits. */
static int int80(long nr, long a, long b, long c, long d, long e)
{
	int ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (nr), "b" (a), "c" (b), "d" (c), "S" (d), "D" (e)
		     : "r8", "r9", "r10", "r11", "memory");
	return ret;
}

FIXTURE(compat) {
	int fd;
	struct sft_probe probe;
	struct sfreg_window *low;	/* below 4 GB, as are all of its pointers */
};

FIXTURE_SETUP(compat)
{
	uint8_t *page = mmap((void *)0x10000000, 2 * SFT_PAGE, SFT_RWX,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	memcpy(page + SFT_PAGE + 512, self->probe.section, self->probe.section_len);
	self->low = (void *)(page + SFT_PAGE);
	*self->low = sft_window(sft_addr(page), 64, page + SFT_PAGE + 512,
				self->probe.section_len);
}

FIXTURE_TEARDOWN(compat)
{
	close(self->fd);
}

TEST_F(compat, int80_reaches_the_kernel)
{
	/* PR_GET_DUMPABLE, and an ioctl of a file that is none of ours. */
	EXPECT_EQ(1, int80(NR32_PRCTL, 3, 0, 0, 0, 0));
	EXPECT_EQ(-EBADF, int80(NR32_IOCTL, 999, 0, 0, 0, 0));
}

TEST_F(compat, int80_ioctl)
{
	struct sft_listing before, after;

	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, self->low));
	EXPECT_EQ(0, sft_remove_one(self->fd, self->low->text_start));
	before = sft_listing(self->fd, -1);
	for (int nr = 0; nr <= 8; nr++)
		EXPECT_EQ(-EOPNOTSUPP, int80(NR32_IOCTL, self->fd,
					     _IO(SFREG_IOC_MAGIC, nr),
					     (long)self->low, 0, 0));
	after = sft_listing(self->fd, -1);
	EXPECT_EQ(1, after.count);
	EXPECT_TRUE(sft_same_listing(&before, &after));
}

TEST_F(compat, int80_prctl)
{
	long text = self->low->text_start, section = self->low->sframe_addr;
	long len = self->low->sframe_len;

	EXPECT_EQ(0, sft_prctl(PR_SFREG_REGISTER, text, 64, section, len));
	EXPECT_EQ(-EOPNOTSUPP, int80(NR32_PRCTL, PR_SFREG_REPLACE, text, 64,
				     section, len));
	EXPECT_EQ(-EOPNOTSUPP, int80(NR32_PRCTL, PR_SFREG_UNREGISTER, text, 0, 0, 0));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	EXPECT_EQ(0, sft_prctl(PR_SFREG_UNREGISTER, text, 0, 0, 0));
	EXPECT_EQ(-EOPNOTSUPP, int80(NR32_PRCTL, PR_SFREG_REGISTER, text, 64,
				     section, len));
	EXPECT_EQ(0, sft_total(self->fd, -1));
}

/* x32 system calls of a 64-bit program: bit 30 of the number. */
TEST_F(compat, x32)
{
	long ret = syscall(0x40000000 | SYS_prctl, 3, 0, 0, 0, 0);

	if (ret < 0 && errno == ENOSYS)
		SKIP(return, "this kernel has no x32");
	EXPECT_EQ(-1, syscall(0x40000000 | SYS_prctl, PR_SFREG_REGISTER,
			      self->low->text_start, 64, self->low->sframe_addr,
			      self->low->sframe_len));
	EXPECT_EQ(EOPNOTSUPP, errno);
	EXPECT_EQ(-1, syscall(0x40000000 | 514, self->fd, SFREG_IOC_REGISTER,
			      self->low));
	EXPECT_EQ(EOPNOTSUPP, errno);
	EXPECT_EQ(0, sft_total(self->fd, -1));
}

/* Says by its exit code which of its calls got another answer. */
TEST_F(compat, program)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);

	ASSERT_LT(0, len);
	path[len] = 0;
	strcat(dirname(path), "/compat_caller");
	ASSERT_EQ(0, access(path, X_OK));
	EXPECT_EQ(0, sft_in_child(({ execl(path, path, NULL); 99; })));
}

SFT_MAIN
