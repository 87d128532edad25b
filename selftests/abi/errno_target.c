// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another process, named by an open descriptor of its /proc/PID/mem: errnos of
 * every call that takes one, and who may take whose window away.
 */
#include "sft_child.h"
#include "sft_probe.h"

FIXTURE(target) {
	int fd, section, mem;
	struct sft_probe probe, own;
	struct sft_waiter child;
};

static struct _test_data_target *me;

/* The target registers a window of its own. */
static int register_own(void *arg)
{
	struct _test_data_target *self = arg;

	return sft_probe_register(self->fd, &self->own);
}

FIXTURE_SETUP(target)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->own = sft_probe(0x48);
	self->section = sft_section(self->fd, self->probe.section,
				    self->probe.section_len);
	ASSERT_LE(0, self->section);
	self->child = sft_waiter(register_own, self);
	ASSERT_EQ(0, sft_tell(&self->child));
	self->mem = sft_mem_open(self->child.pid);
	ASSERT_LE(0, self->mem);
	me = self;
}

FIXTURE_TEARDOWN(target)
{
	close(self->mem);
	sft_waiter_end(&self->child);
	close(self->section);
	close(self->fd);
}

/* Each call once, with this descriptor. */
static int try_register(int mem)
{
	struct sfreg_window w = sft_probe_window(&me->probe);

	w.mem_fd = mem;
	return sft_ioctl(me->fd, SFREG_IOC_REGISTER, &w);
}

static int try_place(int mem)
{
	struct sfreg_place_entry e = {
		.section_fd = me->section, .text_len = SFT_PAGE,
		.text_start = sft_addr(me->probe.text),
		.sframe_base = sft_addr(me->probe.text),
	};

	return sft_place(me->fd, mem, &e, 1, NULL);
}

static int try_remove(int mem)
{
	uint64_t key = sft_addr(me->probe.text);

	return sft_remove(me->fd, mem, &key, 1, NULL);
}

static int try_list(int mem)
{
	return sft_total(me->fd, mem);
}

static void all_say(struct __test_metadata *_metadata, int mem, int err)
{
	EXPECT_EQ(err, try_register(mem));
	EXPECT_EQ(err, try_place(mem));
	EXPECT_EQ(err, try_remove(mem));
	EXPECT_EQ(err, try_list(mem));
}

TEST_F(target, works)
{
	struct sfreg_list_entry e[3];

	EXPECT_EQ(0, try_register(self->mem));
	EXPECT_EQ(2, try_list(self->mem));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	EXPECT_EQ(0, try_place(self->mem));
	ASSERT_EQ(2, sft_list(self->fd, self->mem, 0, e, 3, NULL));
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(e[i].text_start == sft_addr(self->own.text) ?
			  0 : SFREG_LIST_OUTSIDER, e[i].flags);
	EXPECT_EQ(0, try_remove(self->mem));
	EXPECT_EQ(1, try_list(self->mem));
	EXPECT_EQ(-ENOENT, try_remove(self->mem));
}

/* The own memory named as a target's: allowed, and the window is no outsider's. */
TEST_F(target, oneself)
{
	int mem = sft_mem_open(getpid());
	struct sfreg_list_entry e;

	ASSERT_LE(0, mem);
	EXPECT_EQ(0, try_register(mem));
	ASSERT_EQ(1, sft_find(self->fd, sft_addr(self->probe.text), &e));
	EXPECT_EQ(0, e.flags);
}

TEST_F(target, no_descriptor)
{
	EXPECT_EQ(0, try_register(self->mem));
	all_say(_metadata, 999, -EBADF);
	all_say(_metadata, -2, -EBADF);
	EXPECT_EQ(2, try_list(self->mem));
}

TEST_F(target, not_a_memory)
{
	char path[64];
	int fds[4];

	EXPECT_EQ(0, try_register(self->mem));
	snprintf(path, sizeof(path), "/proc/%d/maps", self->child.pid);
	fds[0] = open(path, O_RDONLY);
	fds[1] = open("/dev/null", O_RDWR);
	fds[2] = open("/proc/self/environ", O_RDONLY);
	fds[3] = self->fd;
	for (int i = 0; i < 4; i++) {
		ASSERT_LE(0, fds[i]);
		all_say(_metadata, fds[i], -EINVAL);
	}
	EXPECT_EQ(2, try_list(self->mem));
}

TEST_F(target, has_exited)
{
	EXPECT_EQ(0, try_register(self->mem));
	kill(self->child.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, sft_wait(self->child.pid));
	all_say(_metadata, self->mem, -ESRCH);
}

