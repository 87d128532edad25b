// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sandbox against children that do their worst: each gets the exact outcome, and leaves
 * neither process nor descriptor behind. As root, everything once more as nobody.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"
#include "tap.h"
#include "works.h"

static struct synth_section section;
static struct synth_report report;
static struct cache_trace trace;
static const char *who;
static bool can_look;
const struct misdeed *deed_now;

static int read_file(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	(void)source;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = file_byte(at + i);
	return 0;
}

static const struct synth_source file = { .size = FILE_SIZE, .read = read_file };

static int run(const struct misdeed *deed, const struct synth_source *source)
{
	struct sandbox_job job = {
		.work = deed->work,
		.source = source,
		.trace = &trace,
		.section = &section,
		.report = &report,
		.time = deed->time,
		.time_per_mib = !!deed->time,
		.memory = deed->memory,
	};

	deed_now = deed;
	cache_trace_init(&trace, source->size);
	return sandbox_run(&job);
}

static unsigned int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* @before, and no child, of whatever kind. */
static bool nothing_left(unsigned int before)
{
	return waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD && count_descriptors() == before;
}

/* Freeing what is left of a failure must do no harm. */
static bool nothing_made(void)
{
	static const struct synth_section no_section;
	static const struct synth_report no_report;

	return !memcmp(&section, &no_section, sizeof(section)) &&
	       !memcmp(&report, &no_report, sizeof(report));
}

static void test_misdeeds(const char *what, const struct misdeed *deed)
{
	for (; deed->name; deed++) {
		unsigned int before = count_descriptors();
		int outcome = run(deed, &file);

		tap_ok(outcome == deed->outcome && nothing_made() && nothing_left(before),
		       "%s%s%s: %s, and nothing is left (%s)", who, what, deed->name,
		       strerrorname_np(-deed->outcome), strerrorname_np(-outcome) ?: "0");
	}
}

static const struct misdeed honest = { "honest", honest_work, .outcome = 0 };

static bool is_honest(void)
{
	for (size_t i = 0; i < section.len; i++)
		if (section.bytes[i] != file_byte(5000 + i))
			return false;
	return section.len == 100000 && section.base == 0x1000 && section.version == 3 &&
	       section.n_text == 2 && section.text[1].vaddr == 0x3000 && report.n_holes == 2 &&
	       report.holes[1].start == 0x1014 && report.holes[1].why == SYNTH_GAP_OVERLAP &&
	       report.covered[5] == 6 && report.n_rows == 8;
}

static void forget(void)
{
	free(section.bytes);
	free(report.holes);
}

/* What is hashed is what was given, in the order of the asking. */
static bool is_traced(void)
{
	static uint8_t bytes[100000];
	struct cache_trace own;
	struct cache_key wanted, got;

	cache_trace_init(&own, FILE_SIZE);
	read_file(&file, bytes, SYNTH_FIRST_READ, 0);
	cache_trace_begin(&own, 0, SYNTH_FIRST_READ);
	cache_trace_bytes(&own, bytes, SYNTH_FIRST_READ);
	read_file(&file, bytes, sizeof(bytes), 5000);
	cache_trace_begin(&own, 5000, sizeof(bytes));
	cache_trace_bytes(&own, bytes, sizeof(bytes));
	cache_trace_key(&own, &wanted);
	cache_trace_key(&trace, &got);
	return !memcmp(&wanted, &got, sizeof(got)) && trace.n_ranges == 2;
}

static void test_honest(void)
{
	unsigned int before = count_descriptors();
	struct sandbox_job job = {
		.work = honest_work, .source = &file, .trace = &trace, .section = &section,
	};

	tap_equal(run(&honest, &file), 0, "an honest child");
	tap_ok(is_honest() && nothing_left(before), "%s... says what it has made", who);
	tap_ok(is_traced(), "%s... and all that it was given is hashed", who);
	forget();
	cache_trace_init(&trace, FILE_SIZE);
	tap_equal(sandbox_run(&job), 0, "... the same without a report");
	tap_ok(section.len == 100000 && nothing_left(before), "%s... says it, too", who);
	free(section.bytes);
}

static int shrinks(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	return at < 65536 ? read_file(source, to, len, at) : -EIO;
}

static void test_shrinking(void)
{
	const struct synth_source shrinking = { .size = FILE_SIZE, .read = shrinks };
	unsigned int before = count_descriptors();

	tap_equal(run(&honest, &shrinking), -EIO, "a file that cannot be read to its end");
	tap_ok(nothing_made() && nothing_left(before), "%s... and nothing is left", who);
}

static volatile int signals;

static void count_signal(int signal)
{
	(void)signal;
	signals++;
}

/* Whatever a caller does with its other children. */
static void test_signals(void)
{
	unsigned int before = count_descriptors();
	int outcome;

	signal(SIGCHLD, SIG_IGN);
	outcome = run(&deeds[0], &file);
	tap_ok(outcome == -EPROTO && nothing_left(before), "%sSIGCHLD is ignored", who);
	signal(SIGCHLD, count_signal);
	outcome = run(&deeds[0], &file);
	tap_ok(outcome == -EPROTO && !signals && nothing_left(before),
	       "%sSIGCHLD is handled: it does not come", who);
	signal(SIGCHLD, SIG_DFL);
}

static void test_state(void)
{
	struct state_source seen;
	int outcome;

	state_init(&seen, &file);
	outcome = run(&honest, &seen.source);
	tap_equal(outcome, 0, "a child is looked at while it waits");
	if (can_look) {
		tap_equal(seen.n_descriptors, 1, "descriptors");
		tap_ok(seen.root_is_empty, "%san empty root directory", who);
	}
	for (size_t i = 0; i < seen.n_lines; i++)
		tap_ok(!*seen.wrong[i], "%s%s%s%s", who, state_lines[i].what,
		       *seen.wrong[i] ? ": " : "", seen.wrong[i]);
	if (!outcome)
		forget();
}

static void run_all(void)
{
	test_honest();
	test_misdeeds("a child that ", deeds);
	test_misdeeds("an answer: ", answers);
	test_misdeeds("a system call: ", calls);
	test_shrinking();
	test_signals();
	test_state();
	tap_ok(state_test_orphan(&file), "%sa child whose parent dies is killed", who);
}

/* All capabilities, but nobody else to become. */
static bool enter_user_namespace(void)
{
	char map[32];
	int fd, n = snprintf(map, sizeof(map), "0 %u 1", geteuid());

	if (unshare(CLONE_NEWUSER))
		return false;
	fd = open("/proc/self/uid_map", O_WRONLY);
	if (fd < 0 || write(fd, map, n) != n)
		return false;
	close(fd);
	return !geteuid();
}

int main(void)
{
	can_look = !geteuid();
	state_user = geteuid() ?: 65534;
	who = can_look ? "root: " : "";
	run_all();
	if (can_look) {
		can_look = false;
		who = "nobody: ";
		if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534) || prctl(PR_SET_DUMPABLE, 1))
			return 1;
		run_all();
	}
	who = "root of a container: ";
	state_user = 0;
	if (enter_user_namespace()) {
		test_honest();
		test_state();
	} else {
		tap_ok(true, "in a user namespace # SKIP there are none for ordinary users");
	}
	return tap_end();
}
