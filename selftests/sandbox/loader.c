// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads what is named, maps two pages of code that nobody describes, deletes its own file,
 * and ends.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	void *jit = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (argc != 2 || jit == MAP_FAILED || !dlopen(argv[1], RTLD_NOW) || unlink(argv[0]))
		return 1;
	return puts("done") < 0;
}
