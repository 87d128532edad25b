// SPDX-License-Identifier: GPL-2.0-only
/*
 * SFREG_IOC_BIND: every errno, each from a call that is good but for one thing. What was
 * refused is not bound, and what was bound before still is.
 */
#include "bind.h"
#include "live.h"
#include "sft_child.h"
#include <linux/capability.h>
#include <sys/auxv.h>

FIXTURE(errno_bind) {
	int dev, section;
	int binder, kept;		/* a file that is bound */
	int fd;				/* one that is to be */
	struct sfreg_bind_text texts[2];
	struct sfreg_bind good;
	uint64_t limit;
};

FIXTURE_SETUP(errno_bind)
{
	self->dev = sft_open();
	self->binder = sft_open();
	ASSERT_LE(0, self->binder);
	self->section = file_section(self->dev, false);
	ASSERT_LE(0, self->section);
	self->kept = file_make("kept");
	ASSERT_LE(0, self->kept);
	ASSERT_EQ(0, bind_file(self->binder, self->kept, self->section));
	self->fd = file_make("file");
	ASSERT_LE(0, self->fd);
	self->texts[0] = file_text;
	self->texts[1] = (struct sfreg_bind_text) { .offset = 6 * SFT_PAGE, .len = SFT_PAGE };
	self->good = bind_describe(self->fd);
	self->good.section_fd = self->section;
	self->good.texts = sft_addr(self->texts);
	self->good.n_texts = 2;
	self->limit = sft_param("limit_bindings");
}

FIXTURE_TEARDOWN(errno_bind)
{
	EXPECT_EQ(0, sft_param_set("limit_bindings", self->limit));
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	close(self->fd);
	close(self->kept);
	close(self->section);
	close(self->binder);
	close(self->dev);
}

static int binds(struct _test_data_errno_bind *self, struct sfreg_bind b)
{
	return sft_ioctl(self->binder, SFREG_IOC_BIND, &b);
}

/* On a descriptor of its own, so that it is forgotten again. */
static int binds_elsewhere(const struct sfreg_bind *b)
{
	struct sfreg_bind copy = *b;
	int binder = sft_open();
	int ret = sft_ioctl(binder, SFREG_IOC_BIND, &copy);

	close(binder);
	return ret;
}

/* How many windows the mapping of a file gets. */
static int windows_of(struct _test_data_errno_bind *self, int fd)
{
	uint8_t *p = file_map_all(fd);
	int n = sft_total(self->dev, -1);

	munmap(p, FILE_BYTES);
	return n;
}

static void nothing_changed(struct __test_metadata *_metadata, struct _test_data_errno_bind *self,
			    const char *what)
{
	EXPECT_EQ(1, sft_stat("bindings")) {
		TH_LOG("%s", what);
	}
	EXPECT_EQ(1, windows_of(self, self->kept)) {
		TH_LOG("%s", what);
	}
	EXPECT_EQ(0, windows_of(self, self->fd)) {
		TH_LOG("%s", what);
	}
}

static void refuses(struct __test_metadata *_metadata, struct _test_data_errno_bind *self,
		    struct sfreg_bind bad, int err, const char *what)
{
	EXPECT_EQ(0, binds_elsewhere(&self->good));
	EXPECT_EQ(err, binds(self, bad)) {
		TH_LOG("%s", what);
	}
	nothing_changed(_metadata, self, what);
}

#define REFUSES(err, what, ...)	do {			\
	struct sfreg_bind bad = self->good;		\
	__VA_ARGS__;					\
	refuses(_metadata, self, bad, err, what);	\
} while (0)

TEST_F(errno_bind, structure)
{
	struct { struct sfreg_bind b; uint64_t tail; } big = { .b = self->good };

	REFUSES(-EINVAL, "no size", bad.size = 0);
	REFUSES(-EINVAL, "too small", bad.size -= 8);
	REFUSES(-E2BIG, "too large", bad.size = 4097);
	REFUSES(-EINVAL, "a flag", bad.flags = 1);
	REFUSES(-EINVAL, "padding", bad.pad = 1);
	REFUSES(-EFAULT, "texts that are not there", bad.texts = 64);
	REFUSES(-EFAULT, "texts of the kernel", bad.texts = 1ULL << 63);
	REFUSES(-EFAULT, "a text that is not there",
		bad.texts = sft_addr(sft_map(2 * SFT_PAGE, SFT_RW)) + SFT_PAGE - 32;
		munmap((void *)(bad.texts + 32), SFT_PAGE));
	EXPECT_EQ(-EFAULT, sft_ioctl(self->binder, SFREG_IOC_BIND, NULL));
	big.b.size = sizeof(big);
	big.tail = 1;
	EXPECT_EQ(-E2BIG, sft_ioctl(self->binder, SFREG_IOC_BIND, &big));
	nothing_changed(_metadata, self, "the tail");
	big.tail = 0;
	EXPECT_EQ(0, sft_ioctl(self->binder, SFREG_IOC_BIND, &big));
	EXPECT_EQ(2, windows_of(self, self->fd));
	EXPECT_EQ(-ENOTTY, sft_ioctl(self->binder, _IO(SFREG_IOC_MAGIC, 10), &big));
}

