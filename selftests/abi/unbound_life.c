// SPDX-License-Identifier: GPL-2.0-only
/*
 * What keeping a file does to the file, to its file system and to those who use it; how long it
 * is kept; and all that at once.
 */
#include "sft_child.h"
#include "unbound.h"
#include <pthread.h>
#include <sys/mount.h>
#include <sys/vfs.h>

FIXTURE(unbound_life) {
	int binder;
	int fd;
};

FIXTURE_SETUP(unbound_life)
{
	self->binder = unbound_open();
	self->fd = file_make("file");
	ASSERT_LE(0, self->fd);
	file_map_and_unmap(self->fd);
	EXPECT_EQ(1, sft_stat("unbound"));
}

FIXTURE_TEARDOWN(unbound_life)
{
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	close(self->fd);
	close(self->binder);
}

/* --- how long ---------------------------------------------------------------------- */

TEST_F(unbound_life, until_closed)
{
	int twin = dup(self->binder);

	close(self->binder);
	EXPECT_EQ(1, sft_stat("unbound"));
	file_map_and_unmap(file_make("other"));
	EXPECT_HANDED("file other", twin);
	file_map_and_unmap(self->fd);
	EXPECT_EQ(1, sft_stat("unbound"));
	close(twin);
	EXPECT_EQ(0, sft_stat("unbound"));
	file_map_and_unmap(self->fd);
	EXPECT_EQ(0, sft_stat("unbound"));
	self->binder = -1;
}

static int keep(int fd)
{
	int binder = unbound_open();

	file_map_and_unmap(fd);
	return binder < 0 || sft_stat("unbound") != 2;
}

TEST_F(unbound_life, until_death)
{
	EXPECT_EQ(0, sft_in_child(keep(self->fd)));
	EXPECT_EQ(1, sft_stat("unbound"));
	EXPECT_EQ(-SIGKILL, sft_in_child(keep(self->fd) ?: kill(getpid(), SIGKILL)));
	EXPECT_EQ(1, sft_stat("unbound"));
	EXPECT_HANDED("file", self->binder);
}

TEST_F(unbound_life, through_off_and_on)
{
	int other = file_make("other");

	ASSERT_EQ(0, sft_param_set("enabled", 0));
	file_map_and_unmap(other);
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	EXPECT_HANDED("file", self->binder);
	file_map_and_unmap(other);
	EXPECT_HANDED("other", self->binder);
	/* Closed while it is off. */
	file_map_and_unmap(other);
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	close(self->binder);
	self->binder = -1;
	EXPECT_EQ(0, sft_stat("unbound"));
	close(other);
}

/* --- the file ---------------------------------------------------------------------- */

TEST_F(unbound_life, written_to)
{
	int fd = open("file", O_RDWR | O_CLOEXEC), shown;
	char c = 0;

	ASSERT_LE(0, fd);
	EXPECT_EQ(1, pwrite(fd, "x", 1, 0));
	EXPECT_EQ(0, ftruncate(fd, SFT_PAGE));
	shown = unbound_next_here(self->binder);
	EXPECT_EQ(1, read(shown, &c, 1));
	EXPECT_EQ('x', c);
	EXPECT_EQ(SFT_PAGE, lseek(shown, 0, SEEK_END));
	/* Nor does the descriptor forbid it. */
	EXPECT_EQ(1, pwrite(fd, "y", 1, 0));
	EXPECT_EQ(1, pread(shown, &c, 1, 0));
	EXPECT_EQ('y', c);
	close(shown);
	close(fd);
}

/* A program is written anew, at its place, while it is kept; and runs, kept and handed out. */
TEST_F(unbound_life, executed)
{
	int shown;

	ASSERT_EQ(0, system("cp /bin/true program"));
	ASSERT_EQ(0, system("./program"));
	ASSERT_EQ(0, system("cat /bin/true > program"));
	ASSERT_EQ(0, system("./program"));
	EXPECT_STREQ("file", name_of(unbound_next_here(self->binder)));
	shown = unbound_next_here(self->binder);
	EXPECT_STREQ("program", name_of(shown));
	ASSERT_EQ(0, system("./program"));
	ASSERT_EQ(0, system("cat /bin/true > program"));
	close(shown);
}

TEST_F(unbound_life, replaced)
{
	int fd, other = file_make("other");

	ASSERT_EQ(1, pwrite(open("other", O_WRONLY | O_CLOEXEC), "o", 1, 0));
	ASSERT_EQ(0, rename("other", "file"));
	file_map_and_unmap(other);
	/* Each is what was mapped. */
	fd = unbound_next_here(self->binder);
	EXPECT_STREQ("file (deleted)", name_of(fd));
	close(fd);
	EXPECT_HANDED("file", self->binder);
	close(other);
}

static int take_lease(void *arg)
{
	int fd = open(arg, O_RDWR | O_CLOEXEC);

	/* He will not give it back. */
	signal(SIGIO, SIG_IGN);
	return fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) ? -errno : 0;
}

