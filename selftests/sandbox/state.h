/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a child of the sandbox has left, as its parent sees it in /proc while the child waits
 * for a piece of its file.
 */
#ifndef SELFTESTS_SANDBOX_STATE_H
#define SELFTESTS_SANDBOX_STATE_H

#include "works.h"

/* A line of a file of /proc/PID: its beginning, and what must follow. */
struct state_line {
	const char *file, *key, *wanted, *what;
};

/* Whom the child is expected to be, in the eyes of the parent. */
extern unsigned int state_user;

#define STATE_MAX_LINES	16
extern const struct state_line state_lines[];

/**
 * struct state_source - a source that looks at who reads it
 * @wrong: of each of state_lines[]: what is there in its stead; empty: all is well
 * @n_descriptors, @root_is_empty: can be seen by root only
 */
struct state_source {
	struct synth_source source;
	const struct synth_source *file;
	unsigned int n_descriptors;
	bool root_is_empty;
	size_t n_lines;
	char wrong[STATE_MAX_LINES][128];
};

void state_init(struct state_source *state, const struct synth_source *file);

/* A child whose parent dies is killed, too. */
bool state_test_orphan(const struct synth_source *file);

#endif /* SELFTESTS_SANDBOX_STATE_H */
