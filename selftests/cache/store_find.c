// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is stored is found, by who has the same bytes and by nobody else.
 */
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

static size_t count(const char *dir, bool sections)
{
	struct cache_file *files;
	size_t n, counted = 0;

	if (cache_list(dir, &files, &n))
		return -1;
	for (size_t i = 0; i < n; i++)
		counted += files[i].is_section == sections;
	free(files);
	return counted;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void test_round_trip(const char *dir)
{
	tap_equal(sample_find(dir, &sample), -ENOENT, "nothing is found without a cache");
	umask(077);
	tap_equal(sample_store(dir, &sample), 0, "stored");
	umask(022);
	tap_equal(sample_find(dir, &sample), 0, "found");
	tap_equal(mode_of(dir), 0755, "the directory's mode, whatever the umask");
	tap_equal(mode_of(sample_section_path(dir, &sample)), 0644, "and an entry's");
	tap_equal(count(dir, true), 1, "sections");
	tap_equal(count(dir, false), 1, "ways");
	tap_equal(sample_store(dir, &sample), 0, "stored again");
	tap_equal(count(dir, true) + count(dir, false), 2, "files then");
	sample.error = -EIO;
	tap_equal(sample_find(dir, &sample), -EIO, "a file that cannot be read");
	sample.error = 0;
}

/* The first 4096 bytes are the same, and so is what the first way leads along. */
static void test_like_another(const char *dir)
{
	sample_init(&other, 1);
	tap_ok(!memcmp(other.bytes, sample.bytes, SYNTH_FIRST_READ), "another begins the same");
	tap_equal(sample_find(dir, &other), -ENOENT, "... and is not found");
	tap_equal(sample_store(dir, &other), 0, "... is stored");
	tap_equal(sample_find(dir, &other), 0, "... and found");
	tap_equal(sample_find(dir, &sample), 0, "... and the first one still");
	tap_equal(count(dir, true), 2, "sections");
	tap_equal(count(dir, false), 2, "ways");

	sample_init(&other, 0);
	other.bytes[32768 + other.bytes[SAMPLE_TABLE] * 16 + 50000] ^= 1;
	tap_equal(sample_find(dir, &other), -ENOENT, "one bit of the last piece is another");
	tap_equal(sample_store(dir, &other), 0, "... stored");
	tap_equal(sample_find(dir, &other), 0, "... found");
	tap_equal(sample_find(dir, &sample), 0, "... and the first one still");
	tap_equal(count(dir, true), 3, "sections");
	tap_equal(count(dir, false), 2, "ways: the last piece ends one");

	sample_init(&other, 0);
	other.bytes[SAMPLE_SIZE - 1] ^= 1;
	tap_equal(sample_find(dir, &other), 0, "what the maker does not read may be other");
	other.source.size--;
	tap_equal(sample_find(dir, &other), -ENOENT, "a shorter file is another");
}

static void test_none(const char *dir)
{
	struct synth_section section = { .n_text = 0 };
	struct cache_trace trace;
	struct cache_entry entry;
	struct cache_key key;

	cache_trace_init(&trace, 100);
	cache_trace_begin(&trace, 0, 100);
	cache_trace_bytes(&trace, sample.bytes, 99);
	tap_equal(cache_store(dir, &trace, &section), -EINVAL, "an incomplete piece");
	cache_trace_bytes(&trace, sample.bytes + 99, 1);
	tap_equal(cache_store(dir, &trace, &section), 0, "a small file without CFI");
	other = sample;
	other.source.size = 100;
	tap_equal(cache_find(dir, &other.source, &key, &entry), 0, "... is found");
	tap_equal(entry.len, 0, "... and its section's length");
	close(entry.fd);
	tap_equal(cache_open(dir, &key, &entry), 0, "... by key, too");
	close(entry.fd);
	cache_trace_init(&trace, 5000);
	cache_trace_begin(&trace, 0, 64);
	cache_trace_bytes(&trace, sample.bytes, 64);
	tap_equal(cache_store(dir, &trace, &section), -EINVAL, "a first piece that is too short");
}

static void test_limits(const char *dir)
{
	struct synth_section section = { .n_text = SYNTH_MAX_SEGMENTS + 1 };
	struct cache_trace trace;
	int error = 0;

	cache_trace_init(&trace, 100);
	for (int i = 0; i < SYNTH_MAX_READS; i++)
		error |= cache_trace_begin(&trace, i ? 50 : 0, i ? 0 : 100);
	tap_equal(error, 0, "as many pieces as there may be");
	tap_equal(cache_trace_begin(&trace, 0, 0), -EFBIG, "one more");
	cache_trace_init(&trace, 0);
	cache_trace_begin(&trace, 0, 0);
	tap_equal(cache_store(dir, &trace, &section), -EINVAL, "too many segments");
	section.n_text = 0;
	section.len = SYNTH_MAX_CFI_BYTES + 1ul;
	tap_equal(cache_store(dir, &trace, &section), -EFBIG, "too long a section");
}

/* The key of two pieces: the same 150 bytes, wherever they are said to lie. */
static struct cache_key key_of(uint64_t first_len, uint64_t at)
{
	struct cache_trace trace;
	struct cache_key key;

	cache_trace_init(&trace, 1000);
	cache_trace_begin(&trace, 0, first_len);
	cache_trace_bytes(&trace, sample.bytes, first_len);
	cache_trace_begin(&trace, at, 150 - first_len);
	cache_trace_bytes(&trace, sample.bytes + first_len, 150 - first_len);
	cache_trace_key(&trace, &key);
	return key;
}

/* One piece, with the number between the first bytes and the others. */
static struct cache_key key_of_joined(uint64_t first_len, uint64_t at)
{
	uint64_t len = 150 + sizeof(at);
	struct cache_trace trace;
	struct cache_key key;

	cache_trace_init(&trace, 1000);
	cache_trace_begin(&trace, 0, len);
	cache_trace_bytes(&trace, sample.bytes, first_len);
	cache_trace_bytes(&trace, &at, sizeof(at));
	cache_trace_bytes(&trace, sample.bytes + first_len, 150 - first_len);
	cache_trace_key(&trace, &key);
	return key;
}

static void test_key(void)
{
	struct cache_key key = key_of(100, 200), again = key_of(100, 200);
	struct cache_key elsewhere = key_of(100, 300), split = key_of(60, 200);
	struct cache_key joined = key_of_joined(100, 200);

	tap_ok(cache_key_equal(&key, &again), "the same pieces have the same key");
	tap_ok(!cache_key_equal(&key, &elsewhere), "the same bytes elsewhere have another");
	tap_ok(!cache_key_equal(&key, &split), "and so have other pieces of them");
	tap_ok(!cache_key_equal(&key, &joined), "and one piece that holds what stands between two");
}

/* Four sections of about 70 KB, and their ways. */
static void test_trim(const char *dir)
{
	tap_equal(cache_trim(dir, 1 << 20), 0, "nothing to trim");
	cache_trim(dir, 0);
	tap_equal(count(dir, true) + count(dir, false), 0, "everything trimmed");
	for (uint8_t seed = 10; seed < 14; seed++) {
		sample_init(&other, seed);
		if (sample_store(dir, &other))
			tap_ok(false, "stored");
		usleep(20000);
	}
	tap_equal(cache_trim(dir, 200 << 10), 2, "two of four sections are too many");
	tap_equal(count(dir, true), 2, "... two stay");
	tap_equal(sample_find(dir, &other), 0, "... the latest is found");
	sample_init(&other, 10);
	tap_equal(sample_find(dir, &other), -ENOENT, "... the oldest is not");
	tap_equal(sample_store(dir, &other), 0, "... and is stored again");
	tap_equal(sample_find(dir, &other), 0, "... and found");
}

static bool make_file(const char *dir, const char *name, long seconds_ago)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) - seconds_ago } };
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/sections/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY, 0644);
	times[1] = times[0];
	return fd >= 0 && !futimens(fd, times) && !close(fd);
}

static bool is_there(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/sections/%s", dir, name);
	return !access(path, F_OK);
}

static void test_leftovers(const char *dir)
{
	tap_ok(make_file(dir, ".new-0123", 7200) && make_file(dir, ".new-4567", 60) &&
	       make_file(dir, "README", 7200), "leftovers, old and new, and a strange file");
	tap_equal(sample_store(dir, &sample), 0, "a writer comes by");
	tap_equal(is_there(dir, ".new-0123"), false, "... the old leftover is there");
	tap_equal(is_there(dir, ".new-4567"), true, "... what may be under way is there");
	tap_equal(is_there(dir, "README"), true, "... and what is not the cache's");
}

int main(void)
{
	const char *dir = sample_cache();

	sample_init(&sample, 0);
	test_round_trip(dir);
	test_like_another(dir);
	test_none(dir);
	test_limits(dir);
	test_key();
	test_trim(dir);
	test_leftovers(dir);
	return tap_end();
}
