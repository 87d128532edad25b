/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
#ifndef SFREG_AUDIT_SFRAME_LEN_H
#define SFREG_AUDIT_SFRAME_LEN_H

#include <stddef.h>

#define SFRAME_HEADER_LEN	28

/**
 * sfreg_sframe_len() - how many bytes an SFrame section has by its own account
 * @header: its first SFRAME_HEADER_LEN bytes
 * @room: how many bytes it can have where it lies; at least SFRAME_HEADER_LEN
 * @len: the length: never more than @room
 *
 * Only as much is understood as is needed for the length, and to tell sections that
 * a linker has joined without knowing how; the module checks the section itself. Of a
 * version that is not known here, it gets all the room.
 *
 * Return: NULL, or the reason not to bother the module, in plain words.
 */
const char *sfreg_sframe_len(const unsigned char *header, unsigned long room,
			     unsigned long *len);

#endif /* SFREG_AUDIT_SFRAME_LEN_H */
