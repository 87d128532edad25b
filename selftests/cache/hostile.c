// SPDX-License-Identifier: GPL-2.0-only
/*
 * What else may lie where an entry is looked for: each is as good as not there, is not
 * followed, and is replaced by the next who stores (or refuses him, and stays as it was).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "sample_file.h"

static struct sample sample, other;

/* After something was done to @path: not found; stored again; found; and @path a file. */
static void expect_replaced(const char *dir, const char *path, const char *what)
{
	struct stat st;
	int found = sample_find(dir, &sample);
	int stored = sample_store(dir, &sample);
	int again = sample_find(dir, &sample);

	tap_ok(found == -ENOENT && !stored && !again && !lstat(path, &st) &&
	       S_ISREG(st.st_mode) && st.st_nlink == 1,
	       "%s: found %d, stored %d, found then %d", what, found, stored, again);
}

static void write_file(const char *path, const void *bytes, size_t len, int flags)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd))
		abort();
}

static size_t read_file(const char *path, uint8_t *bytes, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, room);

	if (fd < 0 || n < 0 || close(fd))
		abort();
	return n;
}

/* Each 8th byte of the head, and some of the rest; then every kind of cut. */
static void test_damage(const char *dir, const char *path, const char *kind)
{
	static uint8_t bytes[200000];
	size_t len = read_file(path, bytes, sizeof(bytes)), wrong = 0, n = 0;

	for (size_t at = 0; at < len; at += at < 400 ? 1 : 4001, n++) {
		bytes[at] ^= 0x40;
		write_file(path, bytes, len, O_TRUNC);
		wrong += sample_find(dir, &sample) != -ENOENT;
		bytes[at] ^= 0x40;
	}
	tap_ok(!wrong && n > 100, "%s: %zu bits, each turned, none found", kind, n);
	wrong = 0;
	n = 0;
	for (size_t cut = 0; cut < len; cut += cut < 400 ? 1 : 4001, n++) {
		write_file(path, bytes, cut, O_TRUNC);
		wrong += sample_find(dir, &sample) != -ENOENT;
	}
	write_file(path, bytes, len, O_TRUNC);
	write_file(path, "x", 1, O_APPEND);
	wrong += sample_find(dir, &sample) != -ENOENT;
	tap_ok(!wrong && n > 100, "%s: cut at %zu places, and longer by one, none found", kind, n);
	write_file(path, bytes, len, O_TRUNC);
	tap_equal(sample_find(dir, &sample), 0, "... and found when all is as it was");
}

static int link_to(const char *relative, const char *path)
{
	char target[4096];

	return !realpath(relative, target) || symlink(target, path);
}

static void fill(const char *path, int c)
{
	char garbage[5000];

	memset(garbage, c, sizeof(garbage));
	write_file(path, garbage, sizeof(garbage), O_TRUNC);
}

static void test_content(const char *dir, const char *path, const char *others,
			 const char *kind)
{
	static uint8_t bytes[200000];
	char what[128];
	size_t len;

	fill(path, 0);
	snprintf(what, sizeof(what), "%s: zeroes", kind);
	expect_replaced(dir, path, what);
	fill(path, 0xff);
	snprintf(what, sizeof(what), "%s: ones", kind);
	expect_replaced(dir, path, what);
	write_file(path, "", 0, O_TRUNC);
	snprintf(what, sizeof(what), "%s: empty", kind);
	expect_replaced(dir, path, what);
	len = read_file(others, bytes, sizeof(bytes));
	write_file(path, bytes, len, O_TRUNC);
	snprintf(what, sizeof(what), "%s: the intact one of another key", kind);
	expect_replaced(dir, path, what);
}

