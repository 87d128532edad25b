// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What is listed and what is placed are compared, and the difference is made good. The objects
 * are hostile: made into sections in the sandbox, and what these say of addresses counts
 * for executable memory without a file only.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "jit.h"
#include "objects.h"
#include "wanted.h"
#include "windows.h"

/**
 * struct jit - one look
 * @look: what for
 * @windows: the windows that there are
 * @wanted: those that there should be
 * @partial: not all is known that is listed
 */
struct jit {
	struct jit_look *look;
	struct windows windows;
	struct wanted wanted;
	bool partial;
};

/* --- what is listed ---------------------------------------------------------------- */

static int want_object(struct jit *jit, const struct object *object)
{
	struct attach_result *result = jit->look->result;
	const struct broker_object *made;
	int error = 0;

	if (!object->bytes) {
		result->without++;
		return 0;
	}
	made = broker_find_object(jit->look->broker, object->bytes, object->size,
				  &jit->look->budget);
	if (made->error == -EINPROGRESS) {
		result->later++;
		jit->partial = true;
		return 0;
	}
	if (made->section_fd < 0) {
		result->without++;
		return made->error == -ENOSYS || made->error == -ESHUTDOWN ? made->error : 0;
	}
	for (uint32_t i = 0; !error && i < made->n_text; i++)
		error = wanted_add(&jit->wanted, made, &made->text[i]);
	return error;
}

static int want_objects(struct jit *jit, uint64_t descriptor, struct objects *objects)
{
	int error = objects_read(jit->look->process->mem, descriptor, objects);

	switch (error) {
	case 0:
		break;
	case -EAGAIN:
		jit->look->result->later++;
		jit->partial = true;
		return 0;
	case -ENOMEM:
		return error;
	default:
		/* Nothing can be told from it: there is nothing. */
		return 0;
	}
	for (uint32_t i = 0; !error && i < objects->n; i++)
		error = want_object(jit, &objects->object[i]);
	return error;
}

/* --- the difference ---------------------------------------------------------------- */

/* Executable, and of no file, all of it. */
static bool is_generated(const struct maps *text, uint64_t start, uint64_t end)
{
	for (size_t i = maps_from(text, start); i < text->n; i++) {
		const struct map *map = &text->map[i];

		if (map->start > start || map->kind != MAP_KIND_ANONYMOUS)
			return false;
		if (map->end >= end)
			return true;
		start = map->end;
	}
	return false;
}

static int remove_window(const struct jit *jit, uint64_t start)
{
	__u64 key = start;

	/* Gone already, perhaps. */
	return sfreg_remove(jit->look->process->mem, &key, 1, NULL) == -ESHUTDOWN ? -ESHUTDOWN : 0;
}

/* Windows that nothing listed is equal to; of a list that is not known as a whole, in its way. */
static int remove_stale(struct jit *jit)
{
	for (size_t i = 0; i < jit->windows.n; i++) {
		const struct sfreg_list_entry *window = &jit->windows.entries[i];
		uint64_t end = window->text_start + window->text_len;
		struct wanted_window *same;

		if (!(window->flags & SFREG_LIST_OUTSIDER) ||
		    !is_generated(jit->look->text, window->text_start, end))
			continue;
		same = wanted_find(&jit->wanted, window->text_start, window->text_len);
		if (same) {
			same->is_there = true;
			continue;
		}
		if (jit->partial && !wanted_overlaps(&jit->wanted, window->text_start, end))
			continue;
		if (remove_window(jit, window->text_start))
			return -ESHUTDOWN;
		jit->look->result->removed++;
	}
	return 0;
}

static void say(const struct jit *jit, const struct wanted_window *window, int error)
{
	const struct map map = {
		.start = window->start, .end = window->start + window->len,
		.kind = MAP_KIND_ANONYMOUS, .path = "[jit]",
	};
	const struct attach_mapping mapping = {
		.map = &map, .placed = window->is_new, .error = error, .fd = -1,
	};

	if (jit->look->say)
		jit->look->say(jit->look->ctx, &mapping);
}

