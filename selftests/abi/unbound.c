// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files a binder is handed, exactly, and in which order.
 */
#include "sft_child.h"
#include "unbound.h"
#include <sys/shm.h>

FIXTURE(unbound) {
	int binder, section;
	int a, b;
};

FIXTURE_SETUP(unbound)
{
	self->section = file_section(sft_open(), false);
	ASSERT_LE(0, self->section);
	self->a = file_make("a");
	self->b = file_make("b");
	ASSERT_LE(0, self->a);
	ASSERT_LE(0, self->b);
	/* Nothing is kept before the first call. */
	self->binder = sft_open();
	file_map_and_unmap(self->a);
	EXPECT_EQ(0, sft_stat("unbound"));
	EXPECT_HANDED("", self->binder);
}

FIXTURE_TEARDOWN(unbound)
{
	close(self->a);
	close(self->b);
	close(self->section);
	close(self->binder);
}

static void map_each(const int *fds, int n)
{
	for (int i = 0; i < n; i++)
		file_map_and_unmap(fds[i]);
}

TEST_F(unbound, once)
{
	uint8_t *p = file_map_all(self->a);

	file_map_all(self->a);
	file_map_all(open("a", O_RDONLY | O_CLOEXEC));
	ASSERT_EQ(0, link("a", "also"));
	file_map_all(open("also", O_RDONLY | O_CLOEXEC));
	ASSERT_EQ(0, unlink("also"));
	ASSERT_EQ(0, mprotect(p + SFT_PAGE, SFT_PAGE, SFT_RW));
	ASSERT_EQ(0, mprotect(p + SFT_PAGE, SFT_PAGE, SFT_RX));
	ASSERT_EQ(0, sft_in_child((file_map_and_unmap(self->a), 0)));
	EXPECT_EQ(1, sft_stat("unbound"));
	EXPECT_HANDED("a", self->binder);
	EXPECT_EQ(0, sft_stat("unbound"));
	EXPECT_HANDED("", self->binder);
}

TEST_F(unbound, in_order)
{
	int c = file_make("c");

	map_each((int[]){ c, self->a, c, self->b, self->a }, 5);
	EXPECT_HANDED("c a b", self->binder);
	map_each((int[]){ self->b, c, self->a }, 3);
	EXPECT_HANDED("b c a", self->binder);
	close(c);
}

TEST_F(unbound, descriptor)
{
	uint8_t mapped[FILE_BYTES], read_back[FILE_BYTES];
	int other = unbound_open(), fd, second;

	memcpy(mapped, file_map_all(self->a), FILE_BYTES);
	fd = unbound_next_here(self->binder);
	second = unbound_next_here(other);
	ASSERT_LE(0, fd);
	ASSERT_LE(0, second);
	EXPECT_EQ(O_RDONLY | O_NONBLOCK,
		  fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_PATH | O_APPEND | O_DIRECT));
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(FILE_BYTES, read(fd, read_back, FILE_BYTES));
	EXPECT_EQ(0, memcmp(mapped, read_back, FILE_BYTES));
	/* Each has his own. */
	EXPECT_EQ(0, lseek(second, 0, SEEK_CUR));
	EXPECT_EQ(0, lseek(self->a, 0, SEEK_CUR));
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, SFT_PAGE, SFT_RW, MAP_SHARED, fd, 0));
	EXPECT_EQ(EACCES, errno);
	close(fd);
	close(second);
	close(other);
}

TEST_F(unbound, made_executable)
{
	static const int prots[] = { PROT_NONE, PROT_READ, SFT_RW };
	static const int flags[] = { MAP_PRIVATE, MAP_SHARED };

	for (int i = 0; i < 6; i++) {
		int fd = open("a", i % 2 ? O_RDWR : O_RDONLY);
		uint8_t *p = mmap(NULL, FILE_BYTES, prots[i / 2], flags[i % 2], fd, 0);

		ASSERT_NE(MAP_FAILED, p);
		EXPECT_HANDED("", self->binder);
		ASSERT_EQ(0, mprotect(p + 3 * SFT_PAGE, SFT_PAGE, SFT_RX));
		EXPECT_HANDED("a", self->binder) {
			TH_LOG("case %d", i);
		}
		munmap(p, FILE_BYTES);
		close(fd);
	}
	/* However it is shared. */
	munmap(mmap(NULL, SFT_PAGE, SFT_RX, MAP_SHARED, self->a, 0), SFT_PAGE);
	EXPECT_HANDED("a", self->binder);
}