/* A process of root's in the initial user namespace, but for one capability. */
static int without_capability(struct _test_data_errno_bind *self)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return 200;
	data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective &= ~CAP_TO_MASK(CAP_SYS_PTRACE);
	if (syscall(SYS_capset, &head, data))
		return 201;
	return binds(self, self->good);
}

/* It has every capability, there. */
static int in_a_namespace(struct _test_data_errno_bind *self)
{
	return unshare(CLONE_NEWUSER) ? 200 : binds(self, self->good);
}

static int as_another_user(struct _test_data_errno_bind *self)
{
	return setuid(65534) ? 200 : binds_elsewhere(&self->good);
}

TEST_F(errno_bind, capability)
{
	EXPECT_EQ(EPERM, sft_in_child(without_capability(self)));
	EXPECT_EQ(EPERM, sft_in_child(in_a_namespace(self)));
	EXPECT_EQ(EPERM, sft_in_child(as_another_user(self)));
	nothing_changed(_metadata, self, "without the capability");
	EXPECT_EQ(0, sft_in_child(binds_elsewhere(&self->good)));
}

TEST_F(errno_bind, section)
{
	int live = make_live(self->dev, 10);
	int pipes[2];

	ASSERT_LE(0, live);
	ASSERT_EQ(0, pipe(pipes));
	REFUSES(-EBADF, "no descriptor", bad.section_fd = 999);
	REFUSES(-EBADF, "a negative one", bad.section_fd = -2);
	REFUSES(-EINVAL, "a pipe", bad.section_fd = pipes[0]);
	REFUSES(-EINVAL, "the device", bad.section_fd = self->dev);
	REFUSES(-EINVAL, "the file", bad.section_fd = self->fd);
	REFUSES(-EINVAL, "a live one", bad.section_fd = live);
	REFUSES(-EINVAL, "texts without a section", bad.section_fd = -1);
	REFUSES(-EINVAL, "a section without texts", bad.n_texts = 0);
	REFUSES(-EINVAL, "nothing, and texts", bad.section_fd = -1; bad.n_texts = 1);
	EXPECT_EQ(0, ({
		struct sfreg_bind nothing = self->good;

		nothing.section_fd = -1;
		nothing.n_texts = 0;
		nothing.texts = 64;		/* not read */
		binds_elsewhere(&nothing);
	}));
	close(live);
}

/* Each of the two texts. */
#define REFUSES_TEXT(why, ...) do {				\
	const char *what = (why);				\
	for (int i_ = 0; i_ < 2; i_++) {			\
		struct sfreg_bind_text *text = &self->texts[i_], kept = *text;	\
		struct sfreg_bind bad = self->good;		\
		EXPECT_EQ(0, binds_elsewhere(&bad));		\
		__VA_ARGS__;					\
		EXPECT_EQ(-EINVAL, binds(self, bad)) {		\
			TH_LOG("%s, %d", what, i_);		\
		}						\
		*text = kept;					\
		nothing_changed(_metadata, self, what);		\
	}							\
} while (0)

TEST_F(errno_bind, texts)
{
	struct sfreg_bind_text many[SFREG_BIND_TEXTS + 1];
	struct sfreg_bind full = self->good;

	REFUSES_TEXT("no text", text->len = 0);
	REFUSES_TEXT("wraps", text->offset = -4096ULL; text->len = 8192);
	REFUSES_TEXT("ends at 2^64", text->offset = -4096ULL; text->len = 4096);
	REFUSES_TEXT("no file is so long", text->len = 1ULL << 63);
	for (int i = 0; i <= SFREG_BIND_TEXTS; i++)
		many[i] = (struct sfreg_bind_text) { .offset = i * SFT_PAGE, .len = SFT_PAGE };
	full.texts = sft_addr(many);
	full.n_texts = SFREG_BIND_TEXTS;
	EXPECT_EQ(0, binds_elsewhere(&full));
	REFUSES(-EINVAL, "too many", bad.texts = sft_addr(many);
		bad.n_texts = SFREG_BIND_TEXTS + 1);
	REFUSES(-EINVAL, "all too many", bad.n_texts = UINT32_MAX);
}

