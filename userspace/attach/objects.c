// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The list is read twice, before and after what it leads to. Each element has to lead
 * back to the one before, so a cycle shows itself: an element that is come to again leads back
 * to its first predecessor. What is wrong twice in the same way is wrong; else it is
 * being changed.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "objects.h"

#define TRIES		3
#define VERSION		1

/* As the program has them. */
struct descriptor {
	uint32_t version, action;
	uint64_t relevant, first;
};

struct element {
	uint64_t next, previous, at, size;
};

/* What can be said of a list without its objects. Compared as bytes. */
struct list {
	struct {
		uint64_t entry, at, size;
	} element[OBJECTS_MAX];
	uint64_t n;
	int64_t error;
};

static bool read_at(int mem, void *to, size_t len, uint64_t at)
{
	return pread(mem, to, len, at) == (ssize_t)len;
}

static int follow(int mem, uint64_t at, struct list *list)
{
	uint64_t previous = 0;

	while (at && list->n < OBJECTS_MAX) {
		struct element element;

		if (!read_at(mem, &element, sizeof(element), at))
			return -EFAULT;
		if (element.previous != previous)
			return -EBADMSG;
		list->element[list->n].entry = at;
		list->element[list->n].at = element.at;
		list->element[list->n++].size = element.size;
		previous = at;
		at = element.next;
	}
	return 0;
}

static void read_list(int mem, uint64_t at, struct list *list)
{
	struct descriptor descriptor;

	memset(list, 0, sizeof(*list));
	if (!read_at(mem, &descriptor, sizeof(descriptor), at))
		list->error = -EFAULT;
	else if (descriptor.version != VERSION)
		list->error = -EBADMSG;
	else
		list->error = follow(mem, descriptor.first, list);
}

static int copy_objects(int mem, const struct list *list, struct objects *objects)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		struct object *object = &objects->object[objects->n++];

		*object = (struct object) {
			.entry = list->element[i].entry,
			.at = list->element[i].at,
			.size = list->element[i].size,
		};
		if (!object->size || object->size > OBJECT_MAX_BYTES ||
		    object->size > OBJECTS_MAX_BYTES - all)
			continue;
		object->bytes = malloc(object->size);
		if (!object->bytes)
			return -ENOMEM;
		all += object->size;
		if (read_at(mem, object->bytes, object->size, object->at))
			continue;
		free(object->bytes);
		object->bytes = NULL;
	}
	return 0;
}

static int read_once(int mem, uint64_t descriptor, struct list lists[2], struct objects *objects)
{
	int error;

	objects->n = 0;
	read_list(mem, descriptor, &lists[0]);
	if (!lists[0].error) {
		error = copy_objects(mem, &lists[0], objects);
		if (error)
			return error;
	}
	read_list(mem, descriptor, &lists[1]);
	return memcmp(&lists[0], &lists[1], sizeof(lists[0])) ? -EAGAIN : lists[0].error;
}

int objects_read(int mem, uint64_t descriptor, struct objects *objects)
{
	struct list *lists = calloc(2, sizeof(*lists));
	int error = -EAGAIN;

	objects->n = 0;
	if (!lists)
		return -ENOMEM;
	for (int i = 0; error == -EAGAIN && i < TRIES; i++) {
		error = read_once(mem, descriptor, lists, objects);
		if (error)
			objects_free(objects);
	}
	free(lists);
	return error;
}

void objects_free(struct objects *objects)
{
	while (objects->n)
		free(objects->object[--objects->n].bytes);
}

int objects_changed(int mem, uint64_t descriptor, const struct objects *objects)
{
	struct list *list = malloc(sizeof(*list));
	int changed;

	if (!list)
		return -ENOMEM;
	read_list(mem, descriptor, list);
	changed = list->error || list->n != objects->n;
	for (uint32_t i = 0; !changed && i < objects->n; i++)
		changed = list->element[i].entry != objects->object[i].entry ||
			  list->element[i].at != objects->object[i].at ||
			  list->element[i].size != objects->object[i].size;
	free(list);
	return changed;
}
