// SPDX-License-Identifier: GPL-2.0-only
/*
 * embedded FILE COPY - writes a copy of FILE that carries its section, and prints at how
 * many bytes what the copy's .sframe says is what elfutils reads in the copy's .eh_frame;
 * or the error's name.
 *
 * embedded --far FILE COPY: with a section of version 2 that counts from 4 GiB away.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "equal.h"

static int fail(int error)
{
	printf("%s\n", strerrorname_np(-error));
	return 1;
}

/* @base_off: what the section's base is moved by. */
static int embed(const char *path, const char *copy, u64 base_off)
{
	struct synth_section section;
	struct synth_file file;
	struct stat stat;
	int fd, to, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat))
		return -errno;
	to = open(copy, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, stat.st_mode & 0777);
	if (to < 0)
		return -errno;
	ret = synth_file_init(&file, fd);
	if (!ret)
		ret = synth_make(&file.source, &section, NULL);
	if (ret)
		return ret;
	section.base += base_off;
	ret = synth_embed(fd, &section, to);
	synth_free(&section);
	close(to);
	close(fd);
	return ret;
}

/* The copy's own section takes the place of what would be made of the copy. */
static int compare_copy(const char *copy)
{
	struct count c = {};
	struct object o;
	struct made m;
	const char *why;
	u64 i;

	if (!made_open(&m, copy, &why) || !object_open(&o, copy, &why) || !o.sframe) {
		printf("%s\n", why);
		return 1;
	}
	compiled_free(&m.compiled);
	compiled_make(&m.compiled, &o);
	m.section.base = o.sframe_addr;
	m.object.sframe_addr = o.sframe_addr;
	count(&m, 0, UINT64_MAX, &c);
	printf("%llu equal, %llu wrong\n", (unsigned long long)c.equal,
	       (unsigned long long)c.wrong);
	for (i = 0; i < c.wrong && i < MAX_WRONGS; i++)
		printf("%#llx: %s\n", (unsigned long long)c.wrongs[i].addr, c.wrongs[i].what);
	object_close(&o);
	made_close(&m);
	return c.wrong || !c.equal;
}

int main(int argc, char **argv)
{
	u64 base_off = 0;
	int ret;

	if (argc == 4 && !strcmp(argv[1], "--far")) {
		base_off = 1ull << 32;
		argv++;
		argc--;
	}
	if (argc != 3)
		return 2;
	ret = embed(argv[1], argv[2], base_off);
	return ret ? fail(ret) : compare_copy(argv[2]);
}
