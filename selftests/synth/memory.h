/* SPDX-License-Identifier: GPL-2.0-only */
/* synth_make() of a file in memory, which sees to it that it is read by the rules. */
#ifndef MEMORY_H
#define MEMORY_H

#include "equal.h"

struct outcome {
	int error;		/* what synth_make() returned */
	bool good;		/* no byte read twice, or outside; the first piece first */
	u32 reads;
	struct synth_section section;
	struct synth_report report;
};

/* @fails_at: the number of the read that fails with EIO, from 1; 0: none does. */
struct outcome make(const void *bytes, size_t size, u32 fails_at);
void done(struct outcome *o);
/* The same section, in every byte? */
bool same(const struct outcome *a, const struct outcome *b);

#endif /* MEMORY_H */
