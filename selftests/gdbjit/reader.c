// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of live processes, good ones and such as mean harm: what is read of them, exactly.
 * Between two reads a test may change what is read.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../userspace/attach/objects.h"
#include "../../userspace/synth/synth.h"
#include "tap.h"
#include "target.h"

/* No page can be there. */
#define NOWHERE		0xdead0000dead0000ull

static struct objects objects;

/* Called before each read of the descriptor. */
static void (*before_read)(int mem);

ssize_t pread(int fd, void *to, size_t len, off_t at)
{
	if (before_read && (uintptr_t)at == (uintptr_t)&__jit_debug_descriptor)
		before_read(fd);
	return syscall(SYS_pread64, fd, to, len, at);
}

/* What comes of the list that there is now. */
static void expect(int error, unsigned int n, const char *what)
{
	int mem, got;
	pid_t pid = target_start(&mem);

	got = objects_read(mem, (uintptr_t)&__jit_debug_descriptor, &objects);
	tap_ok(got == error && objects.n == n, "%s: %d, %u objects%s", what, got, objects.n,
	       got == error && objects.n == n ? "" : " are not what was expected");
	target_end(pid, mem);
}

static unsigned int with_bytes(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < objects.n; i++)
		n += !!objects.object[i].bytes;
	return n;
}

static void test_good(void)
{
	static uint8_t bytes[3][8] = { "first", "second", "third" };
	bool same = true;

	target_list(0, NULL, 0);
	expect(0, 0, "an empty list");
	target_list(3, NULL, 8);
	for (int i = 0; i < 3; i++)
		element[i].at = (uintptr_t)bytes[i];
	expect(0, 3, "three elements");
	for (unsigned int i = 0; i < objects.n; i++)
		same &= objects.object[i].entry == (uintptr_t)&element[i] &&
			objects.object[i].at == (uintptr_t)bytes[i] &&
			objects.object[i].size == 8 && objects.object[i].bytes &&
			!memcmp(objects.object[i].bytes, bytes[i], 8);
	tap_ok(same, "... with the bytes of each, in their order");
	objects_free(&objects);
	target_list(600, bytes, 8);
	expect(0, OBJECTS_MAX, "600 elements: the first count");
	tap_ok(objects.object[OBJECTS_MAX - 1].entry == (uintptr_t)&element[OBJECTS_MAX - 1],
	       "... the first ones");
	objects_free(&objects);
}

static void test_wrong_list(void)
{
	target_list(3, element, 8);
	__jit_debug_descriptor.version = 2;
	expect(-EBADMSG, 0, "another version");
	target_list(3, element, 8);
	element[2].next = (uintptr_t)element;
	expect(-EBADMSG, 0, "the last leads to the first");
	element[2].next = (uintptr_t)&element[1];
	expect(-EBADMSG, 0, "the last leads to the second");
	element[2].next = (uintptr_t)&element[2];
	expect(-EBADMSG, 0, "the last leads to itself");
	target_list(1, element, 8);
	element[0].next = (uintptr_t)element;
	element[0].previous = (uintptr_t)element;
	expect(-EBADMSG, 0, "the only one leads to itself, both ways");
	target_list(3, element, 8);
	element[1].previous = 0;
	expect(-EBADMSG, 0, "one leads back to nothing");
	target_list(3, element, 8);
	element[0].previous = (uintptr_t)&element[2];
	expect(-EBADMSG, 0, "the first leads back to the last");
	target_list(3, element, 8);
	__jit_debug_descriptor.first = NOWHERE;
	expect(-EFAULT, 0, "the first is nowhere");
	target_list(3, element, 8);
	element[2].next = NOWHERE;
	expect(-EFAULT, 0, "the last leads nowhere");
	element[2].next = UINT64_MAX - 8;
	expect(-EFAULT, 0, "... around the end of all addresses");
}

