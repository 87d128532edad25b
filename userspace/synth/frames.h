/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libdw, over nothing but a section of call frame information and the entries of it that
 * shall count. The file's own .eh_frame_hdr is left out: it may lie.
 */
#ifndef SYNTH_FRAMES_H
#define SYNTH_FRAMES_H

#include <elfutils/libdw.h>

#include "entries.h"
#include "image.h"

struct frames {
	uint8_t *file;
	Elf *elf;
	Dwarf_CFI *cfi;
};

/* @entries: disjoint. 0, -ENOMEM, or -EBADMSG: libdw refuses it. */
int frames_open(struct frames *frames, const struct image_section *section,
		const struct synth_entries *entries);
void frames_close(struct frames *frames);

#endif /* SYNTH_FRAMES_H */