/* /proc/PID/mem stays bound to the program that it was opened for. */
TEST_F(target, has_executed)
{
	int to[2], from[2], mem;
	char c;
	pid_t pid;

	ASSERT_EQ(0, pipe(to));
	ASSERT_EQ(0, pipe(from));
	pid = fork();
	if (!pid) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		if (read(0, &c, 1) != 1)
			_exit(1);
		execlp("cat", "cat", NULL);
		_exit(2);
	}
	mem = sft_mem_open(pid);
	ASSERT_LE(0, mem);
	EXPECT_EQ(0, try_register(mem));
	/* cat echoes: then it is another program. */
	ASSERT_EQ(2, write(to[1], "xy", 2));
	ASSERT_EQ(1, read(from[0], &c, 1));
	EXPECT_EQ('y', c);
	all_say(_metadata, mem, -ESRCH);
	kill(pid, SIGKILL);
	sft_wait(pid);
}

TEST_F(target, kernel_thread)
{
	int mem = sft_mem_open(2);

	if (mem == -ENOENT || mem == -EACCES || mem == -EPERM)
		SKIP(return, "no kernel thread can be opened");
	EXPECT_EQ(0, try_register(self->mem));
	ASSERT_LE(0, mem);
	all_say(_metadata, mem, -ESRCH);
}

/* What the process registered itself, an outsider neither removes nor covers. */
TEST_F(target, outsider_against_own)
{
	struct sfreg_window w = sft_probe_window(&self->own);
	struct sft_listing before, after;
	struct sfreg_place_entry e = {
		.section_fd = self->section, .text_start = w.text_start,
		.text_len = w.text_len, .sframe_base = w.text_start,
	};
	uint64_t keys[2] = { sft_addr(self->probe.text), w.text_start };
	uint32_t failed;

	EXPECT_EQ(0, try_register(self->mem));
	before = sft_listing(self->fd, self->mem);
	w.mem_fd = self->mem;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w)) {
		TH_LOG("the same window with an equal section");
	}
	w.text_len = 64;
	EXPECT_EQ(-EPERM, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.text_start += 64;
	EXPECT_EQ(-EPERM, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	w.text_start -= 64;
	w.flags = SFREG_F_REPLACE;
	EXPECT_EQ(-EPERM, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	EXPECT_EQ(-EPERM, sft_place(self->fd, self->mem, &e, 1, &failed));
	EXPECT_EQ(0, failed);
	e.flags = SFREG_F_REPLACE;
	EXPECT_EQ(-EPERM, sft_place(self->fd, self->mem, &e, 1, &failed));
	EXPECT_EQ(-EPERM, sft_remove(self->fd, self->mem, keys, 2, &failed));
	EXPECT_EQ(1, failed);
	after = sft_listing(self->fd, self->mem);
	EXPECT_TRUE(sft_same_listing(&before, &after));
}

/* The middle of three outsiders' windows, from within the process. */
static int register_across(void *arg)
{
	struct _test_data_target *self = arg;
	struct sfreg_window w = sft_probe_window(&self->own);

	w.text_start += 64;
	w.text_len = 128;
	return sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w);
}

TEST_F(target, own_replaces_outsider)
{
	struct sft_waiter child = sft_waiter(register_across, self);
	struct sfreg_window w = sft_probe_window(&self->own);
	struct sfreg_list_entry e[4];

	w.mem_fd = sft_mem_open(child.pid);
	ASSERT_LE(0, w.mem_fd);
	w.text_len = 100;
	for (int i = 0; i < 3; i++) {
		w.text_start = sft_addr(self->own.text) + 100 * i;
		EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	}
	ASSERT_EQ(3, sft_list(self->fd, w.mem_fd, 0, e, 4, NULL));
	EXPECT_EQ(0, sft_tell(&child));
	ASSERT_EQ(2, sft_list(self->fd, w.mem_fd, 0, e, 4, NULL));
	EXPECT_EQ(sft_addr(self->own.text) + 64, e[0].text_start);
	EXPECT_EQ(128, e[0].text_len);
	EXPECT_EQ(0, e[0].flags);
	EXPECT_EQ(sft_addr(self->own.text) + 200, e[1].text_start);
	EXPECT_EQ(SFREG_LIST_OUTSIDER, e[1].flags);
	/* An outsider's window with the same key, length and section. */
	w.text_start = sft_addr(self->own.text) + 64;
	w.text_len = 128;
	EXPECT_EQ(0, sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w));
	close(w.mem_fd);
	EXPECT_EQ(0, sft_waiter_end(&child));
}

SFT_MAIN
