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
#include "rule.h"

struct frames {
	uint8_t *file;
	Elf *elf;
	Dwarf_CFI *cfi;
	Dwarf_Frame *row;	/* the last */
};

/* @entries: disjoint. 0, -ENOMEM, or -EBADMSG: libdw refuses it. */
int frames_open(struct frames *frames, const struct image_section *section,
		const struct synth_entries *entries);
void frames_close(struct frames *frames);

/*
 * What libdw says of the row at @at, good until it is asked again. Return: where the row ends;
 * 0: there is none.
 */
uint64_t frames_row(struct frames *frames, uint64_t at, struct description *d);

#endif /* SYNTH_FRAMES_H */
