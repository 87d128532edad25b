/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What synthesis needs of an ELF file, fetched piece by piece: the executable segments and
 * the section that holds the call frame information. Every field is hostile; what is
 * handed out has been checked against the file's size.
 */
#ifndef SYNTH_IMAGE_H
#define SYNTH_IMAGE_H

#include "synth.h"

#define IMAGE_MAX_FETCHES	64

struct image_piece {
	uint64_t at, len;
	const uint8_t *bytes;
};

struct image_section {
	const uint8_t *bytes;	/* NULL: there is none */
	size_t len;
	uint64_t addr;
};

struct image {
	const struct synth_source *source;
	uint32_t n_text;
	struct synth_segment text[SYNTH_MAX_SEGMENTS];
	bool in_memory;		/* an object that a JIT describes its code with: object.c */
	bool relocatable;	/* .. of ET_REL */
	bool is_program;	/* of ET_EXEC */
	struct image_section registered;	/* .. that has nothing but this: registered.c */
	/* The tables; NULL: there are none, or none that can be used. */
	const void *segments, *sections;
	uint32_t n_segments, n_sections;
	const char *names;
	size_t names_len;
	/* What has been read, and where it is: no byte is read twice. */
	uint32_t n_pieces, n_buffers;
	struct image_piece pieces[SYNTH_MAX_READS];
	void *buffers[IMAGE_MAX_FETCHES];
};

/* Reads the headers. As synth_make(). */
int image_open(struct image *image, const struct synth_source *source);
/* The same of an object in memory: see synth_make_object(). */
int image_open_object(struct image *image, const struct synth_source *source);
void image_close(struct image *image);

typedef int image_opener(struct image *image, const struct synth_source *source);

/* make.c: synth_make() of what one of these opens. */
int synth_make_by(image_opener *open, const struct synth_source *source,
		  struct synth_section *section, struct synth_report *report);

/* The bytes [at, at + len) of the file, good until image_close(). */
int image_fetch(struct image *image, uint64_t at, uint64_t len, const uint8_t **bytes);

/* By its name, unless it is compressed. None is no error. */
int image_section(struct image *image, const char *name, struct image_section *section);
/* .eh_frame: by its name, else by PT_GNU_EH_FRAME. */
int image_eh_frame(struct image *image, struct image_section *section);
/*
 * Where the file's bytes are that are loaded from @addr on, to the segment's end. 0, -ENOENT: there
 * are none, -EBADMSG: the file is too short for the segment.
 */
int image_loaded_from(const struct image *image, uint64_t addr, uint64_t *at, uint64_t *len);
/* image.c, for object.c. The texts: disjoint, and within what a section can describe. */
int image_check_texts(struct image *image);
/* Nothing runs by the section headers: where they cannot be used, there are none. */
int image_read_sections(struct image *image, const void *header);

/*
 * object.c: what the relocations for section number @index say is put into its bytes, which
 * are copied. Those of unknown kinds or places are left out.
 */
int object_relocate(struct image *image, uint32_t index, struct image_section *section);

/* .debug_frame in the form of .eh_frame. */
int image_debug_frame(struct image *image, struct image_section *section);

/*
 * descriptor.c: @addr: as jit_descriptor of struct synth_section. Nothing that the file has wrong
 * there is an error.
 */
int image_jit_descriptor(struct image *image, uint64_t *addr);

#endif /* SYNTH_IMAGE_H */
