/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The objects that a program lists in its __jit_debug_descriptor, copied out of its memory. The
 * program goes on meanwhile, and may mean harm.
 */
#ifndef SFREG_OBJECTS_H
#define SFREG_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

/* The first of the list count: the newest, as all do that have been looked at. */
#define OBJECTS_MAX		512
/* One that is larger has no bytes; when all together are, the later ones have none. */
#define OBJECT_MAX_BYTES	(16u << 20)
#define OBJECTS_MAX_BYTES	(64u << 20)

/**
 * struct object - an entry of the list
 * @entry: where it is
 * @at, @size: where its object is, and how large
 * @bytes: a copy of that; NULL: too large, or it cannot be read
 */
struct object {
	uint64_t entry, at, size;
	uint8_t *bytes;
};

struct objects {
	struct object object[OBJECTS_MAX];
	uint32_t n;
};

/**
 * objects_read() - copy a list and its objects
 * @mem: /proc/PID/mem
 * @descriptor: where the variable is
 * @objects: filled in; objects_free()
 *
 * The list is read again after the objects, and has to be the same; thrice it is tried.
 *
 * Return: 0 (also for an empty list); -EAGAIN: it changes all the time; -EBADMSG: it is no
 * such list (version, links back that do not fit, a cycle); -EFAULT: it leads to memory that
 * cannot be read; -ENOMEM.
 */
int objects_read(int mem, uint64_t descriptor, struct objects *objects);
void objects_free(struct objects *objects);

/* The list alone, unless it is wrong: is it still what it was? */
int objects_changed(int mem, uint64_t descriptor, const struct objects *objects);

#endif /* SFREG_OBJECTS_H */
