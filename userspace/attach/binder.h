/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Has the module itself place the windows of files that are known by now, wherever they are mapped
 * from here on. It needs nobody to be told then, and no process is looked at.
 */
#ifndef SFREG_BINDER_H
#define SFREG_BINDER_H

#include <stdint.h>
#include <sys/stat.h>

#include "maps.h"

struct broker_object;

/**
 * struct binder - files that are bound
 * @fd: the module's descriptor; -1: nothing can be bound
 * @turn: goes up when it begins anew, with none; 0: it has never begun
 * @bound: files since the beginning
 */
struct binder {
	int fd;
	unsigned int turn;
	uint64_t bound;
};

/* Begins, or begins anew. Return: 0, or why nothing can be bound: the module is older, .. */
int binder_begin(struct binder *binder);
void binder_end(struct binder *binder);

/**
 * binder_bind() - bind a file
 * @binder: the binder
 * @fd: the file
 * @file: its size and times
 * @object: what is known of it: a section, or that there is none
 *
 * When there are too many, it begins anew with this one: most of them are files that have been
 * replaced or deleted. Where we have not the right to, it ends.
 */
void binder_bind(struct binder *binder, int fd, const struct stat *file,
		 const struct broker_object *object);
/* The same of our own vDSO. */
void binder_bind_vdso(struct binder *binder, const struct map *map,
		      const struct broker_object *object);

/*
 * The next file that somebody has mapped and that is not bound: a descriptor of it, and the type of
 * the file system that it really lies on. -ENODATA: there is none at the moment; or an error of
 * struct sfreg_unbound.
 */
int binder_next(const struct binder *binder, uint32_t *fs_type);

#endif /* SFREG_BINDER_H */
