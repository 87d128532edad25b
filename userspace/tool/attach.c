// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg attach, sfreg detach: windows for processes that run already, and away with them.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sfreg.h>

#include "../attach/attach.h"
#include "../attach/scan.h"
#include "tool.h"

/* How often a process may execute another program while it is attached. */
#define TRIES	8
#define WAIT_US	1000

struct job {
	int (*one)(struct job *job, pid_t pid);
	struct broker *broker;
	bool all, verbose;
	unsigned int n_pids;
	char **pids;
	unsigned int processes, failed, forbidden;
	unsigned long windows, there, without;
};

static const char *why_not(int error)
{
	switch (-error) {
	case ENODATA:
		return "no call frame information";
	case ENOEXEC:
		return "no ELF file of this machine's kind";
	case EOPNOTSUPP:
		return "on a file system that a user serves";
	case EBADMSG:
		return "malformed";
	case EPROTO:
		return "its reader died";
	case ETIMEDOUT:
		return "reading it took too long";
	case EDQUOT:
		return "over a limit of the module";
	default:
		return strerror(-error);
	}
}

static void tell(void *ctx, const struct attach_mapping *mapping)
{
	const struct map *map = mapping->map;
	const char *name = *map->path ? map->path : "[anonymous]";

	(void)ctx;
	printf("  %012llx-%012llx %-8s %s%s", (unsigned long long)map->start,
	       (unsigned long long)map->end,
	       mapping->error ? "nothing" : mapping->placed ? "attached" : "there", name,
	       map->deleted ? " (deleted)" : "");
	if (mapping->error)
		printf(": %s", map->kind == MAP_KIND_ANONYMOUS ? "no file" :
								 why_not(mapping->error));
	putchar('\n');
}

static int attach_one(struct job *job, pid_t pid)
{
	struct attach_result result;
	int error = -EAGAIN;

	if (job->verbose)
		printf("process %d:\n", pid);
	/* It may execute another program at the wrong moment, and again. */
	for (int i = 0; error == -EAGAIN && i < TRIES; i++) {
		if (i)
			usleep(WAIT_US << i);
		error = attach_process(job->broker, pid, &result, job->verbose ? tell : NULL, job);
		job->windows += result.placed;
		/* Generated code came or went while it was looked at. */
		if (!error && result.later)
			error = i + 1 < TRIES ? -EAGAIN : 0;
	}
	if (!error) {
		job->there += result.there;
		job->without += result.without;
	}
	return error;
}

static int detach_one(struct job *job, pid_t pid)
{
	int n = attach_remove(pid);

	/* The program that had windows is gone, and so are they. */
	if (n == -EAGAIN)
		n = 0;
	if (n < 0)
		return n;
	job->windows += n;
	if (job->verbose)
		printf("process %d: %d windows removed\n", pid, n);
	return 0;
}

/* Of all processes some are gone, some are kernel threads, and some are not ours. */
static int visit(void *ctx, pid_t pid)
{
	struct job *job = ctx;
	int error = job->one(job, pid);

	if (error == -ENOSYS || error == -ESHUTDOWN)
		return error;
	if (job->all && error == -ESRCH)
		return 0;
	if (job->all && (error == -EACCES || error == -EPERM)) {
		job->forbidden++;
		return 0;
	}
	if (error) {
		complain("process %d: %s", pid, explain(error));
		job->failed++;
	} else {
		job->processes++;
	}
	return 0;
}

static int visit_all(struct job *job)
{
	int error = 0;

	if (job->all)
		return scan_processes(visit, job);
	for (unsigned int i = 0; !error && i < job->n_pids; i++)
		error = visit(job, atoi(job->pids[i]));
	return error;
}

static int conclude(const struct job *job)
{
	if (job->forbidden)
		printf("%u processes may not be traced\n", job->forbidden);
	return job->failed ? EXIT_FAILED : EXIT_OK;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct job *job = state->input;

	switch (key) {
	case 'a':
		job->all = true;
		return 0;
	case 'v':
		job->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		job->pids = state->argv + state->next;
		job->n_pids = state->argc - state->next;
		for (unsigned int i = 0; i < job->n_pids; i++)
			if (parse_pid(job->pids[i]) < 0)
				argp_error(state, "'%s' is no process id", job->pids[i]);
		return 0;
	case ARGP_KEY_END:
		if (job->all == !!job->n_pids)
			argp_usage(state);
		return 0;
	default:
		(void)arg;
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "Every process that may be traced", 0 },
	{ "verbose", 'v', NULL, 0, "Say what came of each mapping", 0 },
	{ 0 },
};

int cmd_attach(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "PID...\n--all",
		.doc = "Gives processes that run already whole user stacks: places, for each "
		       "file that they have mapped executable, the unwind data that it carries. "
		       "Needs the right to trace them.",
	};
	struct job job = { .one = attach_one };
	char *dir = cache_dir();
	int error;

	argp_parse(&argp, argc, argv, 0, NULL, &job);
	job.broker = broker_new(dir);
	free(dir);
	if (!job.broker)
		return complain("%s", strerror(ENOMEM));
	error = sfreg_probe();
	if (!error)
		error = visit_all(&job);
	broker_free(job.broker);
	if (error)
		return complain("%s", explain(error));
	printf("%u processes attached: %lu windows placed, %lu mappings had theirs, "
	       "%lu files have none\n",
	       job.processes, job.windows, job.there, job.without);
	return conclude(&job);
}

int cmd_detach(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "PID...\n--all",
		.doc = "Removes what sfreg attach or sfregd placed in processes. What they "
		       "registered themselves stays.",
	};
	struct job job = { .one = detach_one };
	int error;

	argp_parse(&argp, argc, argv, 0, NULL, &job);
	error = sfreg_probe();
	if (!error)
		error = visit_all(&job);
	if (error)
		return complain("%s", explain(error));
	printf("%u processes detached: %lu windows removed\n", job.processes, job.windows);
	return conclude(&job);
}
