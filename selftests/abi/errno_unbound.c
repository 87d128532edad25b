// SPDX-License-Identifier: GPL-2.0-only
/*
 * SFREG_IOC_UNBOUND: every errno, each from a call that is good but for one thing. Whoever is
 * refused is handed nothing, and what was kept still is; on a new descriptor nothing begins.
 */
#include "sft_child.h"
#include "unbound.h"
#include <linux/capability.h>
#include <sys/resource.h>

#define FILE_MAX	"/proc/sys/fs/"

FIXTURE(errno_unbound) {
	int binder, fresh;		/* with a file that is kept; not asked yet */
	int fd;
	struct sfreg_unbound good;
	uint64_t file_max;
};

FIXTURE_SETUP(errno_unbound)
{
	self->binder = unbound_open();
	self->fresh = sft_open();
	self->fd = file_make("file");
	ASSERT_LE(0, self->fd);
	file_map_and_unmap(self->fd);
	self->good = (struct sfreg_unbound) { .size = sizeof(self->good) };
	self->file_max = sft_read_number(FILE_MAX, "file-max");
}

static int file_max_set(uint64_t value)
{
	FILE *f = fopen(FILE_MAX "file-max", "we");
	int ret;

	if (!f)
		return -errno;
	ret = fprintf(f, "%llu\n", (unsigned long long)value) < 0;
	return fclose(f) || ret;
}

FIXTURE_TEARDOWN(errno_unbound)
{
	EXPECT_EQ(0, file_max_set(self->file_max));
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	close(self->fd);
	close(self->fresh);
	close(self->binder);
}

/* The binder has it, and the other descriptor has not become one. Keeps it anew. */
static void nothing_changed(struct __test_metadata *_metadata,
			    struct _test_data_errno_unbound *self, const char *what)
{
	EXPECT_HANDED("file", self->binder) {
		TH_LOG("%s", what);
	}
	file_map_and_unmap(self->fd);
	EXPECT_EQ(1, sft_stat("unbound")) {
		TH_LOG("%s", what);
	}
}

static void refuses(struct __test_metadata *_metadata, struct _test_data_errno_unbound *self,
		    struct sfreg_unbound bad, int err, const char *what)
{
	EXPECT_EQ(err, sft_ioctl(self->binder, SFREG_IOC_UNBOUND, &bad)) {
		TH_LOG("%s", what);
	}
	EXPECT_EQ(err, sft_ioctl(self->fresh, SFREG_IOC_UNBOUND, &bad)) {
		TH_LOG("%s", what);
	}
	nothing_changed(_metadata, self, what);
}

#define REFUSES(err, what, ...)	do {			\
	struct sfreg_unbound bad = self->good;		\
	__VA_ARGS__;					\
	refuses(_metadata, self, bad, err, what);	\
} while (0)

TEST_F(errno_unbound, structure)
{
	struct { struct sfreg_unbound u; uint64_t tail; } big = { .u = self->good };
	uint8_t *last = sft_map(2 * SFT_PAGE, SFT_RW);
	struct sfreg_unbound *cut = (void *)(last + SFT_PAGE - 4);
	struct sfreg_unbound *whole = (void *)sft_map(SFT_PAGE, SFT_RW);

	REFUSES(-EINVAL, "no size", bad.size = 0);
	REFUSES(-EINVAL, "too small", bad.size = 4);
	REFUSES(-E2BIG, "too large", bad.size = 4097);
	REFUSES(-EINVAL, "a flag", bad.flags = 1);
	REFUSES(-EINVAL, "the last flag", bad.flags = 1U << 31);
	REFUSES(-EINVAL, "padding", bad.pad = 1);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->binder, SFREG_IOC_UNBOUND, NULL));
	EXPECT_EQ(-EFAULT, sft_ioctl(self->binder, SFREG_IOC_UNBOUND, (void *)(1UL << 63)));
	cut->size = sizeof(*cut);
	munmap(last + SFT_PAGE, SFT_PAGE);
	EXPECT_EQ(-EFAULT, sft_ioctl(self->binder, SFREG_IOC_UNBOUND, cut));
	*whole = self->good;
	ASSERT_EQ(0, mprotect(whole, SFT_PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, sft_ioctl(self->binder, SFREG_IOC_UNBOUND, whole));
	nothing_changed(_metadata, self, "not there");
	big.u.size = sizeof(big);
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->binder, SFREG_IOC_UNBOUND, &big));
	nothing_changed(_metadata, self, "the tail");
	big.tail = 0;
	EXPECT_STREQ("file", name_of(sft_ioctl(self->binder, SFREG_IOC_UNBOUND, &big)));
}

