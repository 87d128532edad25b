// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a signal trampoline is known: by the restorer that is installed, also when
 * its page is not present; by a row that says so; and when by neither, not.
 */
#include "sft_self.h"
#include "sframe_emit.h"
#include "worker.h"

#define SA_RESTORER	0x04000000

/* As the kernel takes it: glibc does not let the restorer be chosen. */
struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	const void *restorer;
	uint64_t mask;
};

/* No libc: it may be called while libc's pages must not be touched. */
static inline long raw(long nr, long a, long b, long c, long d)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = 0;
	long ret;

	asm volatile("syscall"
		     : "=a" (ret)
		     : "a" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8)
		     : "rcx", "r11", "memory");
	return ret;
}

/* Shared with children. */
static struct state {
	int fd, pagemap, hits, absent;
	bool evict, disown;
	const char *wrong;
	int at;
	uint64_t restorer;
	struct kernel_sigaction other;
	struct sft_capture capture;
} *t;

static void note(const char *wrong)
{
	if (wrong && !t->wrong)
		t->wrong = wrong;
}

static bool restorer_present(void)
{
	uint64_t entry = 1ULL << 63;

	raw(SYS_pread64, t->pagemap, (long)&entry, 8, t->restorer / SFT_PAGE * 8);
	return entry >> 63;
}

static void handler(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	if (t->disown)
		raw(SYS_rt_sigaction, SIGUSR1, (long)&t->other, 0, 8);
	if (t->evict)
		raw(SYS_madvise, t->restorer & -SFT_PAGE, SFT_PAGE, MADV_DONTNEED, 0);
	t->absent += !restorer_present();
	sft_capture(t->fd, &t->capture);
	note(sft_differs_signal(&t->capture, 0, uc, SFREG_DISC_ASYNC, handler));
	if (t->restorer != t->capture.frames[2].pc)
		note("the third frame is not the restorer");
	t->hits++;
}

/* Sends SIGUSR1 and is interrupted by it, in this program's own text. */
static __attribute__((noinline)) void send(void)
{
	raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0), SIGUSR1, 0, 0);
}

static void setup(struct __test_metadata *_metadata, const void *restorer)
{
	struct kernel_sigaction sa = {
		.handler = handler, .flags = SA_SIGINFO | SA_RESTORER,
		.restorer = restorer,
	};
	struct sigaction libc = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	t = mmap(NULL, sizeof(*t), SFT_RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, t);
	t->fd = sft_open();
	ASSERT_LE(0, t->fd);
	ASSERT_EQ(0, sft_self_register(t->fd));
	t->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (restorer) {
		ASSERT_EQ(0, raw(SYS_rt_sigaction, SIGUSR1, (long)&sa, 0, 8));
	} else {
		ASSERT_EQ(0, sigaction(SIGUSR1, &libc, NULL));
	}
	ASSERT_EQ(0, raw(SYS_rt_sigaction, SIGUSR1, 0, (long)&sa, 8));
	t->restorer = sft_addr(sa.restorer);
	/* What a test may exchange it for, while the handler runs. */
	t->other = sa;
	t->other.restorer = sft_self;
}

static void judge(struct __test_metadata *_metadata)
{
	EXPECT_EQ(1, t->hits);
	EXPECT_STREQ("", t->wrong ?: "") {
		sft_capture_print(&t->capture);
	}
}

TEST(page_not_present)
{
	setup(_metadata, NULL);
	if (t->pagemap < 0)
		SKIP(return, "no /proc/PID/pagemap to see it by");
	send();
	judge(_metadata);
	EXPECT_EQ(0, t->absent);
	t->evict = true;
	t->hits = 0;
	send();
	judge(_metadata);
	EXPECT_EQ(1, t->absent);
	EXPECT_STREQ("", sft_differs(&t->capture, &t->at) ?: "");
}

