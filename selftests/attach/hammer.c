// SPDX-License-Identifier: GPL-2.0-only
/*
 * hammer [PID]: attaches a process (all that there are), again and again without a pause, until
 * it has ended (SIGTERM). Built of the command's own parts.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../userspace/attach/attach.h"
#include "../../userspace/attach/scan.h"

static volatile sig_atomic_t over;

static void on_term(int number)
{
	(void)number;
	over = 1;
}

static struct broker *broker;
static unsigned long calls, placed;

static int hit(void *unused, pid_t pid)
{
	struct attach_result result;
	int error = attach_process(broker, pid, &result, NULL, NULL);

	(void)unused;
	calls++;
	placed += result.placed;
	return over ? -EINTR : error == -ENOSYS ? error : 0;
}

int main(int argc, char **argv)
{
	pid_t pid = argc > 1 ? atoi(argv[1]) : 0;

	signal(SIGTERM, on_term);
	broker = broker_new(cache_dir());
	if (!broker)
		return 1;
	while (!over && (!pid || !kill(pid, 0)))
		if (pid ? hit(NULL, pid) : scan_processes(hit, NULL))
			break;
	printf("%lu calls, %lu windows\n", calls, placed);
	broker_free(broker);
	return 0;
}
