// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Who keeps the module from being unloaded: from /proc/PID/fd the holders of
 * descriptors, from /proc/PID/task/TID/syscall the threads inside one of our
 * calls. All of it may change while it is read; what vanishes is passed over.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sfreg.h>

#include "tool.h"

#define SECTION_LINK	"anon_inode:[sfreg-section]"

struct holders {
	unsigned int printed;
	unsigned int hidden;	/* processes that we may not look into */
};

static void print_holder(struct holders *holders, pid_t pid, const char *what, long number)
{
	char path[64], name[32] = "?";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (file) {
		if (fgets(name, sizeof(name), file))
			name[strcspn(name, "\n")] = '\0';
		fclose(file);
	}
	if (!holders->printed++)
		printf("\n%7s %-16s %s\n", "PID", "COMMAND", "HOLDS");
	printf("%7d %-16s %s %ld\n", pid, name, what, number);
}

static bool is_ours(const char *link)
{
	return !strcmp(link, SFREG_DEVICE) || !strcmp(link, SECTION_LINK) ||
	       !strcmp(link, SFREG_DEVICE " (deleted)");
}

/* What descriptor @fd of @pid is; an empty string if it is gone. */
static void read_link(char *link, size_t room, pid_t pid, long fd)
{
	char path[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/fd/%ld", pid, fd);
	len = readlink(path, link, room - 1);
	link[len > 0 ? len : 0] = '\0';
}

static void look_at_descriptors(struct holders *holders, pid_t pid)
{
	char path[64], link[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir) {
		holders->hidden += errno == EACCES || errno == EPERM;
		return;
	}
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		read_link(link, sizeof(link), pid, atol(entry->d_name));
		if (is_ours(link))
			print_holder(holders, pid,
				     strcmp(link, SECTION_LINK) ? "device, descriptor" :
								  "section, descriptor",
				     atol(entry->d_name));
	}
	closedir(dir);
}

/* The file holds "running", or the number of a system call and its arguments. */
static void look_at_thread(struct holders *holders, pid_t pid, long tid)
{
	unsigned long a, b;
	char path[64], link[128];
	bool in_call = false;
	FILE *file;
	long nr;

	snprintf(path, sizeof(path), "/proc/%d/task/%ld/syscall", pid, tid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%ld %lx %lx", &nr, &a, &b) == 3) {
		unsigned int option = a;

		if (nr == SYS_prctl)
			in_call = option >= PR_SFREG_REGISTER &&
				  option <= PR_SFREG_UNREGISTER;
		if (nr == SYS_ioctl && _IOC_TYPE(b) == SFREG_IOC_MAGIC) {
			read_link(link, sizeof(link), pid, a);
			in_call = is_ours(link);
		}
	}
	fclose(file);
	if (in_call)
		print_holder(holders, pid, "a call in progress, thread", tid);
}

static void look_at_threads(struct holders *holders, pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at_thread(holders, pid, atol(entry->d_name));
	closedir(dir);
}

void print_holders(void)
{
	struct holders holders = { 0 };
	struct dirent *entry;
	DIR *dir;

	dir = opendir("/proc");
	if (!dir) {
		complain("cannot read /proc: %s", strerror(errno));
		return;
	}
	while ((entry = readdir(dir))) {
		pid_t pid = parse_pid(entry->d_name);

		if (pid < 0)
			continue;
		look_at_descriptors(&holders, pid);
		look_at_threads(&holders, pid);
	}
	closedir(dir);
	if (!holders.printed)
		printf("\nNobody holds a descriptor or waits in a call.\n");
	if (holders.hidden)
		printf("%u processes could not be looked into (run as root).\n",
		       holders.hidden);
}