/* Effective no more. 0, or an exit code. */
static int drop_capability(int which)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return 200;
	data[CAP_TO_INDEX(which)].effective &= ~CAP_TO_MASK(which);
	return syscall(SYS_capset, &head, data) ? 201 : 0;
}

static int without_capability(int binder)
{
	return drop_capability(CAP_SYS_PTRACE) ?: unbound_next(binder);
}

/* It has every capability, there. */
static int in_a_namespace(int binder)
{
	return unshare(CLONE_NEWUSER) ? 200 : unbound_next(binder);
}

static int as_another_user(int binder)
{
	return setuid(65534) ? 200 : unbound_next(binder);
}

TEST_F(errno_unbound, capability)
{
	for (int i = 0; i < 2; i++) {
		int binder = i ? self->fresh : self->binder;

		EXPECT_EQ(EPERM, sft_in_child(without_capability(binder)));
		EXPECT_EQ(EPERM, sft_in_child(in_a_namespace(binder)));
		EXPECT_EQ(EPERM, sft_in_child(as_another_user(binder)));
		nothing_changed(_metadata, self, "without the capability");
	}
	EXPECT_EQ(0, sft_in_child(unbound_next(self->binder) < 0));
	EXPECT_HANDED("", self->binder);
}

/* What it may have is what it has. */
static int without_descriptors(int binder)
{
	int next = dup(binder);
	struct rlimit limit = { next, next };

	close(next);
	return setrlimit(RLIMIT_NOFILE, &limit) ? 200 : unbound_next(binder);
}

/* Neither may the machine have more; whoever has this capability may. */
static int without_files(int binder)
{
	return drop_capability(CAP_SYS_ADMIN) ?: unbound_next(binder);
}

TEST_F(errno_unbound, descriptors)
{
	EXPECT_EQ(EMFILE, sft_in_child(without_descriptors(self->binder)));
	EXPECT_EQ(EMFILE, sft_in_child(without_descriptors(self->fresh)));
	EXPECT_HANDED("file", self->binder);
	EXPECT_EQ(0, sft_stat("unbound"));
}

TEST_F(errno_unbound, files)
{
	ASSERT_EQ(0, file_max_set(0));
	EXPECT_EQ(ENFILE, sft_in_child(without_files(self->binder)));
	ASSERT_EQ(0, file_max_set(self->file_max));
	EXPECT_HANDED("", self->binder);
	file_map_and_unmap(self->fd);
	EXPECT_HANDED("file", self->binder);
}

/* Of nobody's, who maps it; and he alone may read it. */
static int map_as_owner(const char *name)
{
	int fd;

	if (setuid(65534))
		return 200;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 201;
	file_map_and_unmap(fd);
	return 0;
}

/* What is refused, then what is handed out: as an exit code. */
static int without_right_to_read(int binder)
{
	int fd;

	if (drop_capability(CAP_DAC_OVERRIDE) || drop_capability(CAP_DAC_READ_SEARCH))
		return 200;
	fd = unbound_next(binder);
	if (fd != -EACCES)
		return 201;
	fd = unbound_next(binder);
	if (fd < 0 || strcmp(name_of(fd), "last"))
		return 202;
	return -unbound_next(binder);
}

TEST_F(errno_unbound, right_to_read)
{
	int last = file_make("last");

	EXPECT_HANDED("file", self->binder);
	ASSERT_EQ(0, chown("file", 65534, 65534));
	ASSERT_EQ(0, chmod("file", 0600));
	ASSERT_EQ(0, sft_in_child(map_as_owner("file")));
	file_map_and_unmap(last);
	EXPECT_EQ(ENODATA, sft_in_child(without_right_to_read(self->binder)));
	EXPECT_EQ(0, sft_stat("unbound"));
	/* Who has it takes it. */
	ASSERT_EQ(0, sft_in_child(map_as_owner("file")));
	EXPECT_HANDED("file", self->binder);
	close(last);
}

TEST_F(errno_unbound, nothing_there)
{
	EXPECT_EQ(-ENODATA, unbound_next(self->fresh));
	EXPECT_HANDED("file", self->binder);
	EXPECT_EQ(-ENODATA, unbound_next(self->binder));
	EXPECT_EQ(-ENODATA, unbound_next(self->binder));
}

TEST_F(errno_unbound, off)
{
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	EXPECT_EQ(-ESHUTDOWN, unbound_next(self->binder));
	EXPECT_EQ(-ESHUTDOWN, unbound_next(self->fresh));
	EXPECT_EQ(1, sft_stat("unbound"));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	nothing_changed(_metadata, self, "while off");
}

SFT_MAIN
