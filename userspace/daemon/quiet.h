/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A process that maps one library after the other is looked at when it pauses.
 */
#ifndef SFREG_QUIET_H
#define SFREG_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#include "pids.h"

/* Has it mapped files since this was last asked? Then it is likely to go on. */
bool quiet_is_mapping(struct pid *pid, uint64_t now);

/* .. and is to be asked again after so long. */
uint64_t quiet_step(const struct pid *pid, uint64_t now);

#endif /* SFREG_QUIET_H */