/* fork copies no page-table entries of libc's text: its first signal. */
TEST(first_signal_of_a_child)
{
	pid_t pid;
	int status;

	setup(_metadata, NULL);
	if (t->pagemap < 0)
		SKIP(return, "no /proc/PID/pagemap to see it by");
	pid = raw(SYS_fork, 0, 0, 0, 0);
	if (!pid) {
		int pagemap = raw(SYS_openat, AT_FDCWD,
				  (long)"/proc/self/pagemap", O_RDONLY, 0);

		t->pagemap = pagemap;
		send();
		raw(SYS_exit_group, 0, 0, 0, 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	judge(_metadata);
	EXPECT_EQ(1, t->absent);
	EXPECT_STREQ("", sft_differs(&t->capture, &t->at) ?: "");
}

/* A restorer whose code nobody knows: it is the one that is installed. */
TEST(own_restorer)
{
	int at;

	setup(_metadata, sft_own_restorer);
	send();
	judge(_metadata);
	at = sft_discontinuity(&t->capture, 0);
	ASSERT_EQ(3, at);
	EXPECT_LT(at + 3, (int)t->capture.bt.count);
}

/*
 * The same code in text made at run time, and another restorer installed before
 * the walk: without a row it is no trampoline, by a V3 signal row it is.
 */
static const void *made_restorer(struct __test_metadata *_metadata, int fd, bool rows)
{
	static const uint8_t code[] = { 0x90, 0x6a, 0x0f, 0x58, 0x0f, 0x05 };
	struct sfe_func func = { .start = 1, .size = 5, .signal = true };
	struct sfe_section s = { .version = 3, .sorted = true, SFE_FUNCS(func) };
	uint8_t *text = sft_map(SFT_PAGE, SFT_RWX), section[64];
	size_t len = sfe_emit(&s, section, sizeof(section));

	memcpy(text, code, sizeof(code));
	if (rows)
		EXPECT_EQ(0, sft_register(fd, sft_addr(text), SFT_PAGE, section,
					  len, sft_addr(text)));
	return text + 1;
}

TEST(no_row_no_trampoline)
{
	int fd = sft_open();

	setup(_metadata, made_restorer(_metadata, fd, false));
	t->disown = true;
	send();
	EXPECT_EQ(1, t->hits);
	EXPECT_EQ(-1, sft_discontinuity(&t->capture, 0));
	EXPECT_EQ(t->restorer, t->capture.frames[2].pc);
}

TEST(row_of_a_trampoline)
{
	int fd = sft_open();

	setup(_metadata, made_restorer(_metadata, fd, true));
	t->disown = true;
	send();
	judge(_metadata);
	ASSERT_EQ(3, sft_discontinuity(&t->capture, 0));
	EXPECT_LT(6, t->capture.bt.count);
}

/*
 * A thread that is sampled while the kernel returns from its signal stands behind the
 * restorer's system call. Here the restorer makes another call there: that of the backtrace,
 * with what the handler left in its arguments.
 */
static struct sft_capture behind;
struct arguments {
	long fd, request;
	void *argument;
};

/* Read by the assembly. */
extern const struct arguments *behind_args __attribute__((__visibility__("hidden")));
const struct arguments *behind_args;
void leave_arguments(int sig);
asm(".pushsection .text\n"
    ".type leave_arguments, @function\n"
    "leave_arguments:\n"
    "	mov	behind_args(%rip), %rax\n"
    "	mov	(%rax), %rdi\n"
    "	mov	8(%rax), %rsi\n"
    "	mov	16(%rax), %rdx\n"
    "	ret\n"
    ".size leave_arguments, . - leave_arguments\n"
    ".popsection");

TEST(behind_the_system_call)
{
	static const uint8_t code[] = {
		0x48, 0xc7, 0xc0, SYS_ioctl, 0, 0, 0, 0x0f, 0x05,
		/* Not at once: it must not be known by what stands there. */
		0x90, 0x48, 0xc7, 0xc0, SYS_rt_sigreturn, 0, 0, 0, 0x0f, 0x05,
	};
	uint8_t *text = sft_map(SFT_PAGE, SFT_RWX);
	struct kernel_sigaction sa = {
		.handler = leave_arguments, .flags = SA_RESTORER, .restorer = text,
	};
	const struct arguments args = {
		sft_open(), SFREG_IOC_BACKTRACE, &behind.bt,
	};

	memcpy(text, code, sizeof(code));
	ASSERT_LE(0, args.fd);
	ASSERT_EQ(0, sft_self_register(args.fd));
	behind_args = &args;
	behind.bt = (struct sfreg_backtrace) {
		.size = sizeof(behind.bt), .frames = sft_addr(behind.frames),
		.count = SFT_FRAMES,
	};
	ASSERT_EQ(0, raw(SYS_rt_sigaction, SIGUSR1, (long)&sa, 0, 8));
	send();
	ASSERT_LT(4, behind.bt.count);
	EXPECT_EQ(sft_addr(text) + 9, behind.frames[0].pc);
	EXPECT_EQ(SFREG_KIND_DISCONTINUITY, behind.frames[1].kind);
	EXPECT_EQ(SFREG_SOURCE_SIGNAL_FRAME, behind.frames[1].source);
	/* Interrupted were send()'s system call and its callers. */
	EXPECT_LE(sft_addr(send), behind.frames[1].pc);
	EXPECT_GT(sft_addr(send) + 64, behind.frames[1].pc);
	EXPECT_EQ(SFREG_SOURCE_SFRAME, behind.frames[2].source);
}

SFT_MAIN
