// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A line of /proc/PID/maps is
 *
 *	55d0c0a00000-55d0c0b00000 r-xp 00002000 08:01 1234      /usr/bin/x (deleted)
 *
 * A process can have 65,530 of them, with paths of 4 KiB: the lines are read one by one,
 * and a path that stands in many of them is kept once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "maps.h"

#define DELETED		" (deleted)"

int maps_open(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return fd;
}

/* A number and the character behind it. Return: what follows, NULL: it is not so. */
static const char *number(const char *at, int base, char stop, uint64_t *value)
{
	char *end;

	*value = strtoull(at, &end, base);
	return end == at || *end != stop ? NULL : end + 1;
}

static const char *parse_prot(const char *at, struct map *map)
{
	if (strnlen(at, 5) < 5 || at[4] != ' ')
		return NULL;
	map->prot = (at[0] == 'r' ? PROT_READ : 0) | (at[1] == 'w' ? PROT_WRITE : 0) |
		    (at[2] == 'x' ? PROT_EXEC : 0);
	return at + 5;
}

static enum map_kind kind_of(const struct map *map)
{
	if (map->inode)
		return MAP_KIND_FILE;
	if (!strcmp(map->path, "[vdso]"))
		return MAP_KIND_VDSO;
	/* [heap], [stack] and [anon:NAME] are anonymous memory by another name. */
	if (map->path[0] != '[' || !strncmp(map->path, "[anon", 5) ||
	    !strcmp(map->path, "[heap]") || !strcmp(map->path, "[stack]"))
		return MAP_KIND_ANONYMOUS;
	return MAP_KIND_OTHER;
}

/* Cuts the mark off the line, which is what map->path points into. */
static void parse_path(char *line, size_t at, struct map *map)
{
	size_t len = strlen(line);

	map->path = line + at;
	map->deleted = map->inode && len - at > strlen(DELETED) &&
		       !strcmp(line + len - strlen(DELETED), DELETED);
	if (map->deleted)
		line[len - strlen(DELETED)] = '\0';
	map->kind = kind_of(map);
}

static bool parse(char *line, struct map *map)
{
	uint64_t major, minor;
	const char *at;

	line[strcspn(line, "\n")] = '\0';
	at = number(line, 16, '-', &map->start);
	at = at ? number(at, 16, ' ', &map->end) : NULL;
	at = at ? parse_prot(at, map) : NULL;
	at = at ? number(at, 16, ' ', &map->offset) : NULL;
	at = at ? number(at, 16, ':', &major) : NULL;
	at = at ? number(at, 16, ' ', &minor) : NULL;
	/* Behind the inode stand blanks and the name, or a blank and nothing. */
	at = at ? number(at, 10, ' ', &map->inode) : NULL;
	if (!at || map->end <= map->start)
		return false;
	at += strspn(at, " ");
	map->dev = makedev(major, minor);
	map->vma_end = map->end;
	parse_path(line, at - line, map);
	return true;
}

/* Neighbours name the same file, mostly. NULL: no memory. */
static const char *keep_path(struct maps *maps, const char *path)
{
	if (maps->n_paths && !strcmp(maps->path[maps->n_paths - 1], path))
		return maps->path[maps->n_paths - 1];
	if (maps->n_paths == maps->path_room) {
		size_t room = maps->path_room ? 2 * maps->path_room : 16;
		char **grown = realloc(maps->path, room * sizeof(*grown));

		if (!grown)
			return NULL;
		maps->path = grown;
		maps->path_room = room;
	}
	maps->path[maps->n_paths] = strdup(path);
	return maps->path[maps->n_paths] ? maps->path[maps->n_paths++] : NULL;
}

static bool continues(const struct map *last, const struct map *map)
{
	return map->kind == MAP_KIND_FILE && last->end == map->start &&
	       map_same_file(last, map) &&
	       map->offset - last->offset == map->start - last->start;
}

static int add(struct maps *maps, const struct map *map, bool merge)
{
	struct map *last = maps->n ? &maps->map[maps->n - 1] : NULL;

	if (merge && last && continues(last, map)) {
		last->end = map->end;
		return 0;
	}
	if (maps->n == maps->room) {
		size_t room = maps->room ? 2 * maps->room : 64;
		struct map *grown = realloc(maps->map, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		maps->map = grown;
		maps->room = room;
	}
	maps->map[maps->n] = *map;
	maps->map[maps->n].path = keep_path(maps, map->path);
	if (!maps->map[maps->n].path)
		return -ENOMEM;
	maps->n++;
	return 0;
}

static int read_lines(FILE *file, int prot, struct maps *maps)
{
	struct map map;
	char *line = NULL;
	size_t room = 0;
	int error = 0;

	while (!error && maps->n < MAPS_MAX) {
		errno = 0;
		if (getline(&line, &room, file) < 0) {
			error = -errno;
			break;
		}
		if (!parse(line, &map))
			error = -EBADMSG;
		else if ((map.prot & prot) == prot)
			error = add(maps, &map, prot);
	}
	free(line);
	return error;
}

int maps_read(int fd, int prot, struct maps *maps)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *file;
	int error;

	*maps = (struct maps) { 0 };
	if (copy < 0)
		return -errno;
	file = lseek(copy, 0, SEEK_SET) ? NULL : fdopen(copy, "r");
	if (!file) {
		error = -errno;
		close(copy);
		return error;
	}
	error = read_lines(file, prot, maps);
	fclose(file);
	if (error)
		maps_free(maps);
	return error;
}

void maps_free(struct maps *maps)
{
	for (size_t i = 0; i < maps->n_paths; i++)
		free(maps->path[i]);
	free(maps->path);
	free(maps->map);
	*maps = (struct maps) { 0 };
}

size_t maps_from(const struct maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (maps->map[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct map *maps_find(const struct maps *maps, uint64_t address)
{
	size_t i = maps_from(maps, address);

	return i < maps->n && maps->map[i].start <= address ? &maps->map[i] : NULL;
}

bool map_same_file(const struct map *a, const struct map *b)
{
	return a->kind == b->kind && a->dev == b->dev && a->inode == b->inode;
}
