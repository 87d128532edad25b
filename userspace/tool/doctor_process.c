// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A process's executable memory, by file; and what of it has windows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../attach/mapped.h"
#include "doctor.h"

static void read_name(struct patient *patient)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", patient->process.pid);
	strcpy(patient->name, "it");
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(patient->name, sizeof(patient->name), file))
		patient->name[strcspn(patient->name, "\n")] = '\0';
	fclose(file);
}

/* Who registered the window that @address lies in. */
static bool is_outsiders(const struct windows *windows, uint64_t address)
{
	bool outsider = false;

	for (size_t i = 0; i < windows->n && windows->entries[i].text_start <= address; i++)
		outsider = windows->entries[i].flags & SFREG_LIST_OUTSIDER;
	return outsider;
}

/* The bytes of a piece, by who registered them: its windows lie between the gaps. */
static void count_windows(const struct patient *patient, struct object *object,
			  const struct map *map)
{
	uint64_t at = map->start;

	while (at < map->end) {
		uint64_t start = at, end = map->end;
		uint64_t gap = windows_gap(&patient->windows, &start, &end);

		if (!gap)
			start = map->end;
		if (start > at && is_outsiders(&patient->windows, start - 1))
			object->by_outsider += start - at;
		else if (start > at)
			object->by_itself += start - at;
		at = gap ? end : map->end;
	}
	object->mapped += map->end - map->start;
}

static struct object *object_of(struct patient *patient, const struct map *map)
{
	for (size_t i = 0; i < patient->n; i++)
		if (map->kind == MAP_KIND_ANONYMOUS ?
			    patient->objects[i].map->kind == MAP_KIND_ANONYMOUS :
			    map_same_file(patient->objects[i].map, map))
			return &patient->objects[i];
	patient->objects[patient->n].map = map;
	return &patient->objects[patient->n++];
}

static void diagnose(const struct patient *patient, struct object *object)
{
	int fd;

	if (object->map->kind == MAP_KIND_ANONYMOUS) {
		object->diagnosis.text = object->mapped;
		return;
	}
	fd = mapped_open(&patient->process, object->map);
	if (fd >= 0) {
		doctor_diagnose(fd, &object->diagnosis);
		close(fd);
	} else {
		object->diagnosis.error = fd;
	}
	if (!object->diagnosis.text)
		object->diagnosis.text = object->mapped;
}

/* What a process describes itself, it knows best, and an outsider leaves alone. */
static void weigh(struct object *object)
{
	const struct diagnosis *d = &object->diagnosis;
	uint64_t with = object->by_itself + object->by_outsider;

	if (object->map->kind == MAP_KIND_ANONYMOUS) {
		object->now = with;
		object->could = with;
		return;
	}
	object->could = object->by_itself ? d->own ?: d->rows : d->rows;
	object->now = (double)object->could * with / object->mapped;
}

static int by_text(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->diagnosis.text != y->diagnosis.text)
		return x->diagnosis.text < y->diagnosis.text ? 1 : -1;
	return x->map->start < y->map->start ? -1 : 1;
}

static int list_objects(struct patient *patient)
{
	patient->objects = calloc(patient->maps.n + 1, sizeof(*patient->objects));
	if (!patient->objects)
		return -ENOMEM;
	for (size_t i = 0; i < patient->maps.n; i++) {
		const struct map *map = &patient->maps.map[i];

		if (map->kind != MAP_KIND_OTHER)
			count_windows(patient, object_of(patient, map), map);
	}
	for (size_t i = 0; i < patient->n; i++) {
		struct object *object = &patient->objects[i];

		diagnose(patient, object);
		weigh(object);
		patient->text += object->diagnosis.text;
		patient->now += object->now;
		patient->could += object->could;
	}
	qsort(patient->objects, patient->n, sizeof(*patient->objects), by_text);
	return 0;
}

int doctor_examine(pid_t pid, struct patient *patient)
{
	int error;

	*patient = (struct patient){ 0 };
	error = process_open(pid, &patient->process);
	if (error)
		return error;
	read_name(patient);
	patient->module = windows_list(patient->process.mem, &patient->windows);
	if (!patient->module)
		patient->module = sfreg_probe();
	error = maps_read(patient->process.maps, PROT_EXEC, &patient->maps);
	if (!error)
		error = list_objects(patient);
	if (error)
		doctor_release(patient);
	return error;
}

void doctor_release(struct patient *patient)
{
	free(patient->objects);
	windows_free(&patient->windows);
	maps_free(&patient->maps);
	process_close(&patient->process);
}
