// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The numbers in /proc.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "scan.h"

int scan_processes(scan_visit *visit, void *ctx)
{
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			ret = visit(ctx, atoi(entry->d_name));
	closedir(dir);
	return ret;
}
