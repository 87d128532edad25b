/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the broker knows: objects by the hash of what was read of them, and which files
 * have been seen to be which. Both are of a fixed size; the longest unused goes.
 */
#ifndef SFREG_KNOWN_H
#define SFREG_KNOWN_H

#include <stdint.h>
#include <sys/stat.h>

#include "broker.h"

/* Open descriptors; a machine has some hundred files mapped executable. */
#define KNOWN_OBJECTS	1024
#define KNOWN_FILES	4096

struct known;

struct known *known_new(void);
void known_free(struct known *known);

/*
 * Does the file system's word on a file's identity and times hold? Not where an ordinary
 * user says what it is (FUSE, and overlays of it), nor where writing by mmap leaves the
 * times as they are (tmpfs, so memfds too; but a sealed one is never written to).
 */
bool known_trusts(int fd);
/* .. of this type? An overlay's word is that of the file system below. */
bool known_trusts_type(uint32_t fs_type);

/* The object that the file was seen to be, or NULL. */
const struct broker_object *known_by_file(struct known *known, const struct stat *file);
/* The object that these bytes are, or NULL. */
const struct broker_object *known_by_key(struct known *known, const struct cache_key *key);

/*
 * Takes @object in, its descriptor too, under @key, for @seconds (0: until others push it
 * out). Returns the one that is good until it goes.
 */
const struct broker_object *known_add(struct known *known, const struct cache_key *key,
				      const struct broker_object *object, unsigned int seconds);
/* Half of the open sections are closed, those longest unused. False: there were none. */
bool known_shed(struct known *known);
/* From now on the file is known to be what @key is. */
void known_bind(struct known *known, const struct stat *file, const struct cache_key *key);

/*
 * A word of the caller's own about a file that known_by_file() knows, 0 at first; good until the
 * next known_bind(). NULL: it does not.
 */
unsigned int *known_note(struct known *known, const struct stat *file);

/* The key of an object that this returned. */
const struct cache_key *known_key(const struct broker_object *object);

unsigned int known_open_sections(const struct known *known);

#endif /* SFREG_KNOWN_H */
