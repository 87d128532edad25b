// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

struct descriptor __jit_debug_descriptor = { .version = 1 };
struct element element[N_ELEMENTS];
uint8_t object24[OBJECT_ROOM], object40[OBJECT_ROOM];
size_t object_len;

static size_t load(const char *dir, const char *name, uint8_t *to)
{
	char path[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(2, "%s", path);
	len = read(fd, to, OBJECT_ROOM);
	close(fd);
	if (len <= 0 || len == OBJECT_ROOM)
		errx(2, "%s: too long", path);
	return len;
}

void target_objects(const char *dir)
{
	object_len = load(dir, "generated24.o", object24);
	if (load(dir, "generated40.o", object40) != object_len)
		errx(2, "objects differ in length");
}

void target_object(uint8_t to[OBJECT_ROOM], const uint8_t *from, const void *text)
{
	const Elf64_Ehdr *header = (void *)to;
	Elf64_Shdr *section;
	const char *names;

	memcpy(to, from, OBJECT_ROOM);
	section = (void *)(to + header->e_shoff);
	names = (void *)(to + section[header->e_shstrndx].sh_offset);
	for (int i = 0; i < header->e_shnum; i++, section++) {
		if (!strcmp(names + section->sh_name, ".text"))
			section->sh_addr = (uintptr_t)text;
		if (!strcmp(names + section->sh_name, ".eh_frame"))
			section->sh_addr = (uintptr_t)text + 65536;
	}
}

void target_list(unsigned int n, const void *at, uint64_t size)
{
	memset(element, 0, sizeof(element));
	for (unsigned int i = 0; i < n; i++)
		element[i] = (struct element) {
			.next = i + 1 < n ? (uintptr_t)&element[i + 1] : 0,
			.previous = i ? (uintptr_t)&element[i - 1] : 0,
			.at = (uintptr_t)at, .size = size,
		};
	__jit_debug_descriptor = (struct descriptor) {
		.version = 1, .first = n ? (uintptr_t)element : 0,
	};
}

int target_open(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(2, "%s", path);
	return fd;
}

pid_t target_start(int *mem)
{
	pid_t pid = fork();

	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	*mem = target_open(pid);
	return pid;
}

void target_end(pid_t pid, int mem)
{
	close(mem);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void target_write(int mem, const void *here, const void *bytes, size_t len)
{
	if (pwrite(mem, bytes, len, (uintptr_t)here) != (ssize_t)len)
		err(2, "writing to a child's memory");
}
