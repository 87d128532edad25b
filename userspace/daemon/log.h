/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What sfregd has to say: to standard error, to a file, or to syslog(3).
 */
#ifndef SFREG_LOG_H
#define SFREG_LOG_H

/* Standard error, until told otherwise. */
void log_to_syslog(void);

/* Appends; made with mode 0644. Return: 0 or -errno. */
int log_to_file(const char *path);

/* One line. */
void log_say(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

#endif /* SFREG_LOG_H */
