// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "../attach/broker.h"
#include "clock.h"
#include "files.h"
#include "makers.h"

/* So many at once; then a pause, and as many times longer as it took. */
#define AT_ONCE		64
#define PAUSE		(2 * CLOCK_MS)
#define PAUSE_COST	4

static void learn(struct broker *broker, struct makers *makers, int fd, uint32_t fs_type)
{
	const struct broker_object *object = broker_learn(broker, fd, fs_type, !makers);

	if (!object || object->error != -EINPROGRESS)
		return;
	/* Made beside; where that is of no use, by ourselves. */
	if (makers_want(makers, fd, fs_type) == MAKERS_DONE)
		broker_learn(broker, fd, fs_type, true);
}

/* Nobody hands out more, at the moment. Any other error is of one file. */
static bool is_end(int error)
{
	switch (-error) {
	case ENODATA:
	case EPERM:
	case EOPNOTSUPP:
	case ENOSYS:
	case ESHUTDOWN:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

uint64_t files_learn(struct broker *broker, struct makers *makers)
{
	uint64_t began = clock_cpu();
	bool any = false;

	for (int i = 0; i < AT_ONCE; i++) {
		uint32_t fs_type;
		int fd = broker_next_unbound(broker, &fs_type);

		if (fd >= 0) {
			any = true;
			learn(broker, makers, fd, fs_type);
			close(fd);
		} else if (is_end(fd)) {
			break;
		}
	}
	return any ? clock_now() + PAUSE + PAUSE_COST * (clock_cpu() - began) : 0;
}
