/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test of the loaded module needs: the kselftest harness, the raw
 * calls (never through libsfreg, which is tested elsewhere), the counters, and
 * a last test that finds the gauges where the first one found them.
 *
 * Calls return 0 (or a descriptor) or -errno, so that a test asserts with one
 * EXPECT_EQ(-EINVAL, ...).
 */
#ifndef SFT_H
#define SFT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <kselftest_harness.h>
#include <linux/sfreg.h>

/* A hang, never a time: the guest runs without hardware help. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 120

#define SFT_PAGE	4096UL
#define SFT_STATS	"/sys/class/misc/sfreg/stats/"
#define SFT_PARAMS	"/sys/module/sfreg/parameters/"

/* For the log. A test's process ends without flushing. */
#define sft_note(...) ({			\
	printf("# " __VA_ARGS__);		\
	fflush(stdout);				\
})

static inline uint64_t sft_addr(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static inline uint64_t sft_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static inline void sft_sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* One number of a file, or all ones: no counter ever reads so. */
static inline uint64_t sft_read_number(const char *dir, const char *name)
{
	char path[256], text[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return UINT64_MAX;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return UINT64_MAX;
	text[len] = 0;
	if (text[0] == 'Y' || text[0] == 'N')
		return text[0] == 'Y';
	return strtoull(text, NULL, 0);
}

static inline uint64_t sft_stat(const char *name)
{
	return sft_read_number(SFT_STATS, name);
}

static inline uint64_t sft_param(const char *name)
{
	return sft_read_number(SFT_PARAMS, name);
}

static inline int sft_param_set(const char *name, uint64_t value)
{
	char path[256], text[32];
	int fd, len, ret;

	snprintf(path, sizeof(path), "%s%s", SFT_PARAMS, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)value);
	ret = write(fd, text, len) == len ? 0 : -errno;
	close(fd);
	return ret;
}

static inline int sft_open(void)
{
	int fd = open(SFREG_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static inline int sft_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static inline int sft_prctl(int option, uint64_t a, uint64_t b, uint64_t c,
			    uint64_t d)
{
	long ret = syscall(SYS_prctl, option, a, b, c, d);

	return ret < 0 ? -errno : (int)ret;
}

static inline struct sfreg_window sft_window(uint64_t text, uint64_t text_len,
					     const void *sframe, uint64_t len)
{
	return (struct sfreg_window) {
		.size = sizeof(struct sfreg_window),
		.text_start = text, .text_len = text_len,
		.sframe_addr = sft_addr(sframe), .sframe_len = len,
		.mem_fd = -1,
	};
}

static inline int sft_register(int fd, uint64_t text, uint64_t text_len,
			       const void *sframe, uint64_t len, uint64_t base)
{
	struct sfreg_window w = sft_window(text, text_len, sframe, len);

	w.sframe_base = base;
	return sft_ioctl(fd, SFREG_IOC_REGISTER, &w);
}

static inline int sft_section(int fd, const void *sframe, uint64_t len)
{
	struct sfreg_section s = {
		.size = sizeof(s),
		.sframe_addr = sft_addr(sframe), .sframe_len = len,
	};

	return sft_ioctl(fd, SFREG_IOC_SECTION, &s);
}

/* @failed may be NULL. */
static inline int sft_place(int fd, int mem_fd, struct sfreg_place_entry *entries,
			    uint32_t count, uint32_t *failed)
{
	struct sfreg_place p = {
		.size = sizeof(p), .entries = sft_addr(entries), .count = count,
		.mem_fd = mem_fd, .failed = 0xdead,
	};
	int ret = sft_ioctl(fd, SFREG_IOC_PLACE, &p);

	if (failed)
		*failed = p.failed;
	return ret;
}

static inline int sft_remove(int fd, int mem_fd, const uint64_t *keys,
			     uint32_t count, uint32_t *failed)
{
	struct sfreg_remove r = {
		.size = sizeof(r), .keys = sft_addr(keys), .count = count,
		.mem_fd = mem_fd, .failed = 0xdead,
	};
	int ret = sft_ioctl(fd, SFREG_IOC_REMOVE, &r);

	if (failed)
		*failed = r.failed;
	return ret;
}

static inline int sft_remove_one(int fd, uint64_t key)
{
	return sft_remove(fd, -1, &key, 1, NULL);
}

/* Up to @room windows from the key @from on; @total may be NULL. */
static inline int sft_list(int fd, int mem_fd, uint64_t from,
			   struct sfreg_list_entry *entries, uint32_t room,
			   uint64_t *total)
{
	struct sfreg_list l = {
		.size = sizeof(l), .from = from, .entries = sft_addr(entries),
		.count = room, .mem_fd = mem_fd, .total = UINT64_MAX,
	};
	int ret = sft_ioctl(fd, SFREG_IOC_LIST, &l);

	if (ret)
		return ret;
	if (total)
		*total = l.total;
	return l.count;
}

/* Windows of a process in all, or -errno. */
static inline int sft_total(int fd, int mem_fd)
{
	uint64_t total = 0;
	int ret = sft_list(fd, mem_fd, 0, NULL, 0, &total);

	return ret < 0 ? ret : (int)total;
}

/* The own window with this key: 1 and @entry filled, 0: none, or -errno. */
static inline int sft_find(int fd, uint64_t key, struct sfreg_list_entry *entry)
{
	int ret = sft_list(fd, -1, key, entry, 1, NULL);

	return ret == 1 ? entry->text_start == key : ret;
}

/* What a refused call must leave as it was: everything that LIST tells. */
struct sft_listing {
	int count;
	struct sfreg_list_entry entries[64];
};

static inline struct sft_listing sft_listing(int fd, int mem_fd)
{
	struct sft_listing l = { 0 };

	l.count = sft_list(fd, mem_fd, 0, l.entries, 64, NULL);
	return l;
}

static inline bool sft_same_listing(const struct sft_listing *a,
				    const struct sft_listing *b)
{
	return a->count >= 0 && a->count == b->count &&
	       !memcmp(a->entries, b->entries,
		       a->count * sizeof(a->entries[0]));
}

/* An open descriptor of another process's memory: how a target is named. */
static inline int sft_mem_open(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Anonymous memory, executable if asked; never fails quietly. */
static inline void *sft_map(size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		abort();
	}
	return p;
}

#define SFT_RW	(PROT_READ | PROT_WRITE)
#define SFT_RX	(PROT_READ | PROT_EXEC)
#define SFT_RWX	(PROT_READ | PROT_WRITE | PROT_EXEC)

struct sft_gauges {
	uint64_t spaces, windows, sections, section_bytes, bindings, unbound;
};

static inline struct sft_gauges sft_gauges(void)
{
	return (struct sft_gauges) {
		sft_stat("spaces"), sft_stat("windows"),
		sft_stat("sections"), sft_stat("section_bytes"), sft_stat("bindings"),
		sft_stat("unbound"),
	};
}

/* Memory is given back after a grace period: poll, at most @ms. */
static inline bool sft_gauges_become(const struct sft_gauges *want,
				     unsigned int ms)
{
	uint64_t end = sft_now_ms() + ms;

	for (;;) {
		struct sft_gauges now = sft_gauges();

		if (!memcmp(&now, want, sizeof(now)))
			return true;
		if (sft_now_ms() > end)
			return false;
		sft_sleep_ms(20);
	}
}

static struct sft_gauges sft_gauges_before;

/* What an earlier program left may still wait for its grace period. */
static inline void sft_take_gauges(void)
{
	struct sft_gauges zero = { 0 };

	sft_gauges_become(&zero, 10000);
	sft_gauges_before = sft_gauges();
}

/* Runs last: fixtures run in the order of their definition. */
#define SFT_LAST_TEST							\
FIXTURE(end) {								\
	char none;							\
};									\
									\
FIXTURE_SETUP(end)							\
{									\
	self->none = 0;							\
}									\
									\
FIXTURE_TEARDOWN(end)							\
{									\
	self->none = 0;							\
}									\
									\
TEST_F(end, gauges_are_back)						\
{									\
	struct sft_gauges now;						\
									\
	sft_gauges_become(&sft_gauges_before, 10000);			\
	now = sft_gauges();						\
	EXPECT_NE(UINT64_MAX, now.spaces);				\
	EXPECT_EQ(sft_gauges_before.spaces, now.spaces);		\
	EXPECT_EQ(sft_gauges_before.windows, now.windows);		\
	EXPECT_EQ(sft_gauges_before.sections, now.sections);		\
	EXPECT_EQ(sft_gauges_before.section_bytes, now.section_bytes);	\
	EXPECT_EQ(sft_gauges_before.bindings, now.bindings);		\
	EXPECT_EQ(sft_gauges_before.unbound, now.unbound);		\
}

/* Stands last in every program. */
#define SFT_MAIN							\
SFT_LAST_TEST								\
									\
int main(int argc, char **argv)						\
{									\
	if (access(SFREG_DEVICE, F_OK))					\
		ksft_exit_skip("the module is not loaded\n");		\
	sft_take_gauges();						\
	return test_harness_run(argc, argv);				\
}

#endif /* SFT_H */
