/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * One program that runs in a process: descriptors that all speak of the same memory,
 * though the process may execute another program at any moment.
 */
#ifndef SFREG_PROCESS_H
#define SFREG_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* The auxiliary vector: 20 and some pairs of words. */
#define PROCESS_AUXV_WORDS	64

/**
 * struct process - an open process
 * @pid: its id
 * @dir: /proc/PID: stands for this process, even if its id is used again
 * @mem: /proc/PID/mem, as sfreg_target_open() has it
 * @maps: /proc/PID/maps
 * @root: its root directory, O_PATH; -1: it has none
 * @auxv: what the kernel told the program at its start: addresses that differ from one
 *	execution to the next
 */
struct process {
	pid_t pid;
	int dir, mem, maps, root;
	uint64_t auxv[PROCESS_AUXV_WORDS];
};

/**
 * process_open() - open a process
 * @process: filled in; close with process_close()
 *
 * Return: 0; -ESRCH: there is none, it has ended, or it is a kernel thread; -EAGAIN: it is
 * executing another program just now; -EACCES, -EPERM: it may not be traced; -EMFILE..
 */
int process_open(pid_t pid, struct process *process);
void process_close(struct process *process);

/*
 * Does it still run the program that it ran when it was opened? Then everything that
 * was read of it until now is of that program. Return: 0, -ESRCH or -EAGAIN.
 */
int process_check(const struct process *process);

/*
 * process_files_size() - pages that a process maps of files and does not write to, about
 *
 * Grows with each library, hardly with data. Asking does not hold up the process, unlike
 * reading its mappings. Return: 0: there is none, or it may not be asked.
 */
uint64_t process_files_size(pid_t pid);

#endif /* SFREG_PROCESS_H */