TEST_F(unbound, by_who_has_ended)
{
	int fd;

	ASSERT_EQ(0, sft_in_child((file_map_all(self->a), 0)));
	ASSERT_EQ(0, sft_in_child((file_map_all(self->b), kill(getpid(), SIGKILL))) != -SIGKILL);
	close(self->a);
	self->a = -1;
	ASSERT_EQ(0, unlink("a"));
	fd = unbound_next_here(self->binder);
	EXPECT_STREQ("a (deleted)", name_of(fd));
	EXPECT_EQ(FILE_BYTES, lseek(fd, 0, SEEK_END));
	close(fd);
	EXPECT_HANDED("b", self->binder);
}

static int execute(const char *name)
{
	int null = open("/dev/null", O_RDONLY);

	dup2(null, 0);
	execl(name, name, NULL);
	return 200;
}

/* Its own, its linker, its library, of which nobody has any mapped by now. */
TEST_F(unbound, program)
{
	ASSERT_EQ(0, system("cp /bin/cat program"));
	unbound_names(self->binder, unbound_next);
	ASSERT_EQ(0, sft_in_child(execute("./program")));
	EXPECT_STREQ("program ld-linux-x86-64.so.2 libc.so.6",
		     unbound_names(self->binder, unbound_next));
}

/* What is no file is none, whatever the kernel calls it. */
TEST_F(unbound, no_file)
{
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	uint8_t *p = file_map_all(self->a);

	EXPECT_HANDED("a", self->binder);
	/* Its mapping is another process's now, and moves: neither makes one. */
	ASSERT_EQ(0, sft_in_child(mremap(p, FILE_BYTES, FILE_BYTES, MREMAP_MAYMOVE) != p));
	file_map(self->b, 0, FILE_PAGES, PROT_READ);
	file_map(self->b, 0, FILE_PAGES, SFT_RW);
	sft_map(SFT_PAGE, SFT_RWX);
	file_map(zero, 0, 1, SFT_RX);
	EXPECT_STREQ("", unbound_names(self->binder, unbound_next));
	close(zero);
}

