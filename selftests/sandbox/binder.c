// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files the broker has the module bind, how often, what it says of them, and what it
 * does when it is refused.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "broker.h"
#include "known.h"
#include "module.h"
#include "tap.h"

#define WAIT_RACY	4

static char work[32] = "/tmp/sfreg-binder-XXXXXX";
static struct broker *broker;

/* A copy of this program that differs from others', as the broker knows it. */
static struct stat make_file(const char *name, bool known)
{
	char path[256], command[512];
	struct stat file;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", work, name);
	snprintf(command, sizeof(command), "cat /proc/%d/exe > %s", getpid(), path);
	if (system(command))
		exit(1);
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &file))
		exit(1);
	time_passed += WAIT_RACY;
	if (known)
		broker_find(broker, fd);
	close(fd);
	return file;
}

/* Mapped in process 77; the kernel's numbers are not always those that stat(2) tells. */
static struct map map = {
	.start = 0x7000, .end = 0x9000, .inode = 4711, .kind = MAP_KIND_FILE,
};

/* How many calls of the module that makes. */
static unsigned int bind(const struct stat *file)
{
	unsigned int before = n_bound;

	last_bind = (struct sfreg_bind) { 0 };
	broker_bind(broker, 77, &map, file, NULL);
	return n_bound - before;
}

static void test_said(void)
{
	struct stat file = make_file("said", true);
	const struct broker_object *object = broker_seen(broker, &file);

	tap_equal(bind(&file), 1, "a file that is known is bound");
	tap_ok(last_bind.size == sizeof(last_bind) && !last_bind.flags && !last_bind.pad &&
	       last_bind.mem_fd == 77 && last_bind.address == map.start, "by its mapping");
	tap_ok(last_bind.dev_major == 8 && last_bind.dev_minor == 3 && last_bind.inode == 4711,
	       "by the kernel's numbers");
	tap_ok(last_bind.file_size == (uint64_t)file.st_size &&
	       last_bind.mtime_sec == file.st_mtim.tv_sec &&
	       last_bind.mtime_nsec == file.st_mtim.tv_nsec &&
	       last_bind.ctime_sec == file.st_ctim.tv_sec &&
	       last_bind.ctime_nsec == file.st_ctim.tv_nsec, "by its size and times");
	tap_ok(last_bind.section_fd == object->section_fd && last_bind.n_texts == object->n_text &&
	       object->n_text, "to its section");
	tap_ok(last_texts[0].offset == object->text[0].offset &&
	       last_texts[0].len == object->text[0].len &&
	       last_texts[0].base + object->text[0].vaddr == object->base,
	       "with its text, and the base from there");
	tap_equal(bind(&file), 0, "it is bound once");
	file = make_file("young", false);
	tap_equal(bind(&file), 0, "a file that is not known is not bound");
}

static void test_nothing(void)
{
	char path[256];
	struct stat file;
	int fd;

	snprintf(path, sizeof(path), "%s/text", work);
	fd = open(path, O_RDWR | O_CREAT, 0755);
	if (write(fd, "nothing", 7) != 7 || fstat(fd, &file))
		exit(1);
	time_passed += WAIT_RACY;
	broker_find(broker, fd);
	close(fd);
	tap_equal(bind(&file), 1, "a file that has no section is bound, too:");
	tap_ok(last_bind.section_fd == -1 && !last_bind.n_texts, "there is nothing to place");
}

static void test_vdso(void)
{
	const struct broker_object object = {
		.section_fd = 5, .base = 0x100, .n_text = 1, .text = { { 0, 0, 0x1000 } },
	};
	unsigned int before = n_bound;

	broker_bind(broker, 77, &map, NULL, &object);
	tap_equal(n_bound - before, 1, "our own vDSO is bound");
	tap_equal(last_texts[0].len, 0x2000, "as a whole");
	tap_ok(last_bind.mem_fd == -1 && !last_bind.inode && !last_bind.dev_major &&
	       !last_bind.file_size && !last_bind.ctime_sec && last_bind.address == map.start,
	       "as no file");
	broker_bind(broker, 77, &map, NULL, &object);
	tap_equal(n_bound - before, 1, "once");
}

static void test_refused(void)
{
	struct stat file = make_file("refused", true), other = make_file("other", true);

	bind_error = -ESTALE;
	tap_equal(bind(&file), 0, "the file has changed:");
	bind_error = 0;
	tap_equal(bind(&file), 0, "it is not asked for again");
	tap_equal(bind(&other), 1, "others are");
}

static void test_full(void)
{
	struct stat file = make_file("full", true), other = make_file("later", true);
	struct broker_stats stats;

	bind_room = n_bound;
	tap_equal(n_binders, 1, "one descriptor until now");
	broker_bind(broker, 77, &map, &file, NULL);
	tap_equal(n_binders, 2, "when it is full, another takes its place");
	tap_equal(n_bound, 1, "with this file first");
	tap_equal(bind(&other), 1, "and others");
	broker_stats(broker, &stats);
	tap_equal(stats.bound, 2, "which are counted anew");
	tap_equal(bind(&file), 0, "the first is bound yet");
	bind_room = 0;
	file = make_file("none", true);
	broker_begin_binding(broker);
	tap_equal(bind(&file), 0, "where there is room for none");
	bind_room = 1000000;
	tap_equal(bind(&other), 0, "nothing is bound any more");
}

static void test_right(void)
{
	struct stat file = make_file("right", true);
	unsigned int before;

	tap_ok(!broker_begin_binding(broker), "it begins anew");
	bind_error = -EPERM;
	bind(&file);
	bind_error = 0;
	file = make_file("left", true);
	tap_equal(bind(&file), 0, "without the right to, nothing is tried again");
	module_features = 0;
	before = n_binders;
	tap_equal(broker_begin_binding(broker), -EOPNOTSUPP, "a module that can not");
	tap_ok(!bind(&file) && n_binders == before, "is not asked");
}

int main(void)
{
	char command[64];

	if (!mkdtemp(work))
		return 1;
	broker = broker_new(NULL);
	map.dev = makedev(8, 3);
	if (!known_trusts(open(work, O_RDONLY))) {
		puts("1..0 # SKIP the temporary directory's file system is not one to be trusted");
		return 4;
	}
	tap_ok(!broker_begin_binding(broker), "a module that can");
	test_said();
	test_nothing();
	test_vdso();
	test_refused();
	test_full();
	test_right();
	broker_free(broker);
	snprintf(command, sizeof(command), "rm -r %s", work);
	return tap_end() | !!system(command);
}
