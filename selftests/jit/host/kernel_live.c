// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands for the memory of live windows: a file in memory, mapped by the library and
 * here. Walks read our mapping, as the module reads its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../userspace/lib/live.h"
#include "kernel.h"

#define NAME		"sfreg-live"
#define SECTIONS	1024

struct section {
	struct sfr_live live;		/* first: what others hold */
	ino_t inode;
	size_t len;			/* 0: there is none */
};

static struct section sections[SECTIONS];

static void drop(struct section *section)
{
	if (kernel.keep_sections)
		return;
	munmap((void *)section->live.words, section->len);
	*section = (struct section) { .len = 0 };
}

static struct section *unused(void)
{
	int i;

	for (i = 0; i < SECTIONS; i++)
		if (!sections[i].len)
			return &sections[i];
	abort();
}

int sfreg_live_create(uint32_t n_rows)
{
	struct section *section = unused();
	int fd, ret = kernel_begin();
	struct stat st;

	if (ret)
		return ret;
	section->len = 8ul * (SFR_LIVE_HEADER + n_rows);
	fd = memfd_create(NAME, MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, section->len) || fstat(fd, &st))
		abort();
	section->inode = st.st_ino;
	section->live.n_rows = n_rows;
	section->live.words = mmap(NULL, section->len, PROT_READ, MAP_SHARED, fd, 0);
	if (section->live.words == MAP_FAILED)
		abort();
	if (kernel.unmappable) {
		kernel.unmappable = false;
		close(fd);
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	return fd;
}

const struct sfr_live *kernel_live_of(int fd)
{
	struct stat st;
	int i;

	if (fstat(fd, &st))
		return NULL;
	for (i = 0; i < SECTIONS; i++)
		if (sections[i].len && sections[i].inode == st.st_ino)
			return &sections[i].live;
	return NULL;
}

void kernel_live_put(const struct sfr_live *live)
{
	drop((struct section *)live);
}

void kernel_live_forget(void)
{
	int i;

	kernel.keep_sections = false;
	for (i = 0; i < SECTIONS; i++)
		if (sections[i].len)
			drop(&sections[i]);
}

/* As the module's mappings are, so that a child has none. */
int kernel_live_mappings(bool unshare)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char line[300];
	int n = 0;

	while (fgets(line, sizeof(line), maps)) {
		if (!strstr(line, NAME) || !strstr(line, " rw-s "))
			continue;
		n++;
		if (unshare && (sscanf(line, "%lx-%lx", &start, &end) != 2 ||
				madvise((void *)start, end - start, MADV_DONTFORK)))
			abort();
	}
	fclose(maps);
	return n;
}