/* A process's own, though the kernel has made a file of it. */
TEST_F(unbound, shared_memory)
{
	void *p = mmap(NULL, SFT_PAGE, SFT_RX, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int id;

	ASSERT_NE(MAP_FAILED, p);
	EXPECT_STREQ("", unbound_names(self->binder, unbound_next));
	id = shmget(IPC_PRIVATE, SFT_PAGE, IPC_CREAT | 0700);
	if (id < 0 && errno == ENOSYS)
		SKIP(return, "this kernel has no shmget(2)");
	ASSERT_LE(0, id);
	p = shmat(id, NULL, SHM_EXEC);
	EXPECT_NE((void *)-1, p);
	EXPECT_EQ(0, shmctl(id, IPC_RMID, NULL));
	EXPECT_STREQ("", unbound_names(self->binder, unbound_next));
}

TEST_F(unbound, memory_file)
{
	int fd = memfd_create("generated", MFD_CLOEXEC), shown;

	ASSERT_EQ(0, ftruncate(fd, FILE_BYTES));
	file_map_and_unmap(fd);
	shown = unbound_next(self->binder);
	EXPECT_STREQ("memfd:generated (deleted)", name_of(shown));
	EXPECT_EQ(FILE_BYTES, lseek(shown, 0, SEEK_END));
	close(shown);
	close(fd);
}

TEST_F(unbound, bound)
{
	int other = sft_open();

	ASSERT_EQ(0, bind_file(self->binder, self->a, self->section));
	ASSERT_EQ(0, bind_file(self->binder, self->b, -1));
	map_each((int[]){ self->a, self->b }, 2);
	EXPECT_EQ(0, sft_stat("unbound"));
	EXPECT_HANDED("", self->binder);
	/* By whomever. */
	ASSERT_EQ(0, bind_file(other, self->a, self->section));
	file_map_and_unmap(self->a);
	EXPECT_HANDED("", other);
	close(self->binder);
	self->binder = unbound_open();
	map_each((int[]){ self->b, self->a }, 2);
	EXPECT_HANDED("b", self->binder);
	close(other);
	map_each((int[]){ self->b, self->a }, 2);
	EXPECT_HANDED("b a", self->binder);
}

TEST_F(unbound, bound_by_now)
{
	int c = file_make("c");

	map_each((int[]){ self->a, self->b, c }, 3);
	ASSERT_EQ(0, bind_file(self->binder, self->a, -1));
	ASSERT_EQ(0, bind_file(self->binder, c, self->section));
	EXPECT_EQ(3, sft_stat("unbound"));
	EXPECT_HANDED("b", self->binder);
	EXPECT_EQ(0, sft_stat("unbound"));
	close(c);
}

TEST_F(unbound, bound_and_changed)
{
	ASSERT_EQ(0, bind_file(self->binder, self->a, self->section));
	file_wait();
	ASSERT_EQ(0, chmod("a", 0700));
	EXPECT_HANDED("", self->binder);
	file_map_and_unmap(self->a);
	EXPECT_HANDED("a", self->binder);
	ASSERT_EQ(0, bind_file(self->binder, self->a, self->section));
	file_map_and_unmap(self->a);
	EXPECT_HANDED("", self->binder);
}

TEST_F(unbound, each_time)
{
	uint8_t *p;

	for (int i = 0; i < 3; i++) {
		p = file_map_all(self->a);
		EXPECT_HANDED("a", self->binder);
		EXPECT_HANDED("", self->binder);
	}
	munmap(p, FILE_BYTES);
	EXPECT_HANDED("", self->binder);
}

#define KEPT	128
#define MANY	(KEPT + 3)

/* Which of MANY files, by their names, are handed out from now on: "0 1 2". */
static const char *numbers(int from, int to, int and)
{
	static char names[8192];
	size_t n = 0;

	for (int i = from; i < to; i++)
		n += snprintf(names + n, sizeof(names) - n, "%d ", i);
	if (and < 0)
		names[n - 1] = '\0';
	else
		snprintf(names + n, sizeof(names) - n, "%d", and);
	return names;
}

TEST_F(unbound, many)
{
	int fds[MANY];
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "%d", i);
		fds[i] = file_make(name);
	}
	map_each(fds, MANY);
	EXPECT_EQ(KEPT, sft_stat("unbound"));
	EXPECT_HANDED(numbers(0, KEPT, -1), self->binder);
	map_each(fds + KEPT, MANY - KEPT);
	EXPECT_HANDED(numbers(KEPT, MANY, -1), self->binder);
	/* There is room for as many as are taken. */
	map_each(fds, MANY);
	for (int i = 0; i < 2; i++) {
		int fd = unbound_next_here(self->binder);

		snprintf(name, sizeof(name), "%d", i);
		EXPECT_STREQ(name, name_of(fd));
		close(fd);
	}
	map_each((int[]){ fds[KEPT - 1], fds[2], fds[KEPT], fds[1], fds[0] }, 5);
	EXPECT_EQ(KEPT, sft_stat("unbound"));
	EXPECT_HANDED(numbers(2, KEPT + 1, 1), self->binder);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
}

TEST_F(unbound, two_binders)
{
	int other = unbound_open();

	map_each((int[]){ self->b, self->a }, 2);
	EXPECT_HANDED("b a", self->binder);
	file_map_and_unmap(self->b);
	EXPECT_HANDED("b a", other);
	EXPECT_HANDED("b", self->binder);
	/* What one has bound is bound for both. */
	map_each((int[]){ self->b, self->a }, 2);
	ASSERT_EQ(0, bind_file(other, self->a, -1));
	EXPECT_HANDED("b", other);
	EXPECT_HANDED("b", self->binder);
	close(other);
}

/* Binding a file is a beginning as well. */
TEST_F(unbound, begun_by_binding)
{
	int binder = sft_open();

	file_map_and_unmap(self->a);
	ASSERT_EQ(0, bind_file(binder, self->b, -1));
	file_map_and_unmap(self->a);
	EXPECT_HANDED("a", binder);
	close(binder);
}

SFT_MAIN
