// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is placed for generated code, and what is removed, as its process goes on. The module's
 * part is played here: it has windows of one process, and knows sections by their bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sfreg.h>

#include "../../userspace/attach/jit.h"
#include "tap.h"
#include "target.h"

/* --- the module ---------------------------------------------------------------------- */

#define MOST	64

static struct window {
	struct sfreg_list_entry entry;
	ino_t section;
} window[MOST];
static unsigned int n_windows, n_sections;

/* Called after each window that is placed. */
static void (*after_place)(void);

/* Files are bound elsewhere: selftests/sandbox/binder.c. */
int sfreg_info(struct sfreg_info *info)
{
	(void)info;
	return -EOPNOTSUPP;
}

int sfreg_binder_open(void)
{
	return -EOPNOTSUPP;
}

int sfreg_bind(int binder_fd, const struct sfreg_bind *bind)
{
	(void)binder_fd;
	(void)bind;
	return -EOPNOTSUPP;
}

int sfreg_next_unbound(int binder_fd, __u32 *fs_type)
{
	(void)fs_type;
	(void)binder_fd;
	return -EOPNOTSUPP;
}

/* Equal bytes are the same section. */
int sfreg_section_create(const void *sframe, size_t sframe_len)
{
	static struct {
		const void *bytes;
		size_t len;
		int fd;
	} known[MOST];
	unsigned int i;

	for (i = 0; i < n_sections; i++)
		if (known[i].len == sframe_len && !memcmp(known[i].bytes, sframe, sframe_len))
			return fcntl(known[i].fd, F_DUPFD_CLOEXEC, 0);
	known[i].bytes = memcpy(malloc(sframe_len), sframe, sframe_len);
	known[i].len = sframe_len;
	known[i].fd = memfd_create("section", MFD_CLOEXEC);
	n_sections++;
	return fcntl(known[i].fd, F_DUPFD_CLOEXEC, 0);
}

static ino_t number_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static int place(const struct sfreg_place_entry *wanted)
{
	for (unsigned int i = 0; i < n_windows; i++) {
		const struct sfreg_list_entry *there = &window[i].entry;

		if (there->text_start == wanted->text_start &&
		    there->text_len == wanted->text_len &&
		    window[i].section == number_of(wanted->section_fd))
			return 0;
		if (wanted->text_start < there->text_start + there->text_len &&
		    there->text_start < wanted->text_start + wanted->text_len)
			return -EEXIST;
	}
	window[n_windows++] = (struct window) {
		{ .text_start = wanted->text_start, .text_len = wanted->text_len,
		  .sframe_base = wanted->sframe_base, .flags = SFREG_LIST_OUTSIDER },
		number_of(wanted->section_fd),
	};
	if (after_place)
		after_place();
	return 0;
}

/* Only ever of one here. */
int sfreg_place(int mem_fd, const struct sfreg_place_entry *entries, unsigned int count,
		unsigned int *failed)
{
	(void)mem_fd;
	if (failed)
		*failed = 0;
	return count == 1 ? place(entries) : -EINVAL;
}

int sfreg_remove(int mem_fd, const __u64 *keys, unsigned int count, unsigned int *failed)
{
	(void)mem_fd;
	(void)failed;
	for (unsigned int i = 0; count == 1 && i < n_windows; i++) {
		if (window[i].entry.text_start != keys[0])
			continue;
		window[i] = window[--n_windows];
		return 0;
	}
	return -ENOENT;
}

static int by_start(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	return x->entry.text_start < y->entry.text_start ? -1 : 1;
}

int sfreg_list(int mem_fd, __u64 from, struct sfreg_list_entry *entries, unsigned int count,
	       __u64 *total)
{
	unsigned int n = 0;

	(void)mem_fd;
	(void)total;
	qsort(window, n_windows, sizeof(*window), by_start);
	for (unsigned int i = 0; i < n_windows && n < count; i++)
		if (window[i].entry.text_start >= from)
			entries[n++] = window[i].entry;
	return n;
}

