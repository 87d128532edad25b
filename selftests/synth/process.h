/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that is run one instruction at a time. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

/* Of a file, executable. */
struct mapping {
	uint64_t start, end, offset;
	char path[256];
};

#define MAX_MAPPINGS	64

struct process {
	pid_t pid;
	int status;		/* as waitpid() has it */
	struct user_regs_struct regs;
	uint32_t n_mappings, last;
	struct mapping mappings[MAX_MAPPINGS];
};

/* False: it cannot be executed, or traced. Its output is lost. */
bool process_start(struct process *process, char *const argv[]);
/* One instruction. False: it has ended. */
bool process_step(struct process *process);
uint64_t process_word(const struct process *process, uint64_t addr);
/* Of the instruction that is next; NULL: that is in no file. */
const struct mapping *process_mapping(struct process *process);

#endif /* PROCESS_H */
