// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who shares a section with whom: processes of one user, everybody what root
 * made, and nobody else's. And section descriptors, passed on and placed.
 */
#include "sft_child.h"
#include "sft_probe.h"
#include <grp.h>
#include <sys/socket.h>

FIXTURE(share) {
	int fd;
	struct sft_probe probe, copy, other;
};

FIXTURE_SETUP(share)
{
	struct sft_gauges zero = { 0 };

	ASSERT_TRUE(sft_gauges_become(&zero, 10000));
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->copy = sft_probe(0x28);
	self->other = sft_probe(0x48);
}

FIXTURE_TEARDOWN(share)
{
	close(self->fd);
}

static int as_user(struct _test_data_share *self, uid_t uid)
{
	if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
		    setresuid(uid, uid, uid)))
		return -EPERM;
	return sft_probe_register(self->fd, &self->probe);
}

/* What a child needs to register as a user. */
struct job {
	struct _test_data_share *self;
	uid_t uid;
};

static int do_job(void *arg)
{
	struct job *job = arg;

	return as_user(job->self, job->uid);
}

/* Children of these users, one after the other, all alive: how many sections? */
static void users(struct __test_metadata *_metadata, struct _test_data_share *self,
		  uid_t a, uid_t b, uint64_t sections, uint64_t shared)
{
	struct job jobs[2] = { { self, a }, { self, b } };
	uint64_t before = sft_stat("section_shared");
	struct sft_waiter child[2];

	for (int i = 0; i < 2; i++) {
		child[i] = sft_waiter(do_job, &jobs[i]);
		ASSERT_EQ(0, sft_tell(&child[i]));
	}
	EXPECT_EQ(sections, sft_stat("sections"));
	EXPECT_EQ(before + shared, sft_stat("section_shared"));
	EXPECT_EQ(2, sft_stat("windows"));
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(0, sft_waiter_end(&child[i]));
}

TEST_F(share, one_process)
{
	uint64_t before = sft_stat("section_shared"), bytes;

	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
	EXPECT_EQ(1, sft_stat("sections"));
	bytes = sft_stat("section_bytes");
	EXPECT_LT(0, bytes);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->copy));
	EXPECT_EQ(1, sft_stat("sections"));
	EXPECT_EQ(bytes, sft_stat("section_bytes"));
	EXPECT_EQ(before + 1, sft_stat("section_shared"));
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->other));
	EXPECT_EQ(2, sft_stat("sections"));
	EXPECT_EQ(before + 1, sft_stat("section_shared"));
}

/* Equal bytes of one user are found again in another process. */
TEST_F(share, one_user)
{
	users(_metadata, self, 1000, 1000, 1, 1);
}

TEST_F(share, root_and_root)
{
	users(_metadata, self, 0, 0, 1, 1);
}

TEST_F(share, two_users)
{
	users(_metadata, self, 1000, 1001, 2, 0);
}

TEST_F(share, what_root_made)
{
	users(_metadata, self, 0, 1000, 1, 1);
}

TEST_F(share, not_with_root)
{
	users(_metadata, self, 1000, 0, 2, 0);
}

/* A descriptor through a socket to another process, which places it in itself. */
static int send_fd(int socket, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = "";
	struct iovec byte = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(socket, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int socket)
{
	char room[CMSG_SPACE(sizeof(int))], c;
	struct iovec byte = { .iov_base = &c, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	int fd = -1;

	if (recvmsg(socket, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static struct sfreg_place_entry entry(const struct sft_probe *p, int section)
{
	return (struct sfreg_place_entry) {
		.section_fd = section, .text_start = sft_addr(p->text),
		.text_len = SFT_PAGE, .sframe_base = sft_addr(p->text),
	};
}

/* In the child, another user: place what came, close it, walk with it. */
static int place_what_came(struct _test_data_share *self, int socket)
{
	int section = receive_fd(socket);
	struct sfreg_place_entry e = entry(&self->probe, section);
	struct sft_probed r;

	if (setresuid(1000, 1000, 1000))
		return 1;
	if (section < 0 || sft_place(self->fd, -1, &e, 1, NULL))
		return 2;
	close(section);
	r = sft_probe_run(self->probe.text, self->fd);
	return sft_probe_differs(&r, self->probe.text) ? 3 : 0;
}

/* A user's section, then root's of the same bytes: the user's window is the same. */
static int registers_twice(struct _test_data_share *self, int socket)
{
	char c = 0;

	if (as_user(self, 1000) || write(socket, &c, 1) != 1 || read(socket, &c, 1) != 1)
		return 1;
	return sft_probe_register(self->fd, &self->probe) ? 2 : 0;
}

TEST_F(share, again_after_root)
{
	int sockets[2], status;
	pid_t pid;
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pid = fork();
	if (!pid)
		_exit(registers_twice(self, sockets[1]));
	ASSERT_EQ(1, read(sockets[0], &c, 1));
	EXPECT_EQ(0, sft_probe_register(self->fd, &self->probe));
	ASSERT_EQ(1, write(sockets[0], &c, 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(sockets[0]);
	close(sockets[1]);
}

TEST_F(share, descriptor_passed_on)
{
	int sockets[2], section;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pid = fork();
	if (!pid) {
		close(sockets[0]);
		_exit(place_what_came(self, sockets[1]));
	}
	section = sft_section(self->fd, self->probe.section,
			      self->probe.section_len);
	ASSERT_LE(0, section);
	EXPECT_EQ(1, sft_stat("sections"));
	EXPECT_EQ(0, sft_stat("windows"));
	ASSERT_EQ(0, send_fd(sockets[0], section));
	close(section);
	EXPECT_EQ(0, sft_wait(pid));
}

/* A descriptor alone keeps a section; a window alone does too; then it goes. */
TEST_F(share, who_keeps_a_section)
{
	struct sft_gauges zero = { 0 };
	struct sfreg_place_entry e;
	struct sft_probed r;
	int section = sft_section(self->fd, self->probe.section,
				  self->probe.section_len);

	ASSERT_LE(0, section);
	e = entry(&self->probe, section);
	ASSERT_EQ(0, sft_place(self->fd, -1, &e, 1, NULL));
	ASSERT_EQ(0, sft_remove_one(self->fd, e.text_start));
	EXPECT_EQ(1, sft_stat("sections"));
	ASSERT_EQ(0, sft_place(self->fd, -1, &e, 1, NULL));
	close(section);
	EXPECT_EQ(1, sft_stat("sections"));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
	ASSERT_EQ(0, sft_remove_one(self->fd, e.text_start));
	EXPECT_TRUE(sft_gauges_become(&zero, 10000));
}

/* One descriptor, placed by this process in many others: one compilation. */
TEST_F(share, placed_in_many_processes)
{
	struct sft_waiter child[8];
	struct sfreg_place_entry e = entry(&self->probe, -1);

	e.section_fd = sft_section(self->fd, self->probe.section,
				   self->probe.section_len);
	ASSERT_LE(0, e.section_fd);
	for (int i = 0; i < 8; i++) {
		int mem;

		child[i] = sft_waiter(NULL, NULL);
		mem = sft_mem_open(child[i].pid);
		ASSERT_LE(0, mem);
		ASSERT_EQ(0, sft_place(self->fd, mem, &e, 1, NULL));
		EXPECT_EQ(1, sft_total(self->fd, mem));
		close(mem);
	}
	EXPECT_EQ(1, sft_stat("sections"));
	EXPECT_EQ(8, sft_stat("windows"));
	EXPECT_EQ(8, sft_stat("spaces"));
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(0, sft_waiter_end(&child[i]));
	close(e.section_fd);
}

SFT_MAIN
