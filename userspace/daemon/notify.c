// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A datagram to a socket whose name is in the environment; '@' stands for the abstract
 * name space's zero byte.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

void notify(const char *message)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len;
	int fd;

	if (!name || (*name != '/' && *name != '@'))
		return;
	len = strlen(name);
	if (len >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, name, len);
	if (*name == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT,
	       (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + len);
	close(fd);
}
