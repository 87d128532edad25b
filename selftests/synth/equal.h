/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What synth makes of an ELF file, through section and row table, against what elfutils
 * says of the same file when it is asked directly; at each byte of the text.
 */
#ifndef EQUAL_H
#define EQUAL_H

#include "../truth/truth.h"
#include "../../userspace/synth/synth.h"

/* A file, and what was made of it. */
struct made {
	struct object object;	/* of which .sframe is the made section */
	struct cfi *cfi;
	struct compiled compiled;
	struct synth_section section;
	struct synth_report report;
	double seconds;		/* that synth_make() took */
};

/* False: *why says what is wrong. */
bool made_open(struct made *m, const char *path, const char **why);
void made_close(struct made *m);

/* An address at which something is wrong. */
struct wrong {
	const char *what;
	u64 addr;
	struct rule truth, table;
};

#define MAX_WRONGS	5

/* Bytes of text. */
struct count {
	u64 text;
	u64 described;		/* by a function entry */
	u64 equal;		/* have a row, and it says what elfutils says */
	u64 corrected;		/* have another row, which is reported as a correction */
	u64 startup;		/* not described, have a row, and are reported as a start file's */
	u64 holes[SYNTH_GAP_COUNT];	/* described, without row, and reported so */
	u64 wrong;		/* everything else that is described or has a row */
	struct wrong wrongs[MAX_WRONGS];
};

/* Every byte of [@from, @to) that is in an executable segment. */
void count(struct made *m, u64 from, u64 to, struct count *c);

/* Does a rule that elfutils has fit the reason why there is no row for it? */
bool gap_fits(const struct made *m, u64 addr, const struct rule *truth, enum synth_gap why);

#endif /* EQUAL_H */
