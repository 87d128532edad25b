/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * All processes that there are.
 */
#ifndef SFREG_SCAN_H
#define SFREG_SCAN_H

#include <sys/types.h>

/* Return: 0 to go on, else the scan ends with this. */
typedef int scan_visit(void *ctx, pid_t pid);

/*
 * scan_processes() - visit each process of /proc, the caller's own, too
 *
 * Kernel threads are among them: whoever opens one finds that it runs no program. Processes that
 * begin meanwhile may be missed, and those that are visited may be gone.
 *
 * Return: 0, -errno: /proc cannot be read, or what @visit returned.
 */
int scan_processes(scan_visit *visit, void *ctx);

#endif /* SFREG_SCAN_H */
