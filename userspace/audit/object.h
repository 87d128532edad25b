/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What an ELF object that the dynamic loader has mapped tells about its text and
 * its SFrame section. Nothing that the object says is trusted: what does not fit
 * together is a reason to leave the object alone.
 */
#ifndef SFREG_AUDIT_OBJECT_H
#define SFREG_AUDIT_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

/* binutils 2.40 writes both; Debian 12's elf.h names neither. */
#ifndef PT_GNU_SFRAME
#define PT_GNU_SFRAME		0x6474e554
#endif
#ifndef SHT_GNU_SFRAME
#define SHT_GNU_SFRAME		0x6ffffff4
#endif

/*
 * Program headers of one object. Real ones have 10 to 15. The copy lies on the
 * stack of whoever calls dlopen(), which may be small.
 */
#define OBJECT_PHDRS		40

struct object {
	unsigned long base;		/* what its addresses are relative to */
	unsigned int n_phdrs;
	Elf64_Phdr phdrs[OBJECT_PHDRS];
	unsigned long sframe;		/* where its SFrame section lies */
	unsigned long sframe_len;
	unsigned long sframe_base;	/* 0: its bytes lie where they were linked */
};

/* What the loader tells about an object, and where to look. */
struct object_hint {
	unsigned long base;		/* link_map's l_addr */
	unsigned long dynamic;		/* link_map's l_ld */
	const char *path;		/* its file */
	unsigned long phdrs;		/* 0: not known */
	unsigned int n_phdrs;
};

/**
 * sfreg_object_find() - find an object's program headers and SFrame section
 * @object: filled in
 * @hint: what is known
 *
 * Reads memory, and the object's file if memory does not suffice. Leaves no
 * descriptor open and allocates nothing.
 *
 * Return: NULL if there is something to register, else the reason why not, in
 * plain words; then @object->n_phdrs is 0 if not even program headers were found.
 */
const char *sfreg_object_find(struct object *object, const struct object_hint *hint);

/**
 * sfreg_object_text() - go through the object's executable segments
 * @object: found before
 * @at: where to go on, 0 at first; advanced
 * @start: the segment's first byte
 * @len: its length
 *
 * Return: false after the last one.
 */
bool sfreg_object_text(const struct object *object, unsigned int *at,
		       unsigned long *start, unsigned long *len);

/* For object.c, file.c and cached.c. */

/* Program headers from the file, if it looks like what is mapped. */
const char *sfreg_file_phdrs(struct object *object, const struct object_hint *hint);

/*
 * The object's file, open, if it looks like what is mapped; or -1. For an object whose
 * program headers were found.
 */
int sfreg_file_open(const struct object *object, const struct object_hint *hint);

/* The section .sframe, by the file's section headers: unrelocated. */
const char *sfreg_file_section(const struct object *object,
			       const struct object_hint *hint, Elf64_Addr *addr,
			       Elf64_Xword *len);

#endif /* SFREG_AUDIT_OBJECT_H */
