// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what a program can see of the loader's hook: its descriptors, errno,
 * heap, the libc copies and other files mapped, whether opening and closing a
 * library changed any of that. Run without address randomization, the output with
 * and without the hook must be the same, but for the hook's own mappings.
 *
 * Use: witness LIBRARY
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int n = 0;

	while ((entry = readdir(dir)))
		n++;
	closedir(dir);
	printf("descriptors %d, next %d\n", n, dup(1));
	close(3);
}

static void print_libcs(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	int libcs = 0;

	while (fgets(line, sizeof(line), maps))
		libcs += strstr(line, "/libc.so.6") && strstr(line, "r-xp");
	fclose(maps);
	printf("libc copies %d\n", libcs);
}

int main(int argc, char **argv)
{
	int error = errno;
	void *heap = sbrk(0);
	void *handle;

	printf("errno at start %d\n", error);
	printf("heap %p\n", heap);
	print_descriptors();
	for (int i = 0; argc > 1 && i < 3; i++) {
		errno = 77;
		handle = dlopen(argv[1], RTLD_NOW);
		printf("dlopen %s\n", handle ? "works" : "fails");
		if (!handle)
			break;
		printf("sample %d\n", ((int (*)(int))dlsym(handle, "sample"))(20));
		errno = 77;
		printf("dlclose %d, errno %d\n", dlclose(handle), errno);
	}
	print_descriptors();
	print_libcs();
	printf("environment %s\n", getenv("LD_PRELOAD") ? "has LD_PRELOAD" : "clean");
	return 42;
}
