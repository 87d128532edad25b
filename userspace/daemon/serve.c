// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Waits for events, signals and time, one after the other in one thread.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <sfreg.h>

#include "background.h"
#include "clock.h"
#include "log.h"
#include "notify.h"
#include "serve.h"

/* How often is looked for what nobody tells of: the module, CPUs. */
#define TICK		(2 * CLOCK_S)

struct daemon {
	struct follow *follow;
	int signals;
	bool follows, over, is_ready;
	uint64_t next_tick, delay;
};

const char *serve_why(int error)
{
	switch (-error) {
	case ENOSYS:
		return "the sfreg module is not loaded";
	case ESHUTDOWN:
		return "sfreg is switched off";
	case ENOTSUP:
		return "the kernel does not offer the module's tracepoints: it was loaded by force";
	case EACCES:
	case EPERM:
		return "watching all processes takes CAP_PERFMON and CAP_SYS_PTRACE, or root";
	default:
		return strerror(-error);
	}
}

static void say_state(const char *state)
{
	char status[256];

	log_say("%s", state);
	snprintf(status, sizeof(status), "STATUS=%s", state);
	notify(status);
}

/* The module has gone, or is off: everything that could hold it is let go. */
static void rest(struct daemon *daemon, int error)
{
	char state[128];

	if (daemon->follows)
		follow_end(daemon->follow);
	daemon->follows = false;
	snprintf(state, sizeof(state), "%s; waiting", serve_why(error));
	say_state(state);
}

static int resume(struct daemon *daemon)
{
	int error = follow_begin(daemon->follow);

	if (error)
		return error;
	daemon->follows = true;
	say_state("following all processes");
	return 0;
}

static void become_ready(struct daemon *daemon)
{
	if (daemon->is_ready)
		return;
	daemon->is_ready = true;
	notify("READY=1");
	background_ready();
}

/* Return: 0, or why we cannot go on. */
static int tick(struct daemon *daemon)
{
	int error;

	daemon->next_tick = clock_now() + TICK;
	if (!daemon->follows)
		return sfreg_probe() ? 0 : resume(daemon);
	error = follow_tick(daemon->follow);
	if (error)
		rest(daemon, error);
	return 0;
}

static void on_signal(struct daemon *daemon, int number)
{
	switch (number) {
	case SIGCHLD:
		follow_child(daemon->follow);
		break;
	case SIGHUP:
		follow_rescan(daemon->follow);
		break;
	case SIGUSR1:
		follow_read(daemon->follow);
		stats_say(follow_stats(daemon->follow), follow_broker(daemon->follow));
		log_say("stat end 1");
		break;
	default:
		daemon->over = true;
	}
}

static void read_signals(struct daemon *daemon)
{
	struct signalfd_siginfo info;

	while (read(daemon->signals, &info, sizeof(info)) == sizeof(info))
		on_signal(daemon, info.ssi_signo);
}

/* Sleeps until there is something to do. */
static void wait_for_work(const struct daemon *daemon)
{
	struct pollfd fds[] = {
		{ .fd = daemon->signals, .events = POLLIN },
		{ .fd = follow_fd(daemon->follow), .events = POLLIN },
	};
	uint64_t due = daemon->follows ? follow_due(daemon->follow) : UINT64_MAX;
	uint64_t now = clock_now();
	struct timespec time;

	if (due > daemon->next_tick)
		due = daemon->next_tick;
	due = due > now ? due - now : 0;
	/* What comes now is due later: nothing has to wake us before. */
	if (due <= daemon->delay)
		fds[1].fd = -1;
	time.tv_sec = due / CLOCK_S;
	time.tv_nsec = due % CLOCK_S;
	ppoll(fds, 2, &time, NULL);
}

static int run(struct daemon *daemon)
{
	int error = 0;

	while (!daemon->over && !error) {
		wait_for_work(daemon);
		read_signals(daemon);
		if (clock_now() >= daemon->next_tick)
			error = tick(daemon);
		if (daemon->follows && !error) {
			int gone = follow_work(daemon->follow);

			if (gone)
				rest(daemon, gone);
		}
		if (!daemon->follows || follow_is_settled(daemon->follow))
			become_ready(daemon);
	}
	return error;
}

/* All signals are read from a descriptor, so nothing is interrupted. */
static int open_signals(void)
{
	static const int numbers[] = { SIGCHLD, SIGHUP, SIGUSR1, SIGTERM, SIGINT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int serve(const struct follow_options *options)
{
	struct daemon daemon = { .signals = open_signals(), .delay = options->delay };
	int error;

	if (daemon.signals < 0)
		return -errno;
	daemon.follow = follow_new(options);
	if (!daemon.follow)
		return -ENOMEM;
	error = sfreg_probe();
	if (error)
		rest(&daemon, error);
	error = error ? 0 : resume(&daemon);
	if (!error)
		error = run(&daemon);
	notify("STOPPING=1");
	follow_read(daemon.follow);
	stats_say(follow_stats(daemon.follow), follow_broker(daemon.follow));
	log_say("stat end 1");
	follow_free(daemon.follow);
	close(daemon.signals);
	return error;
}
