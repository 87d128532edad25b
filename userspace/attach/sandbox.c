// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The sandbox's parent: makes a child, feeds it the pieces that it asks for, takes what it
 * makes, and kills it, whatever came of it. Believes nothing: a child may have been taken
 * over by the file that it reads.
 *
 * The child is made by clone(2) without an exit signal: a caller's handler of SIGCHLD, its
 * waits for any child, and SIGCHLD ignored all leave it alone. The caller has one thread.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox_inside.h"

#define MEMORY		(1ull << 30)
/* synth_make() lays a file of up to 16 GiB out, and touches what it reads. */
#define ADDRESS_SPACE	(17ull << 30)
/* 30 times as long as it takes, for machines that are emulated or overloaded. */
#define TIME		10000
#define TIME_PER_MIB	2000

#define CHUNK		65536

/**
 * struct session - one child
 * @fd: our end of the socket
 * @deadline: CLOCK_MONOTONIC, in milliseconds
 * @ready: it has locked itself up
 * @n_ranges, @ranges, @asked: what it has asked for so far; bytes in all
 */
struct session {
	const struct sandbox_job *job;
	int fd;
	int64_t deadline;
	bool ready;
	uint32_t n_ranges;
	struct cache_range ranges[SYNTH_MAX_READS];
	uint64_t asked;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* 0 when the socket is ready for @events or broken, which the next call on it tells. */
static int await(const struct session *session, short events)
{
	struct pollfd poll_fd = { .fd = session->fd, .events = events };
	int64_t left = session->deadline - now_ms();

	if (left <= 0)
		return -ETIMEDOUT;
	if (poll(&poll_fd, 1, left) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

/* What a call on the socket without a result means: try again, or give up. */
static int stalled(const struct session *session, short events)
{
	switch (errno) {
	case EINTR:
		return 0;
	case EAGAIN:
		return await(session, events);
	case ECONNRESET:
	case EPIPE:
		return -EPROTO;
	default:
		return -errno;
	}
}

static int receive(const struct session *session, void *to, size_t len)
{
	int error = 0;

	while (len && !error) {
		ssize_t n = recv(session->fd, to, len, MSG_DONTWAIT);

		if (!n)
			return -EPROTO;
		if (n < 0) {
			error = stalled(session, POLLIN);
			continue;
		}
		to = (uint8_t *)to + n;
		len -= n;
	}
	return error;
}

static int give(const struct session *session, const void *from, size_t len)
{
	int error = 0;

	while (len && !error) {
		ssize_t n = send(session->fd, from, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0) {
			error = stalled(session, POLLOUT);
			continue;
		}
		from = (const uint8_t *)from + n;
		len -= n;
	}
	return error;
}

/* The rules of struct synth_source, and an end to what may be asked in all. */
static bool may_ask(const struct session *session, uint64_t at, uint64_t len)
{
	uint64_t size = session->job->source->size;
	uint64_t first = size < SYNTH_FIRST_READ ? size : SYNTH_FIRST_READ;

	if (!len || len > size || at > size - len || session->n_ranges == SYNTH_MAX_READS ||
	    len > SYNTH_MAX_BYTES - session->asked)
		return false;
	if (!session->n_ranges && (at || len != first))
		return false;
	for (uint32_t i = 0; i < session->n_ranges; i++) {
		const struct cache_range *range = &session->ranges[i];

		if (at < range->at + range->len && range->at < at + len)
			return false;
	}
	return true;
}

static int give_range(struct session *session, uint64_t at, uint64_t len)
{
	const struct synth_source *source = session->job->source;
	uint8_t chunk[CHUNK];

	if (!may_ask(session, at, len) ||
	    cache_trace_begin(session->job->trace, at, len))
		return -EPROTO;
	session->ranges[session->n_ranges++] = (struct cache_range){ at, len };
	session->asked += len;
	session->deadline += (len * session->job->time_per_mib) >> 20;
	while (len) {
		size_t n = len < CHUNK ? len : CHUNK;
		int error = source->read(source, chunk, n, at);

		if (error)
			return error;
		cache_trace_bytes(session->job->trace, chunk, n);
		error = give(session, chunk, n);
		if (error)
			return error;
		at += n;
		len -= n;
	}
	return 0;
}

/* An allocation of its own for what follows on the socket; NULL stays where it is empty. */
static int receive_new(const struct session *session, void **to, size_t len)
{
	if (!len)
		return 0;
	*to = malloc(len);
	if (!*to)
		return -ENOMEM;
	return receive(session, *to, len);
}

static int receive_section(const struct session *session)
{
	struct synth_section *section = session->job->section;
	struct synth_section got;
	void *bytes = NULL;
	int error = receive(session, &got, sizeof(got));

	if (error)
		return error;
	/* An object's text is not in its bytes. */
	if (!sandbox_section_is_sound(&got, session->job->work == synth_make_object ?
				      UINT64_MAX : session->job->source->size))
		return -EPROTO;
	error = receive_new(session, &bytes, got.len);
	*section = got;
	section->bytes = bytes;
	return error;
}

static int receive_report(const struct session *session)
{
	struct synth_report *report = session->job->report;
	struct synth_report got;
	void *holes = NULL;
	int error = receive(session, &got, sizeof(got));

	if (error)
		return error;
	if (!sandbox_report_is_sound(&got))
		return -EPROTO;
	error = receive_new(session, &holes, got.n_holes * sizeof(*got.holes));
	*report = got;
	report->holes = holes;
	if (!error && !sandbox_holes_are_sound(report))
		error = -EPROTO;
	return error;
}

static int finish(const struct session *session, int status)
{
	int error;

	switch (status) {
	case 0:
		error = receive_section(session);
		if (!error && session->job->report)
			error = receive_report(session);
		return error;
	case -ENOEXEC:
	case -EBADMSG:
	case -EFBIG:
	case -ENOMEM:
		return status;
	default:
		return -EPROTO;
	}
}

/* One answer per message, until it is done. */
static int serve(struct session *session)
{
	struct sandbox_message message;
	int error;

	for (;;) {
		error = receive(session, &message, sizeof(message));
		if (error)
			return error;
		if (!session->ready) {
			/* Nobody has taken it over yet: this error is its own. */
			if (message.say != SANDBOX_READY || message.status)
				return message.status < 0 ? message.status : -EPROTO;
			session->ready = true;
			continue;
		}
		if (message.say == SANDBOX_DONE)
			return finish(session, message.status);
		if (message.say != SANDBOX_READ)
			return -EPROTO;
		error = give_range(session, message.at, message.len);
		if (error)
			return error;
	}
}

/* The child starts with all signals blocked: it must run no handler of the caller's. */
static pid_t make_child(const struct sandbox_job *job, const int sockets[2])
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
	if (!pid)
		sandbox_child(job, sockets[1]);
	if (pid < 0)
		pid = -errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

static int run_child(const struct sandbox_job *job)
{
	struct session session = { .job = job };
	int sockets[2];
	int error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	pid = make_child(job, sockets);
	close(sockets[1]);
	if (pid > 0) {
		session.fd = sockets[0];
		session.deadline = now_ms() + job->time;
		error = serve(&session);
		end_child(pid);
	} else {
		error = pid;
	}
	close(sockets[0]);
	return error;
}

int sandbox_run(struct sandbox_job *job)
{
	int error;

	job->memory = job->memory ?: MEMORY;
	job->address_space = job->address_space ?: ADDRESS_SPACE;
	job->time = job->time ?: TIME;
	job->time_per_mib = job->time_per_mib ?: TIME_PER_MIB;
	memset(job->section, 0, sizeof(*job->section));
	if (job->report)
		memset(job->report, 0, sizeof(*job->report));
	error = run_child(job);
	if (!error)
		return 0;
	free(job->section->bytes);
	memset(job->section, 0, sizeof(*job->section));
	if (job->report) {
		free(job->report->holes);
		memset(job->report, 0, sizeof(*job->report));
	}
	return error;
}

static int run(sandbox_work *work, const struct synth_source *source, struct cache_trace *trace,
	       struct synth_section *section, struct synth_report *report)
{
	struct sandbox_job job = {
		.work = work,
		.source = source,
		.trace = trace,
		.section = section,
		.report = report,
	};

	return sandbox_run(&job);
}

int sandbox_synth(const struct synth_source *source, struct cache_trace *trace,
		  struct synth_section *section, struct synth_report *report)
{
	return run(synth_make, source, trace, section, report);
}

int sandbox_synth_object(const struct synth_source *source, struct synth_section *section)
{
	struct cache_trace trace;

	/* Nobody asks what was read: what is known of an object goes by all of its bytes. */
	cache_trace_init(&trace, source->size);
	return run(synth_make_object, source, &trace, section, NULL);
}