/* @bait: a file that a link leads to */
static void test_kinds(const char *dir, const char *path, const char *kind)
{
	char bait[4096], what[128];
	uint8_t bytes[64];

	snprintf(bait, sizeof(bait), "%s-bait", dir);
	write_file(bait, "untouched", 9, O_CREAT | O_TRUNC);
	snprintf(what, sizeof(what), "%s: a link to a file", kind);
	if (unlink(path) || link_to(bait, path))
		abort();
	expect_replaced(dir, path, what);
	tap_ok(read_file(bait, bytes, sizeof(bytes)) == 9, "... which is untouched");
	snprintf(what, sizeof(what), "%s: a link to the entry itself, elsewhere", kind);
	if (rename(path, bait) || link_to(bait, path))
		abort();
	expect_replaced(dir, path, what);
	snprintf(what, sizeof(what), "%s: a FIFO", kind);
	if (unlink(path) || mkfifo(path, 0644))
		abort();
	expect_replaced(dir, path, what);
	unlink(path);
	if (mkdir(path, 0755))
		abort();
	tap_equal(sample_find(dir, &sample), -ENOENT, "a directory there");
	tap_equal(sample_store(dir, &sample), -EISDIR, "... stays");
	if (rmdir(path))
		abort();
	expect_replaced(dir, path, "... until it is gone");
}

static void test_rights(const char *dir, const char *path, const char *kind)
{
	static const mode_t bad[] = { 0664, 0646, 0666 };
	char what[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(what, sizeof(what), "%s: mode %o", kind, bad[i]);
		chmod(path, bad[i]);
		expect_replaced(dir, path, what);
	}
	if (geteuid()) {
		tap_ok(true, "%s: another owner # SKIP not root", kind);
		return;
	}
	if (chown(path, 12345, 12345))
		abort();
	snprintf(what, sizeof(what), "%s: another owner", kind);
	expect_replaced(dir, path, what);
}

/* Directories are refused, not repaired: who else has written there meanwhile? */
static void test_directory(const char *dir, const char *path, const char *kind)
{
	char moved[4096];
	struct stat st;

	snprintf(moved, sizeof(moved), "%s-moved", dir);
	if (stat(path, &st) || chmod(path, 0777))
		abort();
	tap_equal(sample_find(dir, &sample), -ENOENT, kind);
	tap_equal(sample_store(dir, &sample), -EPERM, "... when the world may write to it");
	tap_equal(cache_trim(dir, 0), -EPERM, "... nor is anything removed");
	chmod(path, 0775);
	tap_equal(sample_store(dir, &sample), -EPERM, "... when its group may");
	chmod(path, st.st_mode);
	if (!geteuid()) {
		if (chown(path, 12345, 12345))
			abort();
		tap_equal(sample_find(dir, &sample), -ENOENT, "... when it is another's");
		tap_equal(sample_store(dir, &sample), -EPERM, "... stored");
		if (chown(path, 0, 0))
			abort();
	}
	if (rename(path, moved) || link_to(moved, path))
		abort();
	tap_equal(sample_find(dir, &sample), -ENOENT, "... when it is a link");
	tap_equal(sample_store(dir, &sample), -ENOTDIR, "... stored");
	if (unlink(path) || mkfifo(path, 0644))
		abort();
	tap_equal(sample_find(dir, &sample), -ENOENT, "... when it is a FIFO");
	tap_equal(sample_store(dir, &sample), -ENOTDIR, "... stored");
	if (unlink(path) || rename(moved, path))
		abort();
	tap_equal(sample_find(dir, &sample), 0, "... and as it was");
}

int main(void)
{
	const char *dir = sample_cache();
	char path[4096], others[4096];

	sample_init(&sample, 0);
	sample_init(&other, 1);
	if (sample_store(dir, &sample) || sample_store(dir, &other))
		abort();
	strcpy(path, sample_section_path(dir, &sample));
	strcpy(others, sample_section_path(dir, &other));
	test_damage(dir, path, "section");
	test_content(dir, path, others, "section");
	test_kinds(dir, path, "section");
	test_rights(dir, path, "section");

	strcpy(path, sample_way_path(dir, &sample));
	other.bytes[0] ^= 1;
	if (sample_store(dir, &other))
		abort();
	strcpy(others, sample_way_path(dir, &other));
	test_damage(dir, path, "way");
	test_content(dir, path, others, "way");
	test_kinds(dir, path, "way");
	test_rights(dir, path, "way");

	test_directory(dir, dir, "the cache");
	snprintf(path, sizeof(path), "%s/sections", dir);
	test_directory(dir, path, "its sections");
	snprintf(path, sizeof(path), "%s/ranges", dir);
	test_directory(dir, path, "its ranges");
	return tap_end();
}
