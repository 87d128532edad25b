// SPDX-License-Identifier: GPL-2.0-only
/*
 * The broker without a module: whether a file is known, cached or made, and what becomes
 * of errors. The module's part is played by module.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <sfreg.h>

#include "broker.h"
#include "known.h"
#include "module.h"
#include "tap.h"

#define WAIT_RACY	4
#define WAIT_DOUBTFUL	120

/* --- files ------------------------------------------------------------------------- */

static char work[32] = "/tmp/sfreg-broker-XXXXXX";

static void in_work(char *path, const char *name)
{
	snprintf(path, 256, "%s/%s", work, name);
}

/* A copy of this program, which has call frame information of its own. */
static int copy_self(const char *name)
{
	char path[256];
	struct stat st;
	int from = open("/proc/self/exe", O_RDONLY);
	int to;

	in_work(path, name);
	to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0755);
	if (from < 0 || to < 0 || fstat(from, &st) ||
	    copy_file_range(from, NULL, to, NULL, st.st_size, 0) != st.st_size)
		exit(1);
	close(from);
	return to;
}

static int write_file(const char *name, const char *text)
{
	char path[256];
	int fd;

	in_work(path, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0755);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	return fd;
}

/* --- tests ------------------------------------------------------------------------- */

static struct broker *broker;

/* The counters since the last call, in one word each. */
static const char *since(void)
{
	static struct broker_stats last;
	static char text[128];
	struct broker_stats stats;

	broker_stats(broker, &stats);
	snprintf(text, sizeof(text), "known %ld cached %ld made %ld failed %ld open %ld",
		 (long)(stats.known - last.known), (long)(stats.cached - last.cached),
		 (long)(stats.made - last.made), (long)(stats.failed - last.failed),
		 (long)stats.open_sections);
	last = stats;
	return text;
}

static void expect(int fd, int error, const char *counters, const char *what)
{
	const struct broker_object *object = broker_find(broker, fd);
	const char *got = since();
	bool ok = object->error == error && (object->section_fd >= 0) == !error &&
		  !strcmp(got, counters);

	tap_ok(ok, "%s%s%s", what, ok ? "" : ": ", ok ? "" : got);
	if (object->error != error)
		printf("# error %d\n", object->error);
}

/* What the module was given is what synth_make() says of the file. */
static bool is_true(int fd)
{
	const struct broker_object *object = broker_find(broker, fd);
	struct synth_section section;
	struct synth_file file;
	uint8_t *bytes;
	bool same;

	if (synth_file_init(&file, fd) || synth_make(&file.source, &section, NULL))
		return false;
	bytes = calloc(1, section.len + 1);
	same = object->section_fd >= 0 && object->base == section.base &&
	       object->n_text == section.n_text &&
	       !memcmp(object->text, section.text, section.n_text * sizeof(*section.text)) &&
	       pread(object->section_fd, bytes, section.len + 1, 0) == (ssize_t)section.len &&
	       !memcmp(bytes, section.bytes, section.len);
	free(bytes);
	synth_free(&section);
	return same;
}

static void test_ways(int fd)
{
	int other;

	tap_ok(broker_look(broker, fd)->error == -EINPROGRESS, "looking makes nothing");
	since();
	expect(fd, 0, "known 0 cached 0 made 1 failed 0 open 1", "the first time it is made");
	expect(fd, 0, "known 0 cached 1 made 0 failed 0 open 1",
	       "then it is cached; it is too young to be known");
	tap_ok(is_true(fd) && n_created == 1, "the section is the file's, and made once");
	since();
	time_passed += WAIT_RACY;
	expect(fd, 0, "known 0 cached 1 made 0 failed 0 open 1", "now it is old enough");
	expect(fd, 0, "known 1 cached 0 made 0 failed 0 open 1", "and known");
	tap_ok(!broker_look(broker, fd)->error, "looking finds it, too");
	other = copy_self("twin");
	since();
	expect(other, 0, "known 0 cached 1 made 0 failed 0 open 1",
	       "another file of the same bytes has the same section");
	tap_equal(n_created, 1, "... and the module knows of one");
	close(other);
}

static void test_written(int fd)
{
	char byte;

	expect(fd, 0, "known 1 cached 0 made 0 failed 0 open 1", "a file that is known");
	pread(fd, &byte, 1, 0);
	pwrite(fd, &byte, 1, 0);
	expect(fd, 0, "known 0 cached 1 made 0 failed 0 open 1", "is read again when written to");
	pwrite(fd, "X", 1, 0);
	expect(fd, -ENOEXEC, "known 0 cached 0 made 0 failed 1 open 1", "and is no ELF file");
	pwrite(fd, &byte, 1, 0);
	expect(fd, 0, "known 0 cached 1 made 0 failed 0 open 1", "and is one again");
}

static void test_errors(void)
{
	int text = write_file("text", "no program"), none = write_file("none", "");
	int directory = open(work, O_RDONLY);

	expect(text, -ENOEXEC, "known 0 cached 0 made 0 failed 1 open 1", "no ELF file");
	time_passed += WAIT_RACY;
	broker_find(broker, text);
	since();
	expect(text, -ENOEXEC, "known 1 cached 0 made 0 failed 0 open 1", "... is known as such");
	expect(none, -ENOEXEC, "known 0 cached 0 made 0 failed 1 open 1", "an empty file");
	expect(directory, -ENOEXEC, "known 0 cached 0 made 0 failed 1 open 1", "a directory");
	expect(-1, -EBADF, "known 0 cached 0 made 0 failed 1 open 1", "no descriptor");
	close(text);
	close(none);
	close(directory);
}

