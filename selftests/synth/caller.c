// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program to make copies of: it has thread-local data, constructors and a large .bss,
 * and grows its heap. With arguments it loads a library and calls its crc32().
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __thread int local = 7;
static char large[3 << 20];
static int constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed = 1;
}

#ifdef LOADER
static int call(const char *path, const char *name)
{
	unsigned long (*crc32)(unsigned long crc, const char *bytes, unsigned int n);
	void *library = dlopen(path, RTLD_NOW);

	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	*(void **)&crc32 = dlsym(library, name);
	return !crc32 || crc32(0, "123456789", 9) != 0xcbf43926;
}
#endif

int main(int argc, char **argv)
{
	char *heap = malloc(100000);
	size_t i;

	(void)argc;
	(void)argv;
#ifdef LOADER
	if (argc > 2)
		return call(argv[1], argv[2]);
#endif
	for (i = 0; i < sizeof(large); i++)
		if (large[i])
			return 1;
	memset(large, 1, sizeof(large));
	memset(heap, 1, 100000);
	return !(constructed && local == 7 && heap[99999] == large[0]);
}
