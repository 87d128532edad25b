// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a program of shapes.c: its callees, and a main() that takes a function's
 * address and calls it as well, so that the linker writes a .plt.got.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "shapes.h"

int external(int a)
{
	int (*print)(const char *) = puts;

	if (a > 100)
		print("large");
	return a - 1;
}

void external_bytes(char *bytes, unsigned long n)
{
	memset(bytes, 1, n);
}

void external_stop(void)
{
	puts("stop");
	exit(1);
}

int main(int argc, char **argv)
{
	char *copy = strdup(argv[0]);

	printf("%s %d\n", copy, many_branches(argc, 2, 3, 4));
	free(copy);
	return 0;
}
