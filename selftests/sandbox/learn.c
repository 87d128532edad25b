// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the broker does with a file that the module has handed out: which files it reads,
 * which it binds at first sight, and which not, because they may bring generated code.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>

#include "broker.h"
#include "files.h"
#include "known.h"
#include "module.h"
#include "tap.h"

static struct broker *broker;

/* How many calls of the module that makes, and what was found. */
static const struct broker_object *found;

static unsigned int learn_on(int fd, uint32_t fs_type, bool may_make)
{
	unsigned int before = n_bound;

	last_bind = (struct sfreg_bind) { 0 };
	found = broker_learn(broker, fd, fs_type, may_make);
	return n_bound - before;
}

/* Of a file system that says for itself what it is. */
static unsigned int learn(int fd, bool may_make)
{
	return learn_on(fd, 0, may_make);
}

static void test_handed_out(void)
{
	uint32_t fs_type = 0;

	next_unbound = 77;
	next_fs_type = 0xef53;
	tap_ok(broker_next_unbound(broker, &fs_type) == 77 && fs_type == 0xef53,
	       "the module's descriptor, and what the file lies on");
	next_unbound = -EACCES;
	tap_equal(broker_next_unbound(broker, &fs_type), -EACCES, "the module's error");
	next_unbound = -ENODATA;
}

static void test_first_sight(void)
{
	struct file file = file_copy_self("first");
	struct broker_stats before, after;

	tap_equal(learn(file.fd, false), 0, "a file that has to be made is not bound");
	tap_ok(found && found->error == -EINPROGRESS && found->section_fd == -1,
	       "where it may not be made");
	tap_equal(learn(file.fd, true), 1, "where it may, it is bound at first sight");
	tap_ok(found && !found->error && found->section_fd >= 0 &&
	       last_bind.section_fd == found->section_fd && last_bind.file_fd == file.fd,
	       "to its section");
	broker_stats(broker, &before);
	tap_equal(learn(file.fd, false), 0, "once");
	broker_stats(broker, &after);
	tap_ok(found && !found->error && after.known == before.known + 1 &&
	       after.made == before.made, "and known from then on");
}

/* It may be another one in a moment: whoever maps it is to be looked at. */
static void test_young(void)
{
	struct file file = file_copy_self("young");
	time_t passed = time_passed;

	time_passed = 0;
	tap_equal(learn(file.fd, true), 0, "a file that was written just now is not bound");
	tap_ok(found && !found->error, "but made");
	time_passed = passed;
	tap_equal(learn(file.fd, false), 0, "nor is it known later:");
	tap_ok(found && found->error == -EINPROGRESS, "it has to be looked at again");
	tap_equal(learn(file.fd, true), 1, "and is bound then");
}

/* Returns its descriptor: this program, in memory. */
static int in_memory(int seals)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char bytes[4096];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(fd, bytes, n) != n)
			exit(1);
	close(from);
	if (fcntl(fd, F_ADD_SEALS, seals))
		exit(1);
	time_passed += WAIT_RACY;
	return fd;
}

static void test_of_no_interest(void)
{
	struct file script = file_write("script", "#!/bin/sh\n", 10, 0);
	struct file empty = file_write("empty", "", 0, 0);
	struct file three = file_write("three", ELFMAG, SELFMAG - 1, 0);
	struct broker_stats before, after;
	int pipes[2];

	broker_stats(broker, &before);
	tap_ok(!learn(script.fd, true) && !found, "no ELF file: neither bound nor found");
	tap_ok(!learn(empty.fd, true) && !found, "nor an empty one");
	tap_ok(!learn(three.fd, true) && !found, "nor one of three bytes");
	tap_ok(!pipe(pipes) && !learn(pipes[0], true) && !found, "nor a pipe");
	tap_ok(!learn(-1, true) && !found, "nor none");
	tap_ok(!learn(in_memory(F_SEAL_GROW | F_SEAL_SHRINK), true) && !found,
	       "nor a file whose times are not to be trusted");
	tap_ok(!learn_on(in_memory(F_SEAL_GROW | F_SEAL_SHRINK), TMPFS_MAGIC, true) && !found,
	       "whatever it lies on");
	broker_stats(broker, &after);
	tap_ok(!memcmp(&before, &after, sizeof(before)), "none of these was read");
	tap_ok(learn(in_memory(F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE), true) == 1 && found,
	       "one that is sealed is");
	tap_ok(learn_on(in_memory(F_SEAL_GROW | F_SEAL_SHRINK), EXT4_SUPER_MAGIC, true) == 1 &&
	       found,
	       "and one of an overlay whose files really lie on a disk");
}

/* --- which bring generated code ----------------------------------------------------- */

/* As compilers write them. */
static void test_real(const char *dir)
{
	static const char *const names[] = { "brings.so", "brings-stripped.so", "brings" };
	char path[512];

	snprintf(path, sizeof(path), "%s/library.so", dir);
	tap_equal(learn(file_copy("library.so", path).fd, true), 1, "a library is bound");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct file file;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		file = file_copy(names[i], path);
		tap_equal(learn(file.fd, true), 0, names[i]);
		tap_ok(found && broker_seen(broker, &file.stat), "is known all the same");
	}
}

/* Of a file that is not bound; 0: it is, or has none. */
static uint64_t descriptor_of(const char *path, bool may_make)
{
	struct file file = file_open(path);
	unsigned int n = learn(file.fd, may_make);

	close(file.fd);
	return !n && found ? found->jit_descriptor : 0;
}

/* What the cache has of a file tells it, too. */
static void test_cached(const char *dir)
{
	char cache[64], library[512], brings[512];
	uint64_t made, cached;

	snprintf(cache, sizeof(cache), "%s/cache", files_dir);
	snprintf(library, sizeof(library), "%s/library.so", dir);
	snprintf(brings, sizeof(brings), "%s/brings.so", dir);
	broker = broker_new(cache);
	broker_begin_binding(broker);
	made = descriptor_of(brings, true);
	tap_ok(made, "where the variable is, of a section that is made");
	tap_ok(!descriptor_of(library, true) && !found->jit_descriptor,
	       "... of a library: nowhere");
	broker_free(broker);
	broker = broker_new(cache);
	broker_begin_binding(broker);
	cached = descriptor_of(brings, false);
	tap_ok(cached == made, "... of one that was kept: there");
	tap_equal(learn(file_open(library).fd, false), 1, "... and the library's is bound");
	broker_free(broker);
}

int main(int argc, char **argv)
{
	if (argc != 2 || !files_begin())
		return files_skip();
	broker = broker_new(NULL);
	tap_ok(!broker_begin_binding(broker), "a module that can");
	test_handed_out();
	test_first_sight();
	test_young();
	test_of_no_interest();
	test_real(argv[1]);
	broker_free(broker);
	test_cached(argv[1]);
	return tap_end() | files_end();
}
