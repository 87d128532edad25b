/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Makes a section count from another place. */
#ifndef SYNTH_REBASE_H
#define SYNTH_REBASE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Adds @delta to the start of every function of a section of version 2 or 3, those of the
 * extension included. 0; -EBADMSG: it is cut short; -ERANGE: the version has no such start.
 * On errors the bytes are left as far as they have come.
 */
int rebase(uint8_t *bytes, size_t len, int64_t delta);

#endif /* SYNTH_REBASE_H */
