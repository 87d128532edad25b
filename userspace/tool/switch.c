// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg off, sfreg on: the module's parameter "enabled".
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define ENABLED	"/sys/module/sfreg/parameters/enabled"

static int set_enabled(const char *value)
{
	int fd = open(ENABLED, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno == ENOENT ? -ENOSYS : -errno;
	if (write(fd, value, 1) != 1)
		error = -errno;
	close(fd);
	return error;
}

static int turn(const char *value, const char *word)
{
	int error = set_enabled(value);

	if (error == -EACCES || error == -EPERM)
		return complain("only root can switch sfreg %s", word);
	if (error)
		return complain("cannot switch %s: %s", word, explain(error));
	return EXIT_OK;
}

int cmd_off(int argc, char **argv)
{
	parse_nothing(argc, argv,
		      "Switches sfreg off: profilers get the kernel's own stacks, all that "
		      "was registered is forgotten, registering fails. For root.");
	return turn("0", "off");
}

int cmd_on(int argc, char **argv)
{
	parse_nothing(argc, argv,
		      "Switches sfreg on again. Programs that ran before are not registered "
		      "until they register themselves anew. For root.");
	return turn("1", "on");
}
