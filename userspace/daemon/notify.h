/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * systemd's notification protocol, see sd_notify(3).
 */
#ifndef SFREG_NOTIFY_H
#define SFREG_NOTIFY_H

/* "READY=1", "STATUS=..", .. Nothing happens if nobody asked for it (NOTIFY_SOCKET). */
void notify(const char *message);

#endif /* SFREG_NOTIFY_H */
