/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * From an open ELF file to a section in the kernel: looks into the cache, has the section
 * made in a sandbox if it is not there, stores it, hands it to the module once, and keeps
 * the module's descriptor for the next process that has the same bytes mapped.
 */
#ifndef SFREG_BROKER_H
#define SFREG_BROKER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "../cache/cache.h"
#include "maps.h"

struct broker;

/**
 * struct broker_object - what can be placed for a file
 * @section_fd: the module's section, owned by the broker, good until the next call of
 *	broker_find(); -1: there is nothing to place (@error says why)
 * @error: 0; -ENODATA: no call frame information; -ENOEXEC: no ELF file of ours; or
 *	what sandbox_synth(), reading the file or sfreg_section_create() said
 * @base, @n_text, @text, @jit_descriptor: as in struct synth_section
 */
struct broker_object {
	int section_fd;
	int error;
	uint64_t base;
	uint64_t jit_descriptor;
	uint32_t n_text;
	struct synth_segment text[SYNTH_MAX_SEGMENTS];
};

/* Would the same file have the same error again? 0 is lasting, too. */
bool broker_is_lasting(int error);

/* @cache_dir: NULL: without a cache. NULL: no memory. */
struct broker *broker_new(const char *cache_dir);
void broker_free(struct broker *broker);

/**
 * broker_find() - the section for an open file
 * @broker: the broker
 * @fd: the file, open for reading (a regular file or a memfd)
 *
 * A file that was seen before (same device, inode, size, mtime and ctime, on a file system
 * whose word on that can be taken) is not read again.
 *
 * Return: good until the next call.
 */
const struct broker_object *broker_find(struct broker *broker, int fd);

/*
 * The same for a file that need not be open: what is remembered under this identity, which
 * is that of a file that was seen on a file system whose word counts. NULL: nothing.
 */
const struct broker_object *broker_seen(struct broker *broker, const struct stat *file);

/* The same, but makes nothing: -EINPROGRESS where broker_find() would. */
const struct broker_object *broker_look(struct broker *broker, int fd);

/*
 * From now on the files that are known can be bound: see binder.h. Return: 0, or why they
 * can not be; then the next three do nothing.
 */
int broker_begin_binding(struct broker *broker);
void broker_end_binding(struct broker *broker);

/*
 * broker_bind() - bind a file, once
 *
 * @file is what fstat(2) says of @fd. Does nothing for one that is not known, or may bring
 * generated code: processes that map that have to be looked at.
 */
void broker_bind(struct broker *broker, int fd, const struct stat *file);

/* Our own vDSO, mapped at @map; @object is what was found for it. */
void broker_bind_vdso(struct broker *broker, const struct map *map,
		      const struct broker_object *object);

/* A file that some process has mapped and that is not bound: as binder_next(). */
int broker_next_unbound(const struct broker *broker, uint32_t *fs_type);

/**
 * broker_learn() - find what is to be known of a file, and bind it
 * @broker: the broker
 * @fd, @fs_type: as broker_next_unbound() has them
 * @may_make: as broker_find() does; else as broker_look()
 *
 * Return: as these; NULL: it can not be bound, and is of no interest.
 */
const struct broker_object *broker_learn(struct broker *broker, int fd, uint32_t fs_type,
					 bool may_make);

/**
 * broker_find_object() - the section for an object of a JIT
 * @bytes, @len: the object, as GDB's JIT interface has it: see synth_make_object()
 * @budget: how many may be made yet, counted down; 0: -EINPROGRESS where one would have to be
 *
 * Known by all of its bytes; not stored in the cache: its addresses are one process's.
 *
 * Return: as broker_find().
 */
const struct broker_object *broker_find_object(struct broker *broker, const void *bytes,
					       size_t len, unsigned int *budget);

/* Counters, for sfregd's log and the benchmarks. */
struct broker_stats {
	uint64_t seen, known;		/* by identity: not opened, opened */
	uint64_t cached, made, failed;	/* by cache, in a sandbox */
	uint64_t bound;			/* files that the module places itself */
	uint64_t open_sections;
};

void broker_stats(const struct broker *broker, struct broker_stats *stats);

#endif /* SFREG_BROKER_H */