int sfreg_target_open(pid_t pid)
{
	return target_open(pid);
}

/* --- the process --------------------------------------------------------------------- */

#define TEXT_ROOM	(4 * 4096)

static uint8_t *text;
static uint8_t object[4][OBJECT_ROOM];
static struct broker *broker;
static unsigned int budget;
static bool partial;
static pid_t pid;
static int mem;

/* Object number @i is for text at @at. */
static void describe(int i, const uint8_t *from, const void *at)
{
	target_object(object[i], from, at);
	element[i].at = (uintptr_t)object[i];
}

static void begin(unsigned int n)
{
	target_list(n, NULL, object_len);
	for (unsigned int i = 0; i < n; i++)
		describe(i, object24, text + 1000 * i);
	n_windows = 0;
	after_place = NULL;
	budget = 100;
	broker = broker_new(NULL);
}

static void own_window(uint64_t start, uint32_t flags)
{
	window[n_windows++] = (struct window) {
		{ .text_start = start, .text_len = 16, .flags = flags }, 1,
	};
}

/* Looks once. What came of it, and what there is then: "+placed =there -removed .. : keys". */
static char *look(void)
{
	static char line[512];
	const struct descriptors descriptors = { { (uintptr_t)&__jit_debug_descriptor }, 1 };
	struct attach_result result = { 0 };
	struct process process;
	struct maps maps;
	struct jit_look look = {
		.broker = broker, .process = &process, .text = &maps,
		.descriptors = &descriptors, .partial = partial, .budget = budget,
		.result = &result,
	};
	struct sfreg_list_entry there[MOST];
	int error, n;

	if (process_open(pid, &process) || maps_read(process.maps, PROT_EXEC, &maps))
		exit(2);
	error = jit_attach(&look);
	maps_free(&maps);
	process_close(&process);
	sprintf(line, "%d +%u =%u -%u without %u later %u:", error, result.placed, result.there,
		result.removed, result.without, result.later);
	n = sfreg_list(mem, 0, there, MOST, NULL);
	for (int i = 0; i < n; i++) {
		uint64_t at = there[i].text_start - (uintptr_t)text;

		if (at < TEXT_ROOM)
			sprintf(line + strlen(line), " %llu+%llu", (unsigned long long)at,
				(unsigned long long)there[i].text_len);
		else
			strcat(line, " elsewhere");
	}
	return line;
}

static void expect(const char *wanted, const char *what)
{
	char *got = look();

	if (!tap_ok(!strcmp(got, wanted), "%s", what))
		printf("# want %s\n# got  %s\n", wanted, got);
}

static void start(void)
{
	pid = target_start(&mem);
}

static void end(void)
{
	target_end(pid, mem);
	broker_free(broker);
}

/* Element @i is taken out of the child's list. */
static void take_out(int i, int n)
{
	if (i)
		element[i - 1].next = i + 1 < n ? (uintptr_t)&element[i + 1] : 0;
	else
		__jit_debug_descriptor.first = (uintptr_t)&element[1];
	if (i + 1 < n)
		element[i + 1].previous = i ? (uintptr_t)&element[i - 1] : 0;
	target_write(mem, element, element, sizeof(element));
	target_write(mem, &__jit_debug_descriptor, &__jit_debug_descriptor,
		     sizeof(__jit_debug_descriptor));
}

/* --- tests --------------------------------------------------------------------------- */

