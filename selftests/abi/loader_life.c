// SPDX-License-Identifier: GPL-2.0-only
/*
 * Under `sfreg run`: libraries that come and go by dlopen, dlclose and dlmopen,
 * and a fork at any moment of that. Two libraries load at one address; only their
 * own rows explain their stacks.
 */
#include "sft_child.h"
#include "sft_probe.h"
#include "sft_run.h"
#include <dlfcn.h>
#include <pthread.h>

/*
 * The two libraries, copied to where opening a file is quick: thousands of times
 * they are opened. Made by the program, removed by it, used by its children.
 */
static char libs[2][PATH_MAX];
static pid_t owner;

static const char *lib(int i)
{
	return libs[i];
}

static void copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	char bytes[4096];
	ssize_t n;

	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, n) != n)
			abort();
	if (in < 0 || out < 0 || n)
		abort();
	close(in);
	close(out);
}

static void __attribute__((constructor)) make_libs(void)
{
	char name[64];

	owner = getpid();
	for (int i = 0; i < 2; i++) {
		sprintf(libs[i], "/tmp/sfreg-loaded-%d-%c.so", owner, 'a' + i);
		sprintf(name, "selftests/abi/libloaded-%c.so", 'a' + i);
		copy(sft_built(name), libs[i]);
	}
}

static void __attribute__((destructor)) remove_libs(void)
{
	for (int i = 0; i < 2 && owner == getpid(); i++)
		unlink(libs[i]);
}

FIXTURE(loader) {
	int fd, windows;
};

FIXTURE_SETUP(loader)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->windows = sft_total(self->fd, -1);
	/* The program itself. */
	ASSERT_EQ(1, self->windows);
}

FIXTURE_TEARDOWN(loader)
{
	close(self->fd);
}

/* Is the address in a window? */
static int in_window(int fd, const void *address)
{
	struct sfreg_list_entry e[8];
	int n = sft_list(fd, -1, 0, e, 8, NULL);

	for (int i = 0; i < n; i++)
		if (sft_addr(address) - e[i].text_start < e[i].text_len)
			return 1;
	return 0;
}

static void probe_is_right(struct __test_metadata *_metadata, int fd,
			   const void *probe)
{
	struct sft_probed r = sft_probe_run(probe, fd);

	EXPECT_STREQ("", sft_probe_differs(&r, probe) ?: "");
	/* And on to main: the program is registered, too. */
	EXPECT_LE(4, r.bt.count);
}

TEST_F(loader, open_and_close)
{
	const void *probes[2] = { NULL, NULL };

	for (int i = 0; i < 200; i++) {
		void *handle = dlopen(lib(i % 2), RTLD_NOW);
		const void *probe;

		ASSERT_NE(NULL, handle) {
			TH_LOG("%s", dlerror());
		}
		probe = dlsym(handle, "loaded_probe");
		ASSERT_NE(NULL, probe);
		probes[i % 2] = probe;
		EXPECT_EQ(2, sft_total(self->fd, -1));
		EXPECT_EQ(1, in_window(self->fd, probe));
		probe_is_right(_metadata, self->fd, probe);
		ASSERT_EQ(0, dlclose(handle));
		EXPECT_EQ(1, sft_total(self->fd, -1));
	}
	/* Else the next test tests nothing. */
	EXPECT_EQ(probes[0], probes[1]);
}

TEST_F(loader, dlmopen)
{
	void *first = dlopen(lib(0), RTLD_NOW);
	void *second = dlmopen(LM_ID_NEWLM, lib(0), RTLD_NOW);
	const void *probe;

	ASSERT_NE(NULL, first);
	ASSERT_NE(NULL, second) {
		TH_LOG("%s", dlerror());
	}
	probe = dlsym(second, "loaded_probe");
	ASSERT_NE(NULL, probe);
	EXPECT_NE(dlsym(first, "loaded_probe"), probe);
	EXPECT_EQ(3, sft_total(self->fd, -1));
	probe_is_right(_metadata, self->fd, probe);
	probe_is_right(_metadata, self->fd, dlsym(first, "loaded_probe"));
	ASSERT_EQ(0, dlclose(second));
	EXPECT_EQ(2, sft_total(self->fd, -1));
	ASSERT_EQ(0, dlclose(first));
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

/*
 * A thread opens and closes the two by turns. A child of a fork at any moment
 * sees in its own memory which of them was there when its memory was copied; if
 * there is a window, the walk from that library is right.
 */
static struct {
	volatile bool stop, failed;
	volatile bool open;		/* from dlopen's return to dlclose's call */
	const uint8_t *volatile probe;
	volatile int rounds;
} storm;

static void *open_and_close(void *arg)
{
	(void)arg;
	for (int i = 0; !storm.stop; i = !i) {
		void *handle = dlopen(lib(i), RTLD_NOW);
		const uint8_t *probe = handle ? dlsym(handle, "loaded_probe") : NULL;

		if (!probe || (storm.probe && storm.probe != probe)) {
			storm.failed = true;
			break;
		}
		storm.probe = probe;
		storm.open = true;
		for (volatile int wait = 0; wait < storm.rounds % 7 * 100000; wait++)
			;
		storm.open = false;
		dlclose(handle);
		storm.rounds++;
	}
	return NULL;
}

enum { RIGHT = 1, CHANGING, WRONG, LOST };

/* In the child: no libc but what needs no lock. */
static int child(int fd)
{
	static const uint8_t begin[] = { 0x48, 0x81, 0xec };
	const uint8_t *probe = storm.probe;
	struct sft_probed r;

	/*
	 * Windows change under mmap_lock, which fork holds from its hook until the
	 * memory is copied: a library that is open in the copy has its window.
	 */
	if (!in_window(fd, probe))
		return storm.open ? LOST : CHANGING;
	if (memcmp(probe, begin, sizeof(begin)))
		return WRONG;
	r = sft_probe_run(probe, fd);
	return sft_probe_differs(&r, probe) ? WRONG : RIGHT;
}

TEST_F_TIMEOUT(loader, fork_while_another_loads, 600)
{
	int seen[5] = { 0 };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, open_and_close, NULL));
	while (!storm.probe && !storm.failed)
		sched_yield();
	for (int i = 0; i < 5000 && (storm.rounds <= 200 || seen[RIGHT] < 200); i++) {
		pid_t pid = syscall(SYS_fork);
		int value;

		if (!pid)
			syscall(SYS_exit_group, child(self->fd));
		value = sft_wait(pid);
		ASSERT_TRUE(value >= RIGHT && value <= LOST) {
			TH_LOG("the child says %d", value);
		}
		seen[value]++;
	}
	storm.stop = true;
	pthread_join(thread, NULL);
	sft_note("%d changes; children: %d right, %d between two libraries\n",
		 storm.rounds, seen[RIGHT], seen[CHANGING]);
	EXPECT_FALSE(storm.failed);
	EXPECT_EQ(0, seen[WRONG]);
	EXPECT_EQ(0, seen[LOST]);
	EXPECT_LE(200, seen[RIGHT]);
	EXPECT_LT(200, storm.rounds);
	EXPECT_EQ(0, sft_stat("fork_failed"));
}

SFT_MAIN_UNDER_RUN
