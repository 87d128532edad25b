// SPDX-License-Identifier: GPL-2.0-only
/* ptrace(2), and what is mapped. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include "process.h"

/* Return: has it stopped? */
static bool wait_for(struct process *process)
{
	if (waitpid(process->pid, &process->status, 0) != process->pid ||
	    !WIFSTOPPED(process->status))
		return false;
	return !ptrace(PTRACE_GETREGS, process->pid, NULL, &process->regs);
}

bool process_start(struct process *process, char *const argv[])
{
	static char *const env[] = { "LC_ALL=C", NULL };
	int null;

	memset(process, 0, sizeof(*process));
	process->pid = fork();
	if (process->pid < 0)
		return false;
	if (!process->pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (!ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			execve(argv[0], argv, env);
		_exit(127);
	}
	return wait_for(process) &&
	       !ptrace(PTRACE_SETOPTIONS, process->pid, NULL, PTRACE_O_EXITKILL);
}

bool process_step(struct process *process)
{
	return !ptrace(PTRACE_SINGLESTEP, process->pid, NULL, NULL) && wait_for(process);
}

uint64_t process_word(const struct process *process, uint64_t addr)
{
	return ptrace(PTRACE_PEEKDATA, process->pid, addr, NULL);
}

static void read_mappings(struct process *process)
{
	char path[64], line[512], rights[8];
	struct mapping m;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", process->pid);
	f = fopen(path, "r");
	process->n_mappings = 0;
	while (f && fgets(line, sizeof(line), f) && process->n_mappings < MAX_MAPPINGS) {
		if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %255s", &m.start, &m.end, rights,
			   &m.offset, m.path) == 5 && rights[2] == 'x' && m.path[0] == '/')
			process->mappings[process->n_mappings++] = m;
	}
	if (f)
		fclose(f);
}

static const struct mapping *find_mapping(struct process *process)
{
	const struct mapping *m;

	/* Mostly where the last one was. */
	for (uint32_t i = 0; i < process->n_mappings; i++) {
		m = &process->mappings[(process->last + i) % process->n_mappings];
		if (process->regs.rip >= m->start && process->regs.rip < m->end) {
			process->last = m - process->mappings;
			return m;
		}
	}
	return NULL;
}

const struct mapping *process_mapping(struct process *process)
{
	const struct mapping *m = find_mapping(process);

	if (m)
		return m;
	read_mappings(process);
	return find_mapping(process);
}
