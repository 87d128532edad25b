/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* The function entries (FDE) of a section of call frame information. */
#ifndef SYNTH_ENTRIES_H
#define SYNTH_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct synth_entry {
	uint64_t start, end;	/* of the function's text */
	uint64_t at;		/* of the entry, in the section */
	uint64_t reach;		/* of it and those before it, also of those that are dropped */
	bool good;		/* its instructions may be run */
};

struct synth_entries {
	struct synth_entry *entry;
	size_t n;
};

/*
 * Those that have text, by start and then as they stand in the section. What comes after one
 * whose length is wrong is left out, as libdw does. 0, -ENOMEM or -EFBIG.
 */
int synth_entries_read(struct synth_entries *entries, const uint8_t *section, size_t len,
		       uint64_t addr);

/*
 * Drops entries that begin in another's text: the first counts. How far those that are dropped
 * reach is kept: text below that is described, though nobody knows how.
 */
void synth_entries_disjoin(struct synth_entries *entries);

#endif /* SYNTH_ENTRIES_H */
