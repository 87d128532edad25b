// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that does nothing; linked alone, and with many libraries. With an argument it
 * waits until it is killed.
 */
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argv;
	while (argc > 1)
		pause();
	return 0;
}
