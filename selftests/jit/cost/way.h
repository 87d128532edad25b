/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A way to tell of generated code: what a code generator does for each function, and for
 * each batch of them. All is done in one process, once, from nothing; who measures starts
 * another for the next.
 */
#ifndef COST_WAY_H
#define COST_WAY_H

#include <stdbool.h>

#include "functions.h"

struct way {
	const char *name;
	unsigned int batch;	/* functions that are told of at once */
	unsigned int n;		/* functions in all; 0: N_FUNCTIONS */
	bool named;		/* names are told as well */
	bool again;		/* in the place of the batch before, which has been left */
	bool with_code;
	/* Of a batch's functions, or of a part of them; both are timed. */
	void (*describe)(const struct way *way, const struct function *functions,
			 unsigned int n);
	void (*tell)(const struct way *way);
	/* Then: asks for the function that came first, as who walks the stack does; or NULL. */
	void (*ask)(const struct way *way, const struct function *first);
	/* Forgets everything. */
	void (*undo)(const struct way *way);
	/* Bytes in the kernel, and on disk, before that; or NULL. */
	double (*kernel)(const struct way *way);
	double (*disk)(const struct way *way);
};

extern const struct way ways[];		/* up to one without a name */

void epoch_describe(const struct way *way, const struct function *functions, unsigned int n);
void epoch_tell(const struct way *way);
void epoch_undo(const struct way *way);
double epoch_kernel(const struct way *way);

void live_describe(const struct way *way, const struct function *functions, unsigned int n);
void live_undo(const struct way *way);
double live_kernel(const struct way *way);

void libgcc_describe(const struct way *way, const struct function *functions, unsigned int n);
void libgcc_tell(const struct way *way);
void libgcc_ask(const struct way *way, const struct function *first);
void libgcc_undo(const struct way *way);

void gdb_describe(const struct way *way, const struct function *functions, unsigned int n);
void gdb_tell(const struct way *way);
void gdb_undo(const struct way *way);

void jitdump_describe(const struct way *way, const struct function *functions,
		      unsigned int n);
void jitdump_undo(const struct way *way);
double jitdump_disk(const struct way *way);

/* --- memory that costs nothing but its pages, near the text ------------------------- */

struct arena {
	unsigned char *begin, *at, *end;
};

/* Room for @len bytes more at ->at, at a multiple of 16; maps what is needed. */
unsigned char *arena_room(struct arena *arena, size_t len);
void arena_end(struct arena *arena);

#endif /* COST_WAY_H */
