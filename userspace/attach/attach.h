/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Places sections in other processes. Nothing is remembered about a process that could not be
 * found out again (see descriptor.h): what is mapped is read from /proc/PID/maps, what is placed
 * already is asked of the module, and the difference is placed. So attaching twice is harmless,
 * and a lost event costs a rescan.
 */
#ifndef SFREG_ATTACH_H
#define SFREG_ATTACH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "broker.h"
#include "maps.h"

/* What came of one process. */
struct attach_result {
	uint32_t placed;	/* windows, by this call */
	uint32_t there;		/* windows that were there before */
	uint32_t without;	/* executable mappings of files for which there is nothing */
	uint32_t anonymous;	/* executable mappings without a file: JITs */
	uint32_t waiting;	/* files that have to be made first: see attach_known() */
	uint32_t removed;	/* windows of generated code that is gone */
	uint32_t later;		/* generated code that the next look should see to, soon */
	bool jit;		/* it may generate code at any time: to be looked at again */
};

/* What came of one mapping. */
struct attach_mapping {
	const struct map *map;
	uint32_t placed;	/* windows, by this call */
	int error;		/* of the file or the module, 0: there is nothing to say */
	int fd;			/* the file, open for the length of the call; or -1 */
};

typedef void attach_say(void *ctx, const struct attach_mapping *mapping);

/**
 * attach_process() - place what is lacking
 * @broker: where sections come from
 * @pid: the process
 * @result: filled in
 * @say: NULL, or told of each mapping (sfreg attach -v, sfreg doctor)
 *
 * Return: 0; -ESRCH: it is gone; -EAGAIN: it has executed another program meanwhile: ask again;
 * -EACCES, -EPERM: it may not be traced; -ENOSYS, -ESHUTDOWN: see sfreg_probe(); or
 * an error of struct sfreg_place. What could be placed stays placed.
 */
int attach_process(struct broker *broker, pid_t pid, struct attach_result *result,
		   attach_say *say, void *ctx);

/*
 * The same with what is known or cached only: of other files, @say is told -EINPROGRESS, and
 * result->waiting counts them. Takes no more than a few milliseconds.
 */
int attach_known(struct broker *broker, pid_t pid, struct attach_result *result,
		 attach_say *say, void *ctx);

/* Removes what outsiders placed. Return: number of windows, or as above. */
int attach_remove(pid_t pid);

#endif /* SFREG_ATTACH_H */