/* An open(2) that waits would wait for lease-break-time, by default 45 s. */
TEST_F(unbound_life, leased)
{
	struct sft_waiter holder;
	uint64_t before;
	int fd, err;

	/* Nobody else may have it open: but it may be kept. */
	close(self->fd);
	self->fd = -1;
	holder = sft_waiter(take_lease, "file");
	file_map_and_unmap(file_make("other"));
	err = sft_tell(&holder);
	if (err == -EINVAL)
		SKIP(return, "this kernel has no leases");
	ASSERT_EQ(0, err);
	before = sft_now_ms();
	EXPECT_EQ(-EAGAIN, unbound_next_here(self->binder));
	EXPECT_GT(20000, sft_now_ms() - before);
	EXPECT_HANDED("other", self->binder);
	kill(holder.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, sft_wait(holder.pid));
	fd = open("file", O_RDONLY | O_CLOEXEC);
	file_map_and_unmap(fd);
	EXPECT_HANDED("file", self->binder);
	close(fd);
}

/* --- its file system --------------------------------------------------------------- */

#define MOUNTED	"mounted"

/* A file there, mapped and closed. */
static int map_there(const char *name)
{
	int fd = file_make(name);

	if (fd < 0)
		return fd;
	file_map_and_unmap(fd);
	return close(fd);
}

static int unmounts(void)
{
	return umount(MOUNTED) ? -errno : 0;
}

TEST_F(unbound_life, mounted)
{
	int fd;

	mkdir(MOUNTED, 0755);
	unbound_names(self->binder, unbound_next);
	ASSERT_EQ(0, mount("none", MOUNTED, "tmpfs", 0, NULL));
	ASSERT_EQ(0, map_there(MOUNTED "/a"));
	EXPECT_EQ(-EBUSY, unmounts());
	fd = unbound_next(self->binder);
	EXPECT_STREQ("a", name_of(fd));
	EXPECT_EQ(-EBUSY, unmounts());
	close(fd);
	EXPECT_EQ(0, unmounts());
	/* The binder ends. */
	ASSERT_EQ(0, mount("none", MOUNTED, "tmpfs", 0, NULL));
	ASSERT_EQ(0, map_there(MOUNTED "/a"));
	EXPECT_EQ(-EBUSY, unmounts());
	close(self->binder);
	EXPECT_EQ(0, unmounts());
	/* Bound by now: it is not handed out, and kept no longer. */
	self->binder = unbound_open();
	ASSERT_EQ(0, mount("none", MOUNTED, "tmpfs", 0, NULL));
	ASSERT_EQ(0, map_there(MOUNTED "/a"));
	fd = open(MOUNTED "/a", O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, bind_file(self->binder, fd, -1));
	close(fd);
	EXPECT_EQ(-ENODATA, unbound_next(self->binder));
	EXPECT_EQ(0, unmounts());
}

/* Taken out of the tree under the file. */
TEST_F(unbound_life, mounted_no_more)
{
	int fd;

	mkdir(MOUNTED, 0755);
	unbound_names(self->binder, unbound_next);
	ASSERT_EQ(0, mount("none", MOUNTED, "tmpfs", 0, NULL));
	ASSERT_EQ(0, map_there(MOUNTED "/a"));
	ASSERT_EQ(0, umount2(MOUNTED, MNT_DETACH));
	fd = unbound_next(self->binder);
	EXPECT_EQ(FILE_BYTES, lseek(fd, 0, SEEK_END));
	close(fd);
}

static bool mount_overlay(void)
{
	return !system("mkdir -p lower upper work " MOUNTED) &&
	       !system("modprobe -d \"$SFREG_MODDIR\" overlay 2> /dev/null || :") &&
	       !mount("none", MOUNTED, "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work");
}

/* How many windows a mapping of it gets. */
static int windows_of(int dev, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *p = file_map_all(fd);
	int n = sft_total(dev, -1);

	munmap(p, FILE_BYTES);
	close(fd);
	return n;
}

/* What is mapped lies below, and that is what is bound, by the file that a program can open. */
TEST_F(unbound_life, overlay)
{
	int dev = sft_open(), section = file_section(dev, false), fd;
	uint32_t fs_type, overlay;
	struct statfs fs;

	close(file_make("lower-file"));
	mkdir("lower", 0755);
	ASSERT_EQ(0, rename("lower-file", "lower/low"));
	if (!mount_overlay())
		SKIP(return, "no overlays here");
	unbound_names(self->binder, unbound_next);
	EXPECT_EQ(0, windows_of(dev, MOUNTED "/low"));
	fd = unbound_next_on(self->binder, &fs_type);
	ASSERT_STREQ("low", name_of(fd));
	ASSERT_EQ(0, fstatfs(fd, &fs));
	overlay = fs.f_type;
	ASSERT_EQ(0, statfs("lower", &fs));
	EXPECT_NE(overlay, fs_type);
	EXPECT_EQ((uint32_t)fs.f_type, fs_type);
	ASSERT_EQ(0, bind_file(self->binder, fd, section));
	close(fd);
	EXPECT_EQ(1, windows_of(dev, MOUNTED "/low"));
	EXPECT_EQ(1, windows_of(dev, "lower/low"));
	EXPECT_EQ(-ENODATA, unbound_next(self->binder));
	/* Copied, before it is written to: that is a file of its own. */
	ASSERT_EQ(0, chmod(MOUNTED "/low", 0700));
	EXPECT_EQ(0, windows_of(dev, MOUNTED "/low"));
	EXPECT_EQ(1, windows_of(dev, "lower/low"));
	fd = unbound_next(self->binder);
	EXPECT_EQ(0, bind_file(self->binder, fd, section));
	close(fd);
	EXPECT_EQ(1, windows_of(dev, MOUNTED "/low"));
	EXPECT_EQ(-ENODATA, unbound_next(self->binder));
	EXPECT_EQ(0, unmounts());
	close(section);
	close(dev);
}

