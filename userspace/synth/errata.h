/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Functions whose call frame information is known to be wrong, and what is right. They are
 * recognised by what they are, never by name or version: by their length, by the very rule
 * that is wrong where it is wrong, and only then by every byte of their text.
 */
#ifndef SYNTH_ERRATA_H
#define SYNTH_ERRATA_H

#include "entries.h"
#include "frames.h"
#include "image.h"
#include "rule.h"

/* In [start, end) the CFA is another than said; empty: nowhere. */
struct correction {
	uint64_t start, end;
	struct place cfa;
	uint32_t erratum;
};

struct errata {
	uint32_t n_reads;	/* how many functions' text has been read */
};

/* Is @entry one of them? 0, or what reading its text failed with. */
int errata_find(struct errata *errata, struct image *image, struct frames *frames,
		const struct synth_entry *entry, struct correction *correction);

#endif /* SYNTH_ERRATA_H */
