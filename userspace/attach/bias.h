/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * From a file's addresses to those of a process that has it mapped.
 */
#ifndef SFREG_BIAS_H
#define SFREG_BIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "broker.h"
#include "maps.h"

/* By how much they differ. False: the mapping shows no text of @object's. */
bool bias_find(const struct broker_object *object, const struct map *map, uint64_t *bias);

/* Where the process has the file's __jit_debug_descriptor; 0: nowhere. @object: or NULL */
uint64_t bias_descriptor(const struct broker_object *object, const struct map *map);

#endif /* SFREG_BIAS_H */
