/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions whose call frame information is wrong, and known to be. */
#ifndef ERRATA_H
#define ERRATA_H

#include "equal.h"

/* Each of the file's is corrected, once, to what it must be, and nothing else is. */
bool errata_are_right(struct made *m, const char *name);
/* One result for each correction: a function whose text is another keeps what it has. */
void check_spoilt_errata(struct made *m, const char *name);

#endif /* ERRATA_H */
