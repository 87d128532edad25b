/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the dynamic loader will map when a command is executed.
 */
#ifndef SFREG_TOOL_LINKED_H
#define SFREG_TOOL_LINKED_H

#include <stdbool.h>

typedef void linked_say(void *ctx, const char *path);

/**
 * linked_objects() - name a command's file and the libraries that it is linked with
 * @command: a path, or a name to be looked for in PATH
 * @say: told of each path, the program's first
 * @ctx: for @say
 *
 * Of a script, those of its interpreter. The loader is asked, so libraries that are
 * preloaded count; and it is asked in such a way that it does not run the command. What
 * cannot be found out is left out.
 *
 * Return: false: there is no such command, and nothing was said.
 */
bool linked_objects(const char *command, linked_say *say, void *ctx);

#endif /* SFREG_TOOL_LINKED_H */
