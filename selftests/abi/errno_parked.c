// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call whose source page never comes (userfaultfd): it can be killed, it
 * holds up nobody, and `off` does not wait for it.
 */
#include "sft_child.h"
#include "sft_probe.h"
#include "sft_uffd.h"
#include <pthread.h>

FIXTURE(parked) {
	int fd;
	struct sft_probe kept, probe;
	struct sft_uffd uffd;
	uint8_t *source;	/* what the page will hold, once it comes */
	struct sfreg_window w;
	pthread_t thread;
	int ret;
};

FIXTURE_SETUP(parked)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->kept = sft_probe(0x28);
	self->probe = sft_probe(0x48);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->kept));
	ASSERT_EQ(0, sft_uffd(&self->uffd));
	self->source = sft_map(SFT_PAGE, SFT_RW);
	memcpy(self->source, self->probe.section, self->probe.section_len);
	self->w = sft_probe_window(&self->probe);
	self->w.sframe_addr = sft_addr(self->uffd.page);
}

FIXTURE_TEARDOWN(parked)
{
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	close(self->fd);
}

static void *call(void *arg)
{
	struct _test_data_parked *self = arg;

	self->ret = sft_ioctl(self->fd, SFREG_IOC_REGISTER, &self->w);
	return NULL;
}

static void park(struct __test_metadata *_metadata, struct _test_data_parked *self)
{
	ASSERT_EQ(0, pthread_create(&self->thread, NULL, call, self));
	ASSERT_TRUE(sft_uffd_parked(&self->uffd));
}

static void finish(struct __test_metadata *_metadata, struct _test_data_parked *self)
{
	ASSERT_EQ(0, sft_uffd_fill(&self->uffd, self->source));
	ASSERT_EQ(0, pthread_join(self->thread, NULL));
}

TEST_F(parked, page_comes)
{
	park(_metadata, self);
	finish(_metadata, self);
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(2, sft_total(self->fd, -1));
}

/* Others register, walk and unregister in the same process meanwhile. */
TEST_F(parked, holds_up_nobody)
{
	struct sft_probe other = sft_probe(0x88);
	struct sft_probed r;

	park(_metadata, self);
	EXPECT_EQ(0, sft_probe_register(self->fd, &other));
	EXPECT_EQ(2, sft_total(self->fd, -1));
	r = sft_probe_run(other.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, other.text) ?: "");
	EXPECT_EQ(0, sft_remove_one(self->fd, sft_addr(other.text)));
	munmap(other.text, SFT_PAGE);
	EXPECT_EQ(1, sft_total(self->fd, -1));
	finish(_metadata, self);
	EXPECT_EQ(0, self->ret);
}

#define HEADER	28

/* The header can be read, and says how much is to come; the rest never comes. */
static void only_the_header_comes(struct __test_metadata *_metadata,
				  struct _test_data_parked *self)
{
	uint8_t *pages = sft_map(2 * SFT_PAGE, SFT_RW);
	struct uffdio_register reg = {
		.range = { sft_addr(pages + SFT_PAGE), SFT_PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	ASSERT_EQ(0, ioctl(self->uffd.fd, UFFDIO_REGISTER, &reg));
	self->uffd.page = pages + SFT_PAGE;
	self->w.sframe_addr = sft_addr(self->uffd.page) - HEADER;
	memcpy(self->uffd.page - HEADER, self->probe.section, HEADER);
	memcpy(self->source, self->probe.section + HEADER,
	       self->probe.section_len - HEADER);
}

/* What calls under way hold is limited, but for a user's only one. */
TEST_F(parked, holds_memory)
{
	uint64_t limit = sft_param("limit_user_work_bytes");

	only_the_header_comes(_metadata, self);
	ASSERT_EQ(0, sft_param_set("limit_user_work_bytes", 1));
	park(_metadata, self);
	EXPECT_EQ(-EDQUOT, sft_probe_register(self->fd, &self->kept));
	EXPECT_EQ(-EDQUOT, sft_section(self->fd, self->kept.section,
				       self->kept.section_len));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	finish(_metadata, self);
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->kept));
	ASSERT_EQ(0, sft_param_set("limit_user_work_bytes", limit));
}

/* In the child: a thread makes the call; tells when it sleeps in it. */
static void *call_prctl(void *arg)
{
	struct _test_data_parked *self = arg;

	sft_prctl(PR_SFREG_REGISTER, self->w.text_start, self->w.text_len,
		  self->w.sframe_addr, self->w.sframe_len);
	return NULL;
}

static void park_in_child(struct _test_data_parked *self, void *(*f)(void *), int to)
{
	pthread_t thread;

	/* The parent's userfaultfd is not inherited with its memory. */
	if (sft_uffd(&self->uffd))
		_exit(1);
	self->w.sframe_addr = sft_addr(self->uffd.page);
	if (pthread_create(&thread, NULL, f, self) ||
	    !sft_uffd_parked(&self->uffd) || write(to, "p", 1) != 1)
		_exit(2);
	for (;;)
		pause();
}

/* EINTR itself only the dead could read: the process ends, nothing is left. */
TEST_F(parked, is_killable)
{
	void *(*const doors[2])(void *) = { call, call_prctl };
	int pipes[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(pipes));
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (!pid)
			park_in_child(self, doors[i], pipes[1]);
		ASSERT_EQ(1, read(pipes[0], &c, 1));
		EXPECT_EQ(0, kill(pid, SIGKILL));
		EXPECT_EQ(-SIGKILL, sft_wait(pid));
	}
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

/*
 * Switched off while a thread sleeps in a registration and descriptors of the
 * device and of a section are open: done within a second, and what the sleeper
 * asked for is not done when its page comes.
 */
TEST_F(parked, off_does_not_wait)
{
	struct sft_gauges zero = { 0 };
	uint64_t began;
	int section = sft_section(self->fd, self->kept.section,
				  self->kept.section_len);

	ASSERT_LE(0, section);
	park(_metadata, self);
	began = sft_now_ms();
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	EXPECT_GT(1000, sft_now_ms() - began);
	EXPECT_EQ(0, sft_stat("spaces"));
	EXPECT_EQ(0, sft_stat("windows"));
	finish(_metadata, self);
	EXPECT_EQ(-ESHUTDOWN, self->ret);
	close(section);
	EXPECT_TRUE(sft_gauges_become(&zero, 10000));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

/* Off and on again while it sleeps: nothing stands in its way when its page comes. */
TEST_F(parked, off_and_on)
{
	park(_metadata, self);
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	finish(_metadata, self);
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(1, sft_total(self->fd, -1));
}

SFT_MAIN