/*
 * To place a window again that is there does nothing. EEXIST: there is one with other rows, the
 * window of code that is gone; or the process has one of its own.
 */
static int place_one(struct jit *jit, struct wanted_window *window)
{
	struct sfreg_place_entry entry = {
		.section_fd = window->section_fd,
		.text_start = window->start,
		.text_len = window->len,
		.sframe_base = window->base,
	};
	int mem = jit->look->process->mem;
	int error = sfreg_place(mem, &entry, 1, NULL);

	if (error == -EEXIST && window->is_there) {
		window->is_there = false;
		jit->look->result->removed++;
		error = remove_window(jit, window->start);
		if (!error)
			error = sfreg_place(mem, &entry, 1, NULL);
	}
	window->is_new = !error && !window->is_there;
	say(jit, window, error);
	return error;
}

/* What the process says of itself, or another outsider, stays. */
static int place_wanted(struct jit *jit)
{
	struct attach_result *result = jit->look->result;
	int refused = 0;

	for (uint32_t i = 0; i < jit->wanted.n; i++) {
		struct wanted_window *window = &jit->wanted.window[i];
		int error;

		/* Not executable yet, or at the moment. */
		if (!is_generated(jit->look->text, window->start, window->start + window->len))
			continue;
		error = place_one(jit, window);
		if (error == -ENOSYS || error == -ESHUTDOWN || error == -ESRCH)
			return error;
		if (error && error != -EEXIST && error != -EPERM && error != -EFAULT)
			refused = error;
		result->placed += window->is_new;
		result->there += window->is_there && !error;
	}
	return refused;
}

/*
 * What has been placed is taken back if it is not listed any more, or lies elsewhere: other
 * code may be there by now. The next look has it right.
 */
static int verify(struct jit *jit, const struct objects *objects)
{
	const struct descriptors *found = jit->look->descriptors;
	struct maps text;
	bool changed = false;
	int error;

	error = maps_read(jit->look->process->maps, PROT_EXEC, &text);
	if (error)
		return error;
	for (uint32_t i = 0; i < found->n; i++)
		changed |= objects_changed(jit->look->process->mem, found->at[i], &objects[i]);
	for (uint32_t i = 0; !error && i < jit->wanted.n; i++) {
		const struct wanted_window *window = &jit->wanted.window[i];

		if (!window->is_new)
			continue;
		if (!changed && is_generated(&text, window->start, window->start + window->len))
			continue;
		error = remove_window(jit, window->start);
		jit->look->result->placed--;
		jit->look->result->later++;
	}
	maps_free(&text);
	return error;
}

static int look_at(struct jit *jit, struct objects *objects)
{
	const struct descriptors *found = jit->look->descriptors;
	int error = 0, refused = 0;

	for (uint32_t i = 0; !error && i < found->n; i++)
		error = want_objects(jit, found->at[i], &objects[i]);
	if (!error) {
		wanted_sort(&jit->wanted);
		error = remove_stale(jit);
	}
	if (!error)
		refused = place_wanted(jit);
	if (!error && jit->wanted.n)
		error = verify(jit, objects);
	return error ? error : refused;
}

int jit_attach(struct jit_look *look)
{
	const uint32_t n = look->descriptors->n;
	struct jit jit = { .look = look, .partial = look->partial };
	struct objects *objects;
	int error;

	if (!n)
		return 0;
	look->result->jit = true;
	objects = calloc(n, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	error = windows_list(look->process->mem, &jit.windows);
	if (!error)
		error = look_at(&jit, objects);
	for (uint32_t i = 0; i < n; i++)
		objects_free(&objects[i]);
	free(objects);
	wanted_free(&jit.wanted);
	windows_free(&jit.windows);
	return error;
}
