/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * From an ELF file's call frame information (.eh_frame; .debug_frame if that is all
 * there is) to an SFrame section that says the same. The file is hostile: whatever it
 * holds, this returns, with bounded memory and time; but it is made of large libraries
 * (elfutils), so foreign files are read in a sandbox (../attach/sandbox.h).
 *
 * The same bytes give the same section, always: a cache relies on it. So nothing but
 * what ->read() returned may influence the result.
 */
#ifndef SFREG_SYNTH_H
#define SFREG_SYNTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Goes up whenever the same file would give another section. */
#define SYNTH_VERSION		5

/* More than any file has; a hostile one ends here. */
#define SYNTH_MAX_SEGMENTS	16
#define SYNTH_MAX_CFI_BYTES	(128u << 20)
/* A file is read in at most this many pieces, and the first is always [0, 4096) or less. */
#define SYNTH_MAX_READS		48
#define SYNTH_FIRST_READ	4096u
/* .. and so much of it in all: the largest CFI twice, and tables. */
#define SYNTH_MAX_BYTES		(2ull * SYNTH_MAX_CFI_BYTES + (48u << 20))

/**
 * struct synth_source - where a file's bytes come from
 * @size: of the file, in bytes
 * @read: copies [@at, @at + @len), which lies within @size. 0, or -errno: all or
 *	nothing. Called at most SYNTH_MAX_READS times, never twice for the same byte
 */
struct synth_source {
	uint64_t size;
	int (*read)(const struct synth_source *source, void *to, size_t len, uint64_t at);
};

/* An executable PT_LOAD: file [offset, offset + len) is at virtual address vaddr. */
struct synth_segment {
	uint64_t vaddr, offset, len;
};

/**
 * struct synth_section - what was made
 * @base: the ELF virtual address that the section's relative offsets are relative to;
 *	never 0. Where the file is mapped with a load bias, sframe_base is bias + base
 * @n_text: number of executable segments
 * @text: these, in ascending order of vaddr
 * @version: of the SFrame format, 2 or 3; 0: @len is 0
 * @jit_descriptor: ELF virtual address of the file's __jit_debug_descriptor (GDB's JIT
 *	interface), by its dynamic symbols, or of a program by .symtab; 0: it has none
 * @len: length of @bytes; 0: the file has no call frame information (no error)
 * @bytes: allocated
 */
struct synth_section {
	uint64_t base;
	uint32_t n_text;
	uint32_t version;
	struct synth_segment text[SYNTH_MAX_SEGMENTS];
	uint64_t jit_descriptor;
	size_t len;
	uint8_t *bytes;
};

/* Why a range of text has no row, though an FDE describes it. */
enum synth_gap {
	SYNTH_GAP_CFA,		/* a CFA that no row can say */
	SYNTH_GAP_RA,		/* a return address elsewhere than a row can say */
	SYNTH_GAP_FP,		/* a frame pointer of such a kind */
	SYNTH_GAP_SP,		/* a caller's stack pointer that is not the CFA */
	SYNTH_GAP_CFI,		/* instructions that libdw refuses */
	SYNTH_GAP_OVERLAP,	/* a second FDE for the same text: the first counts */
	SYNTH_GAP_COUNT
};

/* The rows' kinds, for the report: bytes of text. */
enum synth_kind {
	SYNTH_KIND_PLAIN,	/* cfa = sp|fp + constant: any version */
	SYNTH_KIND_BLOCK,	/* a PLT's repeating block */
	SYNTH_KIND_FLEXIBLE,	/* V3: DRAP, other registers, dereferenced */
	SYNTH_KIND_EXTENDED,	/* cfa = *(reg + off [+ 8 * reg]) + constant: sfreg's extension */
	SYNTH_KIND_OUTERMOST,
	SYNTH_KIND_SIGNAL,
	SYNTH_KIND_CORRECTED,	/* the file says something else, which is wrong */
	SYNTH_KIND_STARTUP,	/* the file says nothing: by their instructions (startup.h) */
	SYNTH_KIND_COUNT
};

struct synth_hole {
	uint64_t start, len;	/* ELF virtual addresses */
	enum synth_gap why;
};

