/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the subcommands of sfreg share. Each is a file with one function, which
 * gets its own argv (argv[0] is "sfreg NAME") and returns the exit status.
 */
#ifndef SFREG_TOOL_H
#define SFREG_TOOL_H

#include <stdbool.h>
#include <sys/types.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

int cmd_attach(int argc, char **argv);
int cmd_cache(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_off(int argc, char **argv);
int cmd_on(int argc, char **argv);
int cmd_ps(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_synth(int argc, char **argv);

/* Prints "sfreg: ...\n" on standard error and returns EXIT_FAILED. */
int complain(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* A negative errno of the library in plain words. */
const char *explain(int error);

/* The same of a file that a section was to be made for. */
const char *explain_file(int error);

/* Parses the arguments of a subcommand that takes none. */
void parse_nothing(int argc, char **argv, const char *doc);

/* A decimal process id, or -1. */
pid_t parse_pid(const char *text);

/*
 * Who keeps the module from being unloaded: prints the processes that hold
 * descriptors of ours or wait in one of our calls.
 */
void print_holders(void);

#endif /* SFREG_TOOL_H */
