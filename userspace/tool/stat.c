// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg stat: the module's counters, and who keeps it busy.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define STATS	"/sys/class/misc/sfreg/stats"

static int is_counter(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool print_counter(const char *name)
{
	unsigned long long value;
	char path[sizeof(STATS) + 256];
	bool ok = false;
	FILE *file;

	snprintf(path, sizeof(path), STATS "/%.255s", name);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%llu", &value) == 1) {
		printf("%-24s %llu\n", name, value);
		ok = true;
	}
	fclose(file);
	return ok;
}

static int print_counters(void)
{
	struct dirent **entries;
	int status = EXIT_OK;
	int n;

	n = scandir(STATS, &entries, is_counter, alphasort);
	if (n > 0 && geteuid())
		return complain("only root may read the counters");
	if (n < 0)
		return complain("%s", errno == ENOENT ? explain(-ENOSYS) : strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!print_counter(entries[i]->d_name))
			status = complain("cannot read " STATS "/%s", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return status;
}

int cmd_stat(int argc, char **argv)
{
	int status;

	parse_nothing(argc, argv,
		      "Prints the module's counters, and the processes that hold its "
		      "descriptors or wait in its calls. Run as root to see them all.");
	status = print_counters();
	if (status == EXIT_OK)
		print_holders();
	return status;
}