/* A function whose call frame information is wrong, and known to be (errata.c). */
struct synth_correction {
	uint64_t start, len;	/* ELF virtual addresses */
	uint32_t erratum;
};

#define SYNTH_MAX_CORRECTED	8

/* Text of the start files' functions, which no FDE describes. */
struct synth_range {
	uint64_t start, len;	/* ELF virtual addresses */
};

#define SYNTH_MAX_STARTUP	96

/**
 * struct synth_report - how much of the text is described
 * @text: bytes of the executable segments
 * @described: bytes of them that an FDE describes
 * @covered: bytes that have rows, by kind; those of SYNTH_KIND_STARTUP no FDE describes
 * @corrected: [n_corrected], in ascending order: what SYNTH_KIND_CORRECTED counts
 * @startup: [n_startup], in ascending order: what SYNTH_KIND_STARTUP counts
 * @holes: [n_holes], in ascending order: described by an FDE, but without rows. Allocated
 */
struct synth_report {
	uint64_t text, described;
	uint64_t covered[SYNTH_KIND_COUNT];
	uint32_t n_functions, n_rows;
	uint32_t n_corrected;
	struct synth_correction corrected[SYNTH_MAX_CORRECTED];
	uint32_t n_startup;
	struct synth_range startup[SYNTH_MAX_STARTUP];
	uint32_t n_holes;
	struct synth_hole *holes;
};

/**
 * synth_make() - make a section
 * @source: the file
 * @section: filled in; free with synth_free()
 * @report: NULL, or filled in; free with synth_report_free()
 *
 * Prints nothing. Rows that cannot be said leave a hole, no error.
 *
 * Return: 0; -ENOEXEC: no ELF file of this machine's kind (64 bit, little endian,
 * x86-64, executable or shared); -EBADMSG: headers that contradict each other or the
 * file's size; -EFBIG: above a limit; -ENOMEM; or what ->read() returned.
 */
int synth_make(const struct synth_source *source, struct synth_section *section,
	       struct synth_report *report);

/**
 * synth_make_object() - make a section of an object in memory
 * @source: an ELF object as JITs hand it to debuggers (GDB's JIT interface)
 *
 * As synth_make(), but of any type, ET_REL too, and by section headers alone: the text is
 * what executable sections with an address say; @section->text has these addresses, and
 * no offsets. Where they lie may be beyond what the object has bytes for. An object of
 * ET_REL has its relocations applied to its call frame information, as far as they
 * are of symbols that it defines.
 */
int synth_make_object(const struct synth_source *source, struct synth_section *section,
		      struct synth_report *report);

/**
 * synth_make_registered() - make a section of an .eh_frame in memory
 * @eh_frame, @len: its bytes
 * @addr: where they lie for the program whose they are
 *
 * As synth_make_object(). The texts are the runs of functions that it describes.
 */
int synth_make_registered(const void *eh_frame, size_t len, uint64_t addr,
			  struct synth_section *section);
void synth_free(struct synth_section *section);
void synth_report_free(struct synth_report *report);

/* "cfa", "return address", ... in plain words, for reports. */
const char *synth_gap_name(enum synth_gap gap);
const char *synth_kind_name(enum synth_kind kind);
/* What the function is called. */
const char *synth_erratum_name(uint32_t erratum);

/* A source that is an open file; fails as fstat(2) does, -EINVAL: not a regular file. */
struct synth_file {
	struct synth_source source;
	int fd;
};

int synth_file_init(struct synth_file *file, int fd);

/**
 * synth_embed() - write a copy of an ELF file that carries the section
 * @fd: the file, open for reading
 * @section: made from it
 * @to: open for writing, empty
 *
 * The copy has a section .sframe in a PT_LOAD of its own and a PT_GNU_SFRAME segment.
 * Runs as the original does.
 *
 * Return: 0; -ENODATA: the section is empty; -EEXIST: the file has one already; -ENOEXEC,
 * -EBADMSG, -EFBIG, -ENOMEM: as for synth_make(); -ERANGE: a function is too far from the
 * new place for the section's version; or what reading and writing failed with.
 */
int synth_embed(int fd, const struct synth_section *section, int to);

#endif /* SFREG_SYNTH_H */