TEST_F(errno_bind, file)
{
	struct sfreg_bind there = self->good;
	int pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	REFUSES(-EBADF, "no descriptor", bad.file_fd = 999);
	REFUSES(-EBADF, "a negative one", bad.file_fd = -2);
	REFUSES(-EBADF, "one that only names the file",
		bad.file_fd = open("file", O_PATH | O_CLOEXEC));
	REFUSES(-EOPNOTSUPP, "a pipe", bad.file_fd = pipes[0]);
	REFUSES(-EOPNOTSUPP, "the device", bad.file_fd = self->dev);
	REFUSES(-EOPNOTSUPP, "a section", bad.file_fd = self->section);
	REFUSES(-EOPNOTSUPP, "a directory", bad.file_fd = open(".", O_RDONLY | O_CLOEXEC));
	/* However it was opened; it need not be mapped, nor have a name. */
	there.file_fd = open("file", O_WRONLY | O_CLOEXEC);
	EXPECT_EQ(0, binds_elsewhere(&there));
	ASSERT_EQ(0, unlink("file"));
	EXPECT_EQ(-ESTALE, binds_elsewhere(&self->good));
	there = bind_describe(self->fd);
	EXPECT_EQ(0, binds_elsewhere(&there));
}

TEST_F(errno_bind, identity)
{
	REFUSES(-ESTALE, "size", bad.file_size++);
	REFUSES(-ESTALE, "mtime", bad.mtime_sec--);
	REFUSES(-ESTALE, "mtime's ns", bad.mtime_nsec ^= 1);
	REFUSES(-ESTALE, "ctime", bad.ctime_sec--);
	REFUSES(-ESTALE, "ctime's ns", bad.ctime_nsec ^= 1);
	file_wait();
	REFUSES(-ESTALE, "another file", bad.file_fd = file_make("other"));
	ASSERT_EQ(0, futimens(open("file", O_RDWR | O_CLOEXEC), NULL));
	EXPECT_EQ(-ESTALE, binds(self, self->good));
	nothing_changed(_metadata, self, "touched");
}

TEST_F(errno_bind, vdso)
{
	struct sfreg_bind vdso = {
		.size = sizeof(vdso), .file_fd = -1,
		.section_fd = self->section, .texts = sft_addr(self->texts), .n_texts = 1,
	};
	uint8_t *at = (uint8_t *)getauxval(AT_SYSINFO_EHDR);

	ASSERT_NE(NULL, at);
	EXPECT_EQ(0, binds_elsewhere(&vdso));
	self->good = vdso;
	REFUSES(-ESTALE, "of a size", bad.file_size = 8192);
	REFUSES(-ESTALE, "of a time", bad.ctime_nsec = 1);
	/* The kernel lets nobody have half of it. */
	EXPECT_EQ(EOPNOTSUPP, sft_in_child(munmap(at, 2 * SFT_PAGE) ? 200 :
					   binds_elsewhere(&vdso)));
}

TEST_F(errno_bind, limit)
{
	ASSERT_EQ(0, sft_param_set("limit_bindings", 0));
	EXPECT_EQ(-ENOSPC, binds_elsewhere(&self->good));
	ASSERT_EQ(0, sft_param_set("limit_bindings", 1));
	REFUSES(-ENOSPC, "one more", (void)bad);
	/* The same file again takes no more room, whatever is said of it. */
	EXPECT_EQ(0, bind_file(self->binder, self->kept, -1));
	EXPECT_EQ(0, bind_file(self->binder, self->kept, self->section));
	nothing_changed(_metadata, self, "again");
	ASSERT_EQ(0, sft_param_set("limit_bindings", 2));
	EXPECT_EQ(0, binds(self, self->good));
	EXPECT_EQ(2, sft_stat("bindings"));
}

TEST_F(errno_bind, off)
{
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	EXPECT_EQ(-ESHUTDOWN, binds(self, self->good));
	EXPECT_EQ(-ESHUTDOWN, binds_elsewhere(&self->good));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	nothing_changed(_metadata, self, "while off");
	EXPECT_EQ(0, binds_elsewhere(&self->good));
}

SFT_MAIN
