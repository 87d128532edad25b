// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"

unsigned int state_user;

const struct state_line state_lines[] = {
	{ "status", "Uid:", NULL, "the user that it shall be" },
	{ "status", "CapInh:", " 0000000000000000", "no capability to inherit" },
	{ "status", "CapPrm:", " 0000000000000000", "no capability permitted" },
	{ "status", "CapEff:", " 0000000000000000", "no capability in effect" },
	{ "status", "CapAmb:", " 0000000000000000", "no ambient capability" },
	{ "status", "NoNewPrivs:", " 1", "no new privileges" },
	{ "status", "Seccomp:", " 2", "a filter" },
	{ "status", "Threads:", " 1", "one thread" },
	{ "limits", "Max core file size", " 0 0 bytes", "no core file" },
	{ "limits", "Max file size", " 0 0 bytes", "no file written" },
	{ "limits", "Max open files", " 0 0 files", "no file opened" },
	{ "oom_score_adj", "", "1000", "the first to be killed when memory runs out" },
};

#define N_LINES	(sizeof(state_lines) / sizeof(*state_lines))
_Static_assert(N_LINES <= STATE_MAX_LINES, "state_lines");

static pid_t only_child(void)
{
	FILE *children = fopen("/proc/thread-self/children", "r");
	int pid = -1;

	if (children && fscanf(children, "%d", &pid) != 1)
		pid = -1;
	if (children)
		fclose(children);
	return pid;
}

/* Runs of white space become one blank, none at the end. */
static void squeeze(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		bool space = strchr(" \t\n", *from);

		if (!space || (from[1] && !strchr(" \t\n", from[1])))
			*to++ = space ? ' ' : *from;
	}
	*to = '\0';
}

static void look_for(const struct state_line *line, pid_t pid, char *wrong)
{
	char path[64], text[256], users[64];
	const char *wanted = line->wanted;
	unsigned int user = state_user;
	FILE *file;

	snprintf(users, sizeof(users), " %u %u %u %u", user, user, user, user);
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, line->file);
	strcpy(wrong, "the line is missing");
	file = fopen(path, "r");
	while (file && fgets(text, sizeof(text), file)) {
		if (strncmp(text, line->key, strlen(line->key)))
			continue;
		squeeze(text);
		snprintf(wrong, 128, "%s", text + strlen(line->key));
		if (!strcmp(wrong, wanted ?: users))
			*wrong = '\0';
		break;
	}
	if (file)
		fclose(file);
}

/* Entries but for "." and ".."; -1: cannot be opened. */
static int count_entries(pid_t pid, const char *name)
{
	char path[64];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	dir = opendir(path);
	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return n;
}

/* A dead process's directory: nothing is in it, and the kernel says whose it was. */
static bool is_empty(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root/proc", pid);
	return count_entries(pid, "root") <= 0 && access(path, F_OK) && errno == ESRCH;
}

static int look(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	struct state_source *state = (struct state_source *)source;
	pid_t pid = only_child();

	if (!at) {
		for (size_t i = 0; i < N_LINES; i++)
			look_for(&state_lines[i], pid, state->wrong[i]);
		state->n_descriptors = count_entries(pid, "fd");
		state->root_is_empty = is_empty(pid);
	}
	return state->file->read(state->file, to, len, at);
}

void state_init(struct state_source *state, const struct synth_source *file)
{
	*state = (struct state_source){
		.source = { .size = file->size, .read = look },
		.file = file,
		.n_lines = N_LINES,
	};
	for (size_t i = 0; i < N_LINES; i++)
		strcpy(state->wrong[i], "was not looked at");
}

static volatile pid_t *orphan;

static int die(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	(void)source, (void)to, (void)len, (void)at;
	*orphan = only_child();
	_exit(7);
}

/* Asks, and does not notice that nobody answers. */
static int loops(const struct synth_source *source, struct synth_section *section,
		 struct synth_report *report)
{
	const struct sandbox_message message = { .say = SANDBOX_READ, .len = SYNTH_FIRST_READ };

	(void)source, (void)section, (void)report;
	if (write(SANDBOX_SOCKET, &message, sizeof(message)) < 0)
		return -EFBIG;
	for (volatile int i = 1; i; i |= 1)
		;
	return 0;
}

bool state_test_orphan(const struct synth_source *file)
{
	const struct synth_source deadly = { .size = file->size, .read = die };
	static struct cache_trace trace;
	struct synth_section section;
	struct sandbox_job job = {
		.work = loops, .source = &deadly, .trace = &trace, .section = &section,
	};
	int status = 0;
	pid_t middle;

	orphan = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	cache_trace_init(&trace, file->size);
	fflush(stdout);
	middle = fork();
	if (!middle)
		_exit(sandbox_run(&job) ? 1 : 2);
	waitpid(middle, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 7 || *orphan <= 0)
		return false;
	for (int i = 0; i < 1000 && waitpid(*orphan, &status, __WALL | WNOHANG) != *orphan; i++)
		usleep(10000);
	kill(*orphan, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	munmap((void *)orphan, 4096);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}
