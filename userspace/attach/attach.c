// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * For each executable mapping that has no window: the file, its section, and where in
 * memory the section's addresses lie. All that is found is placed in one call or few.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "batch.h"
#include "bias.h"
#include "descriptor.h"
#include "jit.h"
#include "mapped.h"
#include "process.h"
#include "windows.h"

/* What is made at once where others wait; each takes a few milliseconds. */
#define KNOWN_BUDGET	4

/* What belongs to one call. */
struct attach {
	struct broker *broker;
	const struct broker_object *(*find)(struct broker *broker, int fd);
	struct process process;
	struct windows windows;
	struct descriptors descriptors;
	bool unsure;		/* .. if these are all */
	struct batch *batch;
	struct attach_result *result;
	attach_say *say;
	void *ctx;
	unsigned int budget;	/* objects of JITs that may be made */
};

static void say(const struct attach *attach, const struct map *map, uint32_t placed, int error,
		int fd)
{
	const struct attach_mapping mapping = {
		.map = map,
		.placed = placed,
		.error = error,
		.fd = fd,
	};

	if (attach->say)
		attach->say(attach->ctx, &mapping);
}

/* Places what has been gathered, and sees to it that it is still so. */
static int flush(struct attach *attach)
{
	struct batch *batch = attach->batch;
	struct maps all;
	int error;

	if (!batch->n)
		return 0;
	error = batch_place(batch, attach->process.mem);
	if (!error && batch->n) {
		error = maps_read(attach->process.maps, 0, &all);
		if (!error) {
			attach->result->placed += batch_verify(batch, attach->process.mem, &all);
			maps_free(&all);
		}
	}
	if (!error)
		error = batch->error;
	batch_clear(batch);
	return error;
}

/* Windows for the gaps of a mapping. Return: how many, or -errno. */
static int add_gaps(struct attach *attach, const struct map *map,
		    const struct broker_object *object, uint64_t bias)
{
	uint64_t start = map->start, end = map->end;
	int n = 0, error = 0;

	/* The section descriptor is not ours to keep, but batch_add() takes a copy. */
	while (!error && windows_gap(&attach->windows, &start, &end)) {
		if (attach->batch->n == SFREG_PLACE_MAX)
			error = flush(attach);
		if (!error)
			error = batch_add(attach->batch, object->section_fd, map, start,
					  end - start, bias + object->base);
		n++;
		start = end;
		end = map->end;
	}
	return error ? error : n;
}

/* Return: windows added, or what is to be said of the file. */
static int add_object(struct attach *attach, const struct map *map,
		      const struct broker_object *object)
{
	uint64_t bias;

	if (object->section_fd < 0)
		return object->error ? object->error : -ENODATA;
	if (!bias_find(object, map, &bias))
		return -ENODATA;
	return add_gaps(attach, map, object, bias);
}

/* These are of the machine, not of the file: there is no use in going on. */
static bool is_fatal(int error)
{
	return error == -ENOSYS || error == -ESHUTDOWN || error == -ESRCH;
}

/* A file that was seen before is neither opened nor read. */
static const struct broker_object *seen(const struct attach *attach, const struct map *map)
{
	struct stat file;

	return mapped_stat(&attach->process, map, &file) ? NULL :
	       broker_seen(attach->broker, &file);
}

/* @fd: as for attach_say. Return: NULL: @error says why there is none. */
static const struct broker_object *open_object(const struct attach *attach, const struct map *map,
					       int *fd, int *error)
{
	*fd = mapped_open(&attach->process, map);
	*error = *fd < 0 ? *fd : -ENOEXEC;
	return *fd >= 0 && mapped_is_elf(*fd) ? attach->find(attach->broker, *fd) : NULL;
}

/* Not what was put together from a process's memory. */
static void bind(const struct attach *attach, const struct map *map, int fd,
		 const struct broker_object *object)
{
	struct stat file;

	if (map->kind == MAP_KIND_VDSO && attach->process.pid == getpid())
		broker_bind_vdso(attach->broker, map, object);
	if (map->kind == MAP_KIND_FILE && !mapped_stat_fd(fd, &file) && file.st_ino == map->inode)
		broker_bind(attach->broker, fd, &file);
}

/* Where nobody can tell yet, what is told of generated code is not all. */
static void add_descriptor(struct attach *attach, const struct map *map,
			   const struct broker_object *object, int error, bool was_opened)
{
	uint64_t at = bias_descriptor(object, map);

	if (object)
		error = object->error;
	/* A user serves it: it will never be opened. */
	if (!at && !broker_is_lasting(error) && error != -EOPNOTSUPP) {
		attach->unsure = true;
		return;
	}
	descriptors_add(&attach->descriptors, at);
	if (was_opened)
		descriptor_remember(attach->process.pid, map, at);
}