static void test_wrong_objects(void)
{
	uint8_t *large = mmap(NULL, OBJECT_MAX_BYTES + 4096, PROT_READ, MAP_PRIVATE |
			      MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	munmap(large + OBJECT_MAX_BYTES, 4096);
	target_list(4, element, 8);
	element[0].size = 1ull << 40;
	element[1].size = 0;
	element[2].at = NOWHERE;
	expect(0, 4, "objects that are huge, empty, nowhere, and good");
	tap_ok(with_bytes() == 1 && objects.object[3].bytes, "... the good one has bytes");
	objects_free(&objects);
	target_list(1, large, OBJECT_MAX_BYTES + 1);
	expect(0, 1, "an object of one byte too many");
	tap_equal(with_bytes(), 0, "... with bytes");
	objects_free(&objects);
	target_list(1, large + 1, OBJECT_MAX_BYTES);
	expect(0, 1, "an object that ends in nothing");
	tap_equal(with_bytes(), 0, "... with bytes");
	objects_free(&objects);
	target_list(6, large, OBJECT_MAX_BYTES);
	expect(0, 6, "six of the largest objects");
	tap_equal(with_bytes(), OBJECTS_MAX_BYTES / OBJECT_MAX_BYTES, "... with bytes");
	objects_free(&objects);
	munmap(large, OBJECT_MAX_BYTES);
}

/* --- while it is read ---------------------------------------------------------------- */

static unsigned int n_reads, change_until;

static void change(int mem)
{
	uint64_t size = ++n_reads % 2 ? 16 : 8;

	if (n_reads <= change_until)
		target_write(mem, &element[1].size, &size, sizeof(size));
}

static void test_changing(void)
{
	target_list(2, element, 8);
	before_read = change;
	change_until = 1000;
	expect(-EAGAIN, 0, "a list that is another one each time");
	tap_equal(n_reads, 6, "... times that it was read");
	n_reads = 0;
	change_until = 3;
	expect(0, 2, "a list that changes while it is read first");
	tap_equal(objects.n == 2 ? objects.object[1].size : 0, 16, "... size at last");
	objects_free(&objects);
	before_read = NULL;
}

/* A child that adds and removes without a pause, as a JIT may, another CPU looking on. */
static void test_racing(void)
{
	unsigned int good = 0, changing = 0, wrong = 0;
	int mem, error;
	pid_t pid;

	target_list(1, element, 8);
	pid = fork();
	for (element[1] = element[0]; !pid;) {
		__atomic_store_n(&element[1].next, (uintptr_t)element, __ATOMIC_RELEASE);
		__atomic_store_n(&element[0].previous, (uintptr_t)&element[1], __ATOMIC_RELEASE);
		__atomic_store_n(&__jit_debug_descriptor.first, (uintptr_t)&element[1],
				 __ATOMIC_RELEASE);
		__atomic_store_n(&__jit_debug_descriptor.first, (uintptr_t)element,
				 __ATOMIC_RELEASE);
		__atomic_store_n(&element[0].previous, 0, __ATOMIC_RELEASE);
	}
	mem = target_open(pid);
	for (int i = 0; i < 2000; i++) {
		error = objects_read(mem, (uintptr_t)&__jit_debug_descriptor, &objects);
		if (!error && (objects.n == 1 || (objects.n == 2 && objects.object[0].entry ==
						  (uintptr_t)&element[1])))
			good++;
		else if (error == -EAGAIN || error == -EBADMSG)
			changing++;
		else
			wrong++;
		objects_free(&objects);
	}
	target_end(pid, mem);
	tap_equal(wrong, 0, "lists that never were, of one that changes without a pause");
	tap_ok(good && good + changing == 2000, "... but for %u of 2000 looks it was there",
	       changing);
}

/* --- what is made of an object --------------------------------------------------------- */

struct given {
	struct synth_source source;
	const uint8_t *bytes;
};

static int give(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	memcpy(to, ((const struct given *)source)->bytes + at, len);
	return 0;
}

static void test_object(void)
{
	const uint64_t text = 0x7f1234560000;
	static uint8_t object[OBJECT_ROOM];
	struct given given = { { object_len, give }, object };
	struct synth_section section;
	struct synth_report report;
	unsigned int sound = 0;

	target_object(object, object24, (void *)text);
	tap_equal(synth_make(&given.source, &section, NULL), -ENOEXEC, "as a file it is none");
	tap_equal(synth_make_object(&given.source, &section, &report), 0, "an object of ET_REL");
	tap_ok(section.n_text == 1 && section.text[0].vaddr == text &&
	       section.text[0].len == TEXT_LEN && section.base == text, "... its text");
	/* Up to each function's last instruction: 10 + 8 bytes. */
	tap_equal(report.n_functions, 2, "... functions");
	tap_equal(report.described, 18, "... bytes that are described");
	tap_equal(report.covered[SYNTH_KIND_PLAIN], 18, "... bytes that have rows");
	tap_equal(report.n_holes, 0, "... holes");
	synth_free(&section);
	synth_report_free(&report);
	/* Cut off anywhere, and with any byte wrong: the sanitizers see nothing. */
	for (size_t i = 0; i < object_len; i++) {
		given.source.size = i;
		sound += synth_make_object(&given.source, &section, NULL) <= 0;
		synth_free(&section);
	}
	given.source.size = object_len;
	for (size_t i = 0; i < object_len; i++) {
		object[i] ^= 0x81;
		sound += synth_make_object(&given.source, &section, NULL) <= 0;
		synth_free(&section);
		object[i] ^= 0x81;
	}
	tap_equal(sound, 2 * object_len, "answers to broken ones");
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";

	target_objects(dir);
	test_good();
	test_wrong_list();
	test_wrong_objects();
	test_changing();
	test_racing();
	test_object();
	return tap_end();
}
