// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A line is one write(2), so that lines of several processes do not mix.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

static int log_fd = STDERR_FILENO;
static bool log_is_syslog;

void log_to_syslog(void)
{
	openlog("sfregd", LOG_PID, LOG_DAEMON);
	log_is_syslog = true;
}

int log_to_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return -errno;
	log_fd = fd;
	log_is_syslog = false;
	return 0;
}

void log_say(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (log_is_syslog)
		syslog(LOG_INFO, "%s", line);
	else
		dprintf(log_fd, "sfregd: %s\n", line);
}
