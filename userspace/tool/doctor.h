/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What sfreg doctor finds out, before it puts it into words.
 */
#ifndef SFREG_TOOL_DOCTOR_H
#define SFREG_TOOL_DOCTOR_H

#include "../attach/maps.h"
#include "../attach/process.h"
#include "../attach/windows.h"

/* Kept of each file: functions without rows, the largest first. */
#define DOCTOR_LACKS	5

/* Text without rows. @name: the function, "" if none is known */
struct lack {
	char name[64];
	uint64_t at, bytes;
	const char *why;
};

/**
 * struct diagnosis - a file
 * @error: why there are no rows at all, or 0
 * @text: bytes of its functions: of what is executable, but for what fills the space
 *	between them
 * @rows: bytes of these that rows can be had for
 * @own: bytes of these that its own .sframe describes; 0: it has none
 */
struct diagnosis {
	int error;
	uint64_t text, rows, own;
	size_t n_lacks;
	struct lack lacks[DOCTOR_LACKS];
};

/* doctor_file.c */
void doctor_diagnose(int fd, struct diagnosis *diagnosis);

/**
 * struct object - what a process has mapped
 * @map: the first of its pieces
 * @mapped: executable bytes, of these with a window of the process itself, or of an outsider
 * @diagnosis: of anonymous memory: text is all of it
 * @now, @could: bytes of text that have rows now, and when all has windows
 */
struct object {
	const struct map *map;
	uint64_t mapped, by_itself, by_outsider;
	struct diagnosis diagnosis;
	uint64_t now, could;
};

/**
 * struct patient - a process
 * @module: what sfreg_probe() or the list of windows said: 0, -ENOSYS, ..
 */
struct patient {
	struct process process;
	struct maps maps;
	struct windows windows;
	char name[32];
	int module;
	size_t n;
	struct object *objects;
	uint64_t text, now, could;
};

/* doctor_process.c. Return: 0, or as process_open(). */
int doctor_examine(pid_t pid, struct patient *patient);
void doctor_release(struct patient *patient);

/* doctor_say.c. @exits: it does not live on. Return: is (all but) everything described? */
bool doctor_say(const struct patient *patient, bool exits);

/*
 * doctor_exit.c: runs a command until it is about to end, with everything still mapped.
 * Return: its process id; -errno: it cannot be run, or traced.
 */
pid_t doctor_run(char **argv);
/* Lets it end. */
void doctor_let_go(pid_t pid);

#endif /* SFREG_TOOL_DOCTOR_H */
