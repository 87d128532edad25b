// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the list is: by the symbols of live processes' files, or of what is mapped of them; and
 * what is remembered of that.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../userspace/attach/descriptor.h"
#include "../../userspace/attach/image.h"
#include "../../userspace/attach/loaded.h"
#include "../../userspace/synth/synth.h"
#include "tap.h"
#include "target.h"

/* Its address in the file, as synthesis has it. */
static uint64_t descriptor_of_file(const char *path)
{
	struct synth_section section = { 0 };
	struct synth_file file;
	uint64_t at = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (synth_file_init(&file, fd))
		exit(2);
	if (!synth_make(&file.source, &section, NULL))
		at = section.jit_descriptor;
	synth_free(&section);
	close(fd);
	return at;
}

/* .. and in the process: the file's beginning is mapped at what it says, or anywhere. */
static uint64_t find(pid_t pid)
{
	struct loaded loaded;
	struct process process;
	const struct map *map;
	struct maps maps;
	char path[64];
	uint64_t at;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	at = descriptor_of_file(path);
	if (process_open(pid, &process) || maps_read(process.maps, 0, &maps))
		exit(2);
	for (map = maps.map; map->kind != MAP_KIND_FILE;)
		map++;
	if (loaded_read(process.mem, map->start, &loaded))
		exit(2);
	maps_free(&maps);
	process_close(&process);
	return at ? at + loaded.bias : 0;
}

static void test_find(void)
{
	int mem;
	pid_t pid = target_start(&mem);

	tap_ok(find(pid) == (uintptr_t)&__jit_debug_descriptor, "found by dynamic symbols");
	target_end(pid, mem);
}

static void test_find_in(const char *dir, const char *name, bool there)
{
	unsigned long long at = 0;
	char command[4200];
	int pipes[2];
	FILE *from;
	pid_t pid;

	snprintf(command, sizeof(command), "%s/%s", dir, name);
	if (pipe(pipes))
		exit(2);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], 1);
		close(pipes[1]);
		/* A pipe that nobody writes to. */
		if (!pipe(pipes))
			dup2(pipes[0], 0);
		execl(command, name, NULL);
		_exit(1);
	}
	close(pipes[1]);
	from = fdopen(pipes[0], "r");
	if (fscanf(from, "%llx", &at) != 1)
		exit(2);
	fclose(from);
	tap_ok(at && find(pid) == (there ? at : 0), "%s: %s", name,
	       there ? "found by the symbols of its file" : "it cannot be found");
	target_end(pid, open("/dev/null", 0));
}

/* What is mapped of the program, put together from its memory. */
static void test_find_in_memory(void)
{
	struct synth_section section = { 0 };
	struct process process;
	struct synth_file file;
	const struct map *map;
	struct maps maps;
	int mem, fd;
	pid_t pid = target_start(&mem);

	if (process_open(pid, &process) || maps_read(process.maps, PROT_EXEC, &maps))
		exit(2);
	for (map = maps.map; map->kind != MAP_KIND_FILE;)
		map++;
	fd = image_of_file(&process, map);
	tap_ok(fd >= 0 && !synth_file_init(&file, fd) &&
	       !synth_make(&file.source, &section, NULL), "an image of a process's memory");
	tap_equal(section.jit_descriptor, descriptor_of_file("/proc/self/exe"),
		  "... has the variable where the file has it");
	synth_free(&section);
	close(fd);
	maps_free(&maps);
	process_close(&process);
	target_end(pid, mem);
}

/* --- what is remembered of mappings ---------------------------------------------------- */

static void test_memory(void)
{
	const struct map map = { .start = 0x7000, .dev = 1, .inode = 2, .offset = 0x1000 };
	struct map others[] = { map, map, map, map };
	unsigned int found = 0;
	uint64_t at = 77;

	others[0].start++;
	others[1].dev++;
	others[2].inode++;
	others[3].offset++;
	tap_ok(!descriptor_recall(1, &map, &at) && at == 77, "of a new mapping nothing is known");
	descriptor_remember(1, &map, 0x9000);
	tap_ok(descriptor_recall(1, &map, &at) && at == 0x9000, "what it has is remembered");
	for (int i = 0; i < 4; i++)
		found += descriptor_recall(1, &others[i], &at);
	tap_ok(!found && at == 0x9000, "... of no other one");
	tap_ok(!descriptor_recall(2, &map, &at) && at == 0x9000, "... and of no other process's");
	descriptor_remember(1, &map, 0);
	tap_ok(descriptor_recall(1, &map, &at) && !at, "that it has none any more, too");
	for (others[0].start = 0; others[0].start < 20000; others[0].start++)
		descriptor_remember(2, &others[0], 1);
	tap_ok(!descriptor_recall(1, &map, &at), "very many others push it out");
	others[0].start--;
	tap_ok(descriptor_recall(2, &others[0], &at) && at == 1, "... and are known themselves");
}

static void test_list(void)
{
	struct descriptors found = { .n = 0 };

	descriptors_add(&found, 0);
	tap_equal(found.n, 0, "variables that are nowhere");
	descriptors_add(&found, 8);
	descriptors_add(&found, 8);
	tap_equal(found.n, 1, "variables, one of them told twice");
	for (uint64_t at = 16; at < 200; at += 8)
		descriptors_add(&found, at);
	tap_ok(found.n == DESCRIPTORS_MAX && found.at[0] == 8 && found.at[1] == 16,
	       "of too many the first ones count");
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";

	test_find();
	test_find_in_memory();
	test_find_in(dir, "still", true);
	test_find_in(dir, "still-static", true);
	test_find_in(dir, "still-static-pie", true);
	test_find_in(dir, "still-stripped", false);
	test_list();
	test_memory();
	return tap_end();
}