/* Another file: of other bytes in the part that is read. */
static int other_program(const char *name, uint8_t mark)
{
	int fd = copy_self(name);

	/* EI_ABIVERSION is read, and means nothing. */
	if (pwrite(fd, &mark, 1, 8) != 1)
		exit(1);
	return fd;
}

static void test_module(void)
{
	int fd = other_program("refused", 1), again = other_program("doubted", 2);

	module_error = -ENOSYS;
	expect(fd, -ENOSYS, "known 0 cached 0 made 1 failed 1 open 1", "no module");
	expect(fd, -ENOSYS, "known 0 cached 1 made 0 failed 1 open 1", "... and it is asked again");
	module_error = 0;
	expect(fd, 0, "known 0 cached 1 made 0 failed 0 open 2", "... until it is there");
	module_error = -EOVERFLOW;
	expect(again, -EOVERFLOW, "known 0 cached 0 made 1 failed 1 open 2", "the module refuses");
	time_passed += WAIT_RACY;
	module_error = 0;
	broker_find(broker, again);
	since();
	expect(again, -EOVERFLOW, "known 1 cached 0 made 0 failed 0 open 2",
	       "... and is not asked again at once");
	time_passed += WAIT_DOUBTFUL;
	expect(again, 0, "known 0 cached 1 made 0 failed 0 open 3", "... but later");
	close(fd);
	close(again);
}

static void test_no_room(void)
{
	int fd = other_program("room", 3);
	struct known *known = known_new();
	struct broker_object object = { 0 };
	struct cache_key key = { 0 };
	unsigned int n = KNOWN_OBJECTS + 100;

	module_room = 0;
	expect(fd, -EMFILE, "known 0 cached 0 made 1 failed 1 open 1",
	       "no room for a descriptor: half of the sections go");
	module_room = 1000000;
	expect(fd, 0, "known 0 cached 1 made 0 failed 0 open 2", "there is room again");
	close(fd);

	for (unsigned int i = 0; i < n; i++) {
		memcpy(&key, &i, sizeof(i));
		object.section_fd = memfd_create("section", MFD_CLOEXEC);
		known_add(known, &key, &object, 0);
	}
	tap_equal(known_open_sections(known), KNOWN_OBJECTS, "so many sections are open at most");
	tap_ok(known_by_key(known, &key), "the last one is there");
	memset(&key, 0, sizeof(key));
	tap_ok(!known_by_key(known, &key), "the first one has gone");
	tap_ok(known_shed(known), "half of them are closed");
	tap_equal(known_open_sections(known), KNOWN_OBJECTS / 2, "... exactly");
	n--;
	memcpy(&key, &n, sizeof(n));
	tap_ok(known_by_key(known, &key), "... the last one is still there");
	known_free(known);
	tap_ok(!known_shed(known = known_new()), "nothing to close");
	known_free(known);
}

static int memfd_of(int fd, bool sealed)
{
	int to = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;
	off_t at = 0;

	fstat(fd, &st);
	while (at < st.st_size)
		if (sendfile(to, fd, &at, st.st_size - at) <= 0)
			exit(1);
	if (sealed)
		fcntl(to, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
	return to;
}

/* Both are old enough, but what is in one may change without its times telling. */
static void test_memfd(int fd)
{
	int open_one = memfd_of(fd, false), sealed = memfd_of(fd, true);

	time_passed += WAIT_RACY;
	broker_find(broker, open_one);
	broker_find(broker, sealed);
	since();
	expect(open_one, 0, "known 0 cached 1 made 0 failed 0 open 3", "a memfd is read each time");
	expect(sealed, 0, "known 1 cached 0 made 0 failed 0 open 3", "a sealed one is known");
	close(open_one);
	close(sealed);
}

/* Garbage in the cache is as good as nothing. */
static void test_garbage(int fd)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "for f in %s/cache/sections/*; do echo garbage > $f; done", work);
	tap_ok(!system(command), "the cache's entries are overwritten");
	broker_free(broker);
	in_work(command, "cache");
	broker = broker_new(command);
	since();
	expect(fd, 0, "known 0 cached 0 made 1 failed 0 open 1", "... and made again");
	tap_ok(is_true(fd), "... rightly");
	since();
	broker_free(broker);
	broker = broker_new(NULL);
	since();
	expect(fd, 0, "known 0 cached 0 made 1 failed 0 open 1", "without a cache it is made");
	expect(fd, 0, "known 1 cached 0 made 0 failed 0 open 1", "... and known");
}

int main(void)
{
	char command[512], cache[256];
	int fd;

	if (!mkdtemp(work))
		return 1;
	in_work(cache, "cache");
	setenv("SFREG_CACHE", cache, 1);
	fd = copy_self("program");
	if (!known_trusts(fd)) {
		puts("1..0 # SKIP the temporary directory's file system is not one to be trusted");
		return 4;
	}
	broker = broker_new(cache);
	test_ways(fd);
	test_written(fd);
	test_errors();
	test_module();
	test_no_room();
	test_memfd(fd);
	time_passed += WAIT_RACY;
	test_garbage(fd);
	broker_free(broker);
	close(fd);
	snprintf(command, sizeof(command), "rm -r %s", work);
	return tap_end() | !!system(command);
}
