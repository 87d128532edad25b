/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
#ifndef SFREG_AUDIT_CACHED_H
#define SFREG_AUDIT_CACHED_H

#include "object.h"

/* A cache's entry that is mapped. */
struct cached {
	unsigned long map;
	unsigned long map_len;
};

/**
 * sfreg_cached_find() - look in the cache for an object that has no .sframe of its own
 * @cached: filled in
 * @object: its program headers were found; gets ->sframe, ->sframe_len, ->sframe_base
 * @hint: what is known
 *
 * Return: false: there is nothing. Else the section lies in memory until
 * sfreg_cached_end().
 */
bool sfreg_cached_find(struct cached *cached, struct object *object,
		       const struct object_hint *hint);
void sfreg_cached_end(const struct cached *cached);

#endif /* SFREG_AUDIT_CACHED_H */
