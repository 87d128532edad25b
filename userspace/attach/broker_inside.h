/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the broker's two halves share: broker.c, for files, and broker_object.c, for objects
 * of JITs.
 */
#ifndef SFREG_BROKER_INSIDE_H
#define SFREG_BROKER_INSIDE_H

#include "binder.h"
#include "broker.h"
#include "known.h"

/**
 * struct broker - see broker.h
 * @known, @objects: of files, and of JITs: many of these must not push those out
 * @binder, @vdso_note: the module's own knowledge; a note is the turn in which it was told
 * @answer: what is not kept: errors that may be gone next time
 */
struct broker {
	char *cache_dir;
	struct known *known, *objects;
	struct binder binder;
	unsigned int vdso_note;
	struct broker_stats stats;
	struct broker_object answer;
};

/* An answer that is not kept: @error, for now. */
const struct broker_object *broker_refuse(struct broker *broker, int error);

/* The module's section is made of @section, or the object has the error that it ended with. */
struct broker_object broker_from_section(struct broker *broker,
					 const struct synth_section *section);

/* Takes @object in, with its descriptor; an error only if it would come again. */
const struct broker_object *broker_keep(struct broker *broker, struct known *known,
					const struct cache_key *key,
					const struct broker_object *object);

#endif /* SFREG_BROKER_INSIDE_H */