/* Of a mapping that has its windows, there is nothing to find out any more. */
static bool is_done(struct attach *attach, const struct map *map)
{
	uint64_t at = 0;

	if (map->kind != MAP_KIND_VDSO && !descriptor_recall(attach->process.pid, map, &at))
		return false;
	descriptors_add(&attach->descriptors, at);
	return true;
}

/* What comes of a mapping whose file is @object; NULL: of @error. Return: as add_object(). */
static int attach_object(struct attach *attach, const struct map *map,
			 const struct broker_object *object, int error, int fd)
{
	if (map->kind == MAP_KIND_FILE)
		add_descriptor(attach, map, object, error, fd >= 0 || !object);
	if (!object)
		return error;
	error = add_object(attach, map, object);
	if (fd >= 0)
		bind(attach, map, fd, object);
	return error;
}

static int attach_file(struct attach *attach, const struct map *map)
{
	uint64_t start = map->start, end = map->end;
	bool is_there = !windows_gap(&attach->windows, &start, &end);
	const struct broker_object *object = seen(attach, map);
	int fd = -1, n = 0;

	attach->result->there += is_there;
	if (!object && is_there && is_done(attach, map)) {
		say(attach, map, 0, 0, -1);
		return 0;
	}
	if (!object)
		object = open_object(attach, map, &fd, &n);
	n = attach_object(attach, map, object, n, fd);
	if (n == -EINPROGRESS)
		attach->result->waiting++;
	else if (is_there && !is_fatal(n))
		n = 0;
	else if (n < 0)
		attach->result->without++;
	say(attach, map, n > 0 ? n : 0, n < 0 ? n : 0, fd);
	if (fd >= 0)
		close(fd);
	return is_fatal(n) ? n : 0;
}

static int attach_one(struct attach *attach, const struct map *map)
{
	switch (map->kind) {
	case MAP_KIND_FILE:
	case MAP_KIND_VDSO:
		return attach_file(attach, map);
	case MAP_KIND_ANONYMOUS:
		attach->result->anonymous++;
		say(attach, map, 0, -ENODATA, -1);
		return 0;
	case MAP_KIND_OTHER:
		break;
	}
	return 0;
}

static int attach_generated(struct attach *attach, const struct maps *text)
{
	struct jit_look look = {
		.broker = attach->broker,
		.process = &attach->process,
		.text = text,
		.descriptors = &attach->descriptors,
		.partial = attach->unsure,
		.budget = attach->budget,
		.result = attach->result,
		.say = attach->say,
		.ctx = attach->ctx,
	};

	return jit_attach(&look);
}

static int attach_text(struct attach *attach, const struct maps *maps)
{
	int error = 0, refused;

	for (size_t i = 0; !error && i < maps->n; i++)
		error = attach_one(attach, &maps->map[i]);
	refused = flush(attach);
	if (!error)
		error = attach_generated(attach, maps);
	return error ? error : refused;
}

static int attach_maps(struct attach *attach)
{
	struct maps maps;
	int error;

	error = maps_read(attach->process.maps, PROT_EXEC, &maps);
	if (error)
		return error;
	/* No program is without text: this one has ended. */
	if (!maps.n)
		return -ESRCH;
	error = attach_text(attach, &maps);
	maps_free(&maps);
	return error;
}

static int attach_open(struct attach *attach)
{
	int error;

	error = windows_list(attach->process.mem, &attach->windows);
	if (error)
		return error;
	attach->batch = malloc(sizeof(*attach->batch));
	if (attach->batch) {
		attach->batch->n = 0;
		attach->batch->error = 0;
		error = attach_maps(attach);
		batch_clear(attach->batch);
	} else {
		error = -ENOMEM;
	}
	free(attach->batch);
	windows_free(&attach->windows);
	return error;
}

static int attach_with(struct attach *attach, pid_t pid)
{
	int error;

	*attach->result = (struct attach_result) { 0 };
	error = process_open(pid, &attach->process);
	if (error)
		return error;
	error = attach_open(attach);
	process_close(&attach->process);
	/* Its memory is gone; if it is not, it runs another program. */
	return error == -ESRCH ? -EAGAIN : error;
}

int attach_process(struct broker *broker, pid_t pid, struct attach_result *result,
		   attach_say *say, void *ctx)
{
	struct attach attach = {
		broker, broker_find, .result = result, .say = say, .ctx = ctx, .budget = UINT_MAX,
	};

	return attach_with(&attach, pid);
}

int attach_known(struct broker *broker, pid_t pid, struct attach_result *result,
		 attach_say *say, void *ctx)
{
	struct attach attach = {
		broker, broker_look, .result = result, .say = say, .ctx = ctx,
		.budget = KNOWN_BUDGET,
	};

	return attach_with(&attach, pid);
}
