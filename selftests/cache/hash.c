// SPDX-License-Identifier: GPL-2.0-only
/*
 * BLAKE2b as b2sum(1) has it: for every length up to three blocks, however the bytes come.
 * The keys of a fixed file, which may change only with the format or the maker's version.
 *
 *	hash		TAP
 *	hash key	prints the key of a fixed file
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/tap.h"
#include "sample_file.h"

#define MAX_LEN	400

/* Made by b2sum -l 256 (coreutils 9.1). */
static const struct {
	const char *text, *hash;
} known[] = {
	{ "", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8" },
	{ "abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
};

static uint8_t bytes[MAX_LEN];

static void hash(const void *from, size_t len, size_t step, char name[CACHE_NAME_SIZE])
{
	const uint8_t *p = from;
	struct blake2b state;
	struct cache_key key;

	blake2b_init(&state);
	for (size_t at = 0; at < len; at += step) {
		blake2b_update(&state, p + at, len - at < step ? len - at : step);
		/* Asking on the way changes nothing. */
		blake2b_result(&state, key.bytes);
	}
	blake2b_result(&state, key.bytes);
	cache_key_name(&key, name);
}

static bool b2sum_says(size_t len, const char *name)
{
	char said[CACHE_NAME_SIZE];
	FILE *out = fopen("hash.in", "w"), *in;
	bool same;

	if (!out || fwrite(bytes, 1, len, out) != len || fclose(out))
		abort();
	in = popen("b2sum -l 256 < hash.in", "r");
	same = in && fgets(said, sizeof(said), in) && !strcmp(said, name);
	pclose(in);
	return same;
}

static void test_lengths(void)
{
	static const size_t lengths[] = { 1, 127, 128, 129, 255, 256, 257, 384, MAX_LEN };
	char name[CACHE_NAME_SIZE], whole[CACHE_NAME_SIZE];
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		hash(bytes, lengths[i], lengths[i], name);
		tap_ok(b2sum_says(lengths[i], name), "%zu bytes as b2sum", lengths[i]);
	}
	remove("hash.in");
	for (size_t len = 0; len <= MAX_LEN; len++) {
		hash(bytes, len, len ? len : 1, whole);
		for (size_t step = 1; step <= 260; step++) {
			hash(bytes, len, step, name);
			wrong += strcmp(name, whole) != 0;
		}
	}
	tap_equal(wrong, 0, "lengths and steps that give another hash");
}

static void print_key(void)
{
	static struct sample sample;
	struct synth_section section;
	char name[CACHE_NAME_SIZE];
	struct cache_trace trace;
	struct cache_key key;

	sample_init(&sample, 0);
	sample_make(&sample, &trace, &section);
	free(section.bytes);
	cache_trace_key(&trace, &key);
	cache_key_name(&key, name);
	puts(name);
}

int main(int argc, char **argv)
{
	char name[CACHE_NAME_SIZE];

	if (argc > 1 && !strcmp(argv[1], "key")) {
		print_key();
		return 0;
	}
	for (size_t i = 0; i < MAX_LEN; i++)
		bytes[i] = i * 7 + i / 256;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		hash(known[i].text, strlen(known[i].text), 1, name);
		tap_ok(!strcmp(name, known[i].hash), "\"%s\"", known[i].text);
	}
	test_lengths();
	return tap_end();
}
