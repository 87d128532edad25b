// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two libraries take each other's place in memory, at once and with no gap, while somebody
 * attaches us: has the one that is there the window of the other?
 *
 *	swap ONE OTHER N
 *
 * Both have a function through() at the same place, with frames of different size. Prints
 * "ok SEEN": how often there was a window when a stack through that function was looked at.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sfreg.h>

#define FRAMES		64
#define PATIENCE_MS	200
#define AGAIN_MS	2000

static char *place;
static size_t size;
static uint64_t truth;
static bool whole;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static __attribute__((__noinline__)) void look(void)
{
	struct sfreg_frame frames[FRAMES];
	int n = sfreg_backtrace(frames, FRAMES, NULL);

	whole = false;
	for (int i = 0; i < n; i++)
		whole |= frames[i].cfa == truth;
}

static __attribute__((__noinline__)) void call(void *text)
{
	void (*through)(void (*callback)(void)) = text;
	volatile char room[72];

	room[0] = 1;
	truth = (uint64_t)(uintptr_t)__builtin_dwarf_cfa();
	through(look);
	room[0]++;
}

static bool has_window(void)
{
	struct sfreg_list_entry entry;

	return sfreg_list(-1, (uintptr_t)place, &entry, 1, NULL) == 1 &&
	       entry.text_start - (uintptr_t)place < size;
}

static bool wait_for_window(int patience)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	for (; patience && !has_window(); patience--)
		nanosleep(&ms, NULL);
	return patience;
}

static int open_library(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		fail(path);
	if ((size_t)st.st_size > size)
		size = st.st_size;
	return fd;
}

/* Where in the file through() is. Its text is linked where it lies in the file. */
static size_t find_through(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	void *through = library ? dlsym(library, "through") : NULL;
	Dl_info info;

	if (!through || !dladdr(through, &info))
		fail("dlopen");
	return (char *)through - (char *)info.dli_fbase;
}

/*
 * Between the placing of a window and the look whether it was right to place it there, it may be
 * wrong, for a moment. What is wrong for longer stays so.
 */
static bool is_wrong(size_t offset)
{
	for (int i = 0; i < AGAIN_MS; i++) {
		call(place + offset);
		if (whole || !has_window())
			return false;
		usleep(1000);
	}
	return true;
}

int main(int argc, char **argv)
{
	int fds[2], n, seen = 0;
	size_t offset;

	if (argc != 4)
		return 2;
	offset = find_through(argv[1]);
	if (offset != find_through(argv[2]))
		fail("the libraries are not alike");
	fds[0] = open_library(argv[1]);
	fds[1] = open_library(argv[2]);
	n = atoi(argv[3]);
	place = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < n; i++) {
		if (mmap(place, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fds[i % 2],
			 0) == MAP_FAILED)
			fail("mmap");
		/* Most are gone before anybody can have a look at them. */
		if (i % 3 || !wait_for_window(PATIENCE_MS))
			continue;
		seen++;
		if (is_wrong(offset)) {
			printf("round %d: a window of the other library\n", i);
			return 1;
		}
	}
	printf("ok %d\n", seen);
	return 0;
}
