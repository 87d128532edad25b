/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the two halves of the sandbox share. Between them goes a stream: the child sends
 * messages, each of a fixed size; the parent sends nothing but the bytes that were asked
 * for, in order. What cannot be answered is not answered: the child is killed.
 */
#ifndef SFREG_SANDBOX_INSIDE_H
#define SFREG_SANDBOX_INSIDE_H

#include "sandbox.h"

/* The child's only descriptor. */
#define SANDBOX_SOCKET		0

/* Most bytes of a section (the module's own limit by default), and most holes. */
#define SANDBOX_MAX_SECTION	(64u << 20)
#define SANDBOX_MAX_HOLES	(1u << 20)

enum sandbox_say {
	SANDBOX_READY,	/* locked up (status 0), or why not; before a foreign byte is seen */
	SANDBOX_READ,	/* wants [at, at + len) of the file */
	SANDBOX_DONE,	/* the work's status; if 0, followed by what struct sandbox_job wants */
};

/*
 * After SANDBOX_DONE of status 0: a struct synth_section whose pointer means nothing, its
 * len bytes; and if a report is wanted the same of struct synth_report and its holes.
 */
struct sandbox_message {
	uint32_t say;
	int32_t status;
	uint64_t at, len;
};

typedef int sandbox_work(const struct synth_source *source, struct synth_section *section,
			 struct synth_report *report);

/**
 * struct sandbox_job - one piece of work in a child
 * @work: runs there; synth_make(), or what a test would have a taken-over child do
 * @source, @trace, @section, @report: as for sandbox_synth()
 * @memory: most bytes of memory that the child may add to what it was born with
 * @address_space: the same of addresses, for mappings that stay untouched
 * @time, @time_per_mib: milliseconds until it is killed; more for each MiB it asked for
 */
struct sandbox_job {
	sandbox_work *work;
	const struct synth_source *source;
	struct cache_trace *trace;
	struct synth_section *section;
	struct synth_report *report;
	uint64_t memory, address_space;
	unsigned int time, time_per_mib;
};

/* sandbox.c: fills in what is 0 of memory, address_space, time and time_per_mib. */
int sandbox_run(struct sandbox_job *job);

/* sandbox_sound.c. @size: of the file. Before the holes are received, and after. */
bool sandbox_section_is_sound(const struct synth_section *section, uint64_t size);
bool sandbox_report_is_sound(const struct synth_report *report);
bool sandbox_holes_are_sound(const struct synth_report *report);

/* sandbox_child.c: the child, from its birth on. All signals are blocked. */
void __attribute__((__noreturn__)) sandbox_child(const struct sandbox_job *job, int socket);

/* sandbox_lock.c: gives up everything but SANDBOX_SOCKET. */
int sandbox_lock(const struct sandbox_job *job);

/* sandbox_filter.c: from here on the few system calls that are left, or death. */
int sandbox_filter(void);

#endif /* SFREG_SANDBOX_INSIDE_H */
