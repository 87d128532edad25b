/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * From an open ELF file to a section in the kernel: looks into the cache, has the section
 * made in a sandbox if it is not there, stores it, hands it to the module once, and keeps
 * the module's descriptor for the next process that has the same bytes mapped.
 */
#ifndef SFREG_BROKER_H
#define SFREG_BROKER_H

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
 * @base, @n_text, @text: as in struct synth_section
 */
struct broker_object {
	int section_fd;
	int error;
	uint64_t base;
	uint32_t n_text;
	struct synth_segment text[SYNTH_MAX_SEGMENTS];
};

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
 * can not be; then broker_bind() does nothing.
 */
int broker_begin_binding(struct broker *broker);

/**
 * broker_bind() - bind a file, once
 * @broker: the broker
 * @mem, @map: where a process has it mapped
 * @file: the file; NULL: it is our own vDSO, and @object is what was found for it
 * @object: NULL: what is known of @file
 *
 * Does nothing for a file that is not known, or has been bound already.
 */
void broker_bind(struct broker *broker, int mem, const struct map *map, const struct stat *file,
		 const struct broker_object *object);

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