static int map_in_users_overlay(void)
{
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return 200;
	if (mount("none", MOUNTED, "overlay", MS_RDONLY, "lowerdir=lower:upper"))
		return 201;
	fd = open(MOUNTED "/low", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 202;
	file_map_and_unmap(fd);
	return 0;
}

/* Of what a user has mounted, he says what the files are. */
TEST_F(unbound_life, users_overlay)
{
	close(file_make("lower-file"));
	mkdir("lower", 0755);
	ASSERT_EQ(0, rename("lower-file", "lower/low"));
	if (!mount_overlay())
		SKIP(return, "no overlays here");
	ASSERT_EQ(0, unmounts());
	unbound_names(self->binder, unbound_next);
	ASSERT_EQ(0, sft_in_child(map_in_users_overlay()));
	EXPECT_EQ(-ENODATA, unbound_next(self->binder));
}

/* --- many at once ------------------------------------------------------------------ */

#define FILES	300
#define TAKERS	4
#define MAPPERS	3

static int files[FILES];
static volatile bool done;
static unsigned int taken[FILES];

static void make_files(void)
{
	char name[32];

	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		files[i] = file_make(name);
		if (files[i] < 0)
			abort();
	}
}

/* Counts what it is handed, until there is nothing. */
static void *take(void *arg)
{
	int fd, number;

	while ((fd = unbound_next_here(*(int *)arg)) >= 0) {
		struct stat st;
		bool is = !fstat(fd, &st) && st.st_size == FILE_BYTES;

		for (number = 0; is && number < FILES; number++) {
			struct stat known;

			if (!fstat(files[number], &known) && known.st_ino == st.st_ino)
				__atomic_add_fetch(&taken[number], 1, __ATOMIC_RELAXED);
		}
		close(fd);
	}
	return (void *)(long)fd;
}

/* Each to one of them. */
TEST_F(unbound_life, taken_at_once)
{
	pthread_t threads[TAKERS];
	void *end;

	make_files();
	EXPECT_HANDED("file", self->binder);
	for (int turn = 0; turn < 5; turn++) {
		memset(taken, 0, sizeof(taken));
		for (int i = 0; i < 100; i++)
			file_map_and_unmap(files[i]);
		for (int i = 0; i < TAKERS; i++)
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, take, &self->binder));
		for (int i = 0; i < TAKERS; i++) {
			pthread_join(threads[i], &end);
			EXPECT_EQ(-ENODATA, (long)end);
		}
		for (int i = 0; i < FILES; i++)
			EXPECT_EQ(i < 100, taken[i]);
	}
}

static void *map_on(void *arg)
{
	for (unsigned int i = (long)arg * 7; !done; i += 11)
		file_map_and_unmap(files[i % FILES]);
	return NULL;
}

static void *take_on(void *arg)
{
	while (!done)
		take(arg);
	return NULL;
}

/* One that is full when it is closed, or half. */
static void *come_and_go(void *arg)
{
	unsigned int *turns = arg;

	for (; !done; ++*turns) {
		int binder = sft_open();

		for (unsigned int i = 0; i <= *turns % 50; i++)
			close(unbound_next(binder));
		close(binder);
	}
	return NULL;
}

TEST_F(unbound_life, mapped_taken_and_closed)
{
	pthread_t threads[MAPPERS + 2];
	unsigned int turns = 0, any = 0;

	make_files();
	for (long i = 0; i < MAPPERS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, map_on, (void *)i));
	ASSERT_EQ(0, pthread_create(&threads[MAPPERS], NULL, take_on, &self->binder));
	ASSERT_EQ(0, pthread_create(&threads[MAPPERS + 1], NULL, come_and_go, &turns));
	sft_sleep_ms(5000);
	done = true;
	for (int i = 0; i < MAPPERS + 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < FILES; i++)
		any += taken[i];
	EXPECT_LT(10, turns);
	EXPECT_LT(100, any);
	take(&self->binder);
	EXPECT_EQ(0, sft_stat("unbound"));
}

SFT_MAIN