static void test_life(void)
{
	struct broker_stats stats;
	ino_t before;

	begin(3);
	start();
	expect("0 +3 =0 -0 without 0 later 0: 0+48 1000+48 2000+48", "three objects");
	tap_ok(window[1].entry.sframe_base == (uintptr_t)text + 1000, "... at absolute addresses");
	expect("0 +0 =3 -0 without 0 later 0: 0+48 1000+48 2000+48", "nothing has changed");
	broker_stats(broker, &stats);
	tap_equal(stats.made, 3, "... and nothing is made again; sections");
	take_out(1, 3);
	partial = true;
	expect("0 +0 =2 -0 without 0 later 0: 0+48 1000+48 2000+48",
	       "the second one is gone, as far as is known yet");
	partial = false;
	expect("0 +0 =2 -1 without 0 later 0: 0+48 2000+48", "... and as all is known");
	before = window[0].section;
	describe(0, object40, text);
	target_write(mem, object[0], object[0], OBJECT_ROOM);
	expect("0 +1 =1 -1 without 0 later 0: 0+48 2000+48", "other code in the first one's place");
	tap_ok(window[0].section != before, "... has other rows");
	__jit_debug_descriptor.version = 7;
	target_write(mem, &__jit_debug_descriptor, &__jit_debug_descriptor, 4);
	expect("0 +0 =0 -2 without 0 later 0:", "the list has become nonsense");
	end();
}

static void test_others(void)
{
	begin(2);
	own_window((uintptr_t)test_others, SFREG_LIST_OUTSIDER);
	start();
	expect("0 +2 =0 -0 without 0 later 0: elsewhere 0+48 1000+48",
	       "a window of a file's text stays");
	end();
	begin(2);
	own_window((uintptr_t)text + 1010, 0);
	own_window((uintptr_t)text + 3000, 0);
	own_window((uintptr_t)text + 3100, SFREG_LIST_OUTSIDER);
	start();
	expect("0 +1 =0 -1 without 0 later 0: 0+48 1010+16 3000+16",
	       "the process's own stay, an outsider's of which nobody speaks goes");
	end();
}

static void test_text(void)
{
	static uint8_t data[64];

	begin(4);
	describe(1, object24, test_text);
	describe(2, object24, data);
	describe(3, object24, text + TEXT_ROOM - 47);
	start();
	expect("0 +1 =0 -0 without 0 later 0: 0+48",
	       "text of a file, data, and text that ends beyond the mapping have none");
	end();
	begin(1);
	own_window((uintptr_t)text, SFREG_LIST_OUTSIDER);
	window[0].entry.text_len = 48;
	mprotect(text, 4096, PROT_READ | PROT_WRITE);
	start();
	expect("0 +0 =0 -0 without 0 later 0: 0+48",
	       "text that is being written to keeps its window");
	end();
	mprotect(text, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
	begin(2);
	describe(0, object40, text);
	describe(1, object24, text + 8);
	start();
	expect("0 +1 =0 -0 without 0 later 0: 0+48", "of two for the same text the newer counts");
	end();
}

static void test_broken(void)
{
	begin(4);
	memset(object[1], 0xff, 64);
	element[2].size = 100;
	element[3].size = UINT64_MAX;
	start();
	expect("0 +1 =0 -0 without 3 later 0: 0+48",
	       "objects that are no ELF, cut off, and huge have nothing; the good one has");
	end();
	begin(3);
	budget = 2;
	own_window((uintptr_t)text + 2000, SFREG_LIST_OUTSIDER);
	window[0].entry.text_len = 48;
	start();
	expect("0 +2 =0 -0 without 0 later 1: 0+48 1000+48 2000+48",
	       "no more than a few are made in a look; what is unknown stays");
	expect("0 +1 =2 -1 without 0 later 0: 0+48 1000+48 2000+48", "... the next has the rest");
	end();
}

static void go_away(void)
{
	after_place = NULL;
	take_out(1, 2);
}

static void test_race(void)
{
	begin(2);
	start();
	after_place = go_away;
	expect("0 +0 =0 -0 without 0 later 2:",
	       "the list changes when they are placed: they are taken back");
	expect("0 +1 =0 -0 without 0 later 0: 0+48", "... until the next look");
	end();
}

int main(int argc, char **argv)
{
	target_objects(argc > 1 ? argv[1] : ".");
	text = mmap(NULL, TEXT_ROOM + 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(text + TEXT_ROOM, 4096);
	test_life();
	test_others();
	test_text();
	test_broken();
	test_race();
	return tap_end();
}
