// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that does nothing: alone, or with N_LIBRARIES libraries (library.c) whose
 * functions it calls. With an argument it waits until it is killed.
 */
#include <unistd.h>

#ifdef LIBRARIES
#define LIBRARY(n) int function_##n(int);
LIBRARIES
#undef LIBRARY
#define LIBRARY(n) + function_##n(1)
#else
#define LIBRARIES
#endif

int main(int argc, char **argv)
{
	int sum = 0 LIBRARIES;

	(void)argv;
	while (argc > 1)
		pause();
	return sum < 0;
}
