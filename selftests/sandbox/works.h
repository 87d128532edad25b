/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a child of the sandbox may be up to, each with what its parent makes of it.
 */
#ifndef SELFTESTS_SANDBOX_WORKS_H
#define SELFTESTS_SANDBOX_WORKS_H

#include "sandbox_inside.h"

/* The file that they are given: bytes that follow from where they stand. */
#define FILE_SIZE	(3u << 20)

static inline uint8_t file_byte(uint64_t at)
{
	return at * 2654435761u >> 24;
}

struct misdeed {
	const char *name;
	sandbox_work *work;
	int outcome;
	/* What the work is about. */
	unsigned long args[7];
	/* Limits, where a test would else take long. */
	unsigned int time;
	uint64_t memory;
};

/* The one that runs: its child is born with it. */
extern const struct misdeed *deed_now;

/* Each list ends with a name NULL. */
extern const struct misdeed deeds[];		/* deeds.c: against parent and machine */
extern const struct misdeed answers[];		/* answers.c: lies about what was made */
extern const struct misdeed calls[];		/* calls.c: system calls */

/* An honest one. */
int honest_work(const struct synth_source *source, struct synth_section *section,
		struct synth_report *report);

#endif /* SELFTESTS_SANDBOX_WORKS_H */
