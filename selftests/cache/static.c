// SPDX-License-Identifier: GPL-2.0-only
/*
 * A static program that leaves a trace if it is run: a file, named by its argument or,
 * as when somebody wants to know what it is linked with, "ran" in its own directory.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[PATH_MAX + 8] = "";
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

	if (n <= 0)
		return 1;
	strcpy(strrchr(path, '/') + 1, "ran");
	return open(argc > 1 ? argv[argc - 1] : path, O_CREAT | O_WRONLY, 0644) < 0;
}
