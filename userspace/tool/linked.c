// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From a command to its objects, as execvp(3) and the dynamic loader find them:
 *
 *	PATH, "#!" lines, the program's PT_INTERP, `INTERP --list PROGRAM'
 *
 * as ldd(1) does it. Setting LD_TRACE_LOADED_OBJECTS and executing the command would
 * run it if it is linked statically.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linked.h"

/* As many as the kernel follows. */
#define MAX_SCRIPTS	5

static bool is_executable(const char *path)
{
	return !access(path, X_OK);
}

/* The file that execvp() would execute. */
static bool find_command(const char *command, char path[PATH_MAX])
{
	const char *dirs = getenv("PATH"), *end;

	if (strchr(command, '/')) {
		snprintf(path, PATH_MAX, "%s", command);
		return is_executable(path);
	}
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (;; dirs = end + 1) {
		end = strchrnul(dirs, ':');
		snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - dirs), dirs,
			 end == dirs ? "" : "/", command);
		if (is_executable(path))
			return true;
		if (!*end)
			return false;
	}
}

/* `#! /usr/bin/env NAME': the name's the one that counts. */
static bool after_env(char *rest, char path[PATH_MAX])
{
	char *name = strtok(rest, " \t");

	return name && *name != '-' && !strchr(name, '=') && find_command(name, path);
}

/* If @path is a script, makes it its interpreter's path. */
static bool follow_script(char path[PATH_MAX])
{
	char line[256] = "", *name, *slash;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0 || strncmp(line, "#!", 2))
		return false;
	line[strcspn(line, "\n")] = '\0';
	name = strtok(line + 2, " \t");
	if (!name)
		return false;
	snprintf(path, PATH_MAX, "%s", name);
	slash = strrchr(name, '/');
	if (slash && !strcmp(slash, "/env"))
		return after_env(NULL, path);
	return true;
}

/* Only loaders that are known to take --list. */
static bool is_loader(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && (!strncmp(slash, "/ld-linux", 9) || !strncmp(slash, "/ld-musl", 8));
}

static bool read_interp(int fd, Elf *elf, char interp[PATH_MAX])
{
	size_t n;

	if (elf_getphdrnum(elf, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr phdr;

		if (!gelf_getphdr(elf, i, &phdr))
			return false;
		if (phdr.p_type != PT_INTERP)
			continue;
		return phdr.p_filesz > 1 && phdr.p_filesz <= PATH_MAX &&
		       pread(fd, interp, phdr.p_filesz, phdr.p_offset) ==
			       (ssize_t)phdr.p_filesz &&
		       !interp[phdr.p_filesz - 1] && is_loader(interp);
	}
	return false;
}

static bool find_interp(const char *path, char interp[PATH_MAX])
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool found = false;
	Elf *elf;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf) {
		found = read_interp(fd, elf, interp);
		elf_end(elf);
	}
	close(fd);
	return found;
}

static FILE *start_list(const char *interp, const char *path, pid_t *pid)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	*pid = fork();
	if (!*pid) {
		int null = open("/dev/null", O_RDWR);

		unsetenv("LD_AUDIT");
		if (dup2(null, 0) == 0 && dup2(fds[1], 1) == 1 && dup2(null, 2) == 2)
			execl(interp, interp, "--list", path, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	if (*pid > 0)
		return fdopen(fds[0], "r");
	close(fds[0]);
	return NULL;
}

/* "\tNAME => PATH (0xADDRESS)", or without "NAME =>". */
static void say_line(char *line, linked_say *say, void *ctx)
{
	char *path = strstr(line, "=> "), *end = strstr(line, " (0x");

	path = path ? path + 3 : line + strspn(line, "\t ");
	if (!end || *path != '/' || end < path)
		return;
	*end = '\0';
	say(ctx, path);
}

static void list_libraries(const char *interp, const char *path, linked_say *say, void *ctx)
{
	char *line = NULL;
	size_t room = 0;
	FILE *list;
	pid_t pid;

	list = start_list(interp, path, &pid);
	if (!list)
		return;
	while (getline(&line, &room, list) > 0)
		say_line(line, say, ctx);
	free(line);
	fclose(list);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

bool linked_objects(const char *command, linked_say *say, void *ctx)
{
	char path[PATH_MAX], interp[PATH_MAX];

	if (!find_command(command, path))
		return false;
	for (int i = 0; i < MAX_SCRIPTS && follow_script(path); i++)
		;
	say(ctx, path);
	if (find_interp(path, interp))
		list_libraries(interp, path, say, ctx);
	return true;
}
