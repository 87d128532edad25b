/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Windows for code generators: describe functions as they are emitted, publish, retire.
 *
 *	struct sfreg_jit_options options = {
 *		.size = sizeof(options), .text = text, .text_len = len,
 *		.max_functions = 1000, .max_rows = 8000,
 *	};
 *	sfreg_jit_open(&options, &jit);
 *	..
 *	sfreg_jit_function(jit, start, size, rows, n_rows, "name");
 *	sfreg_jit_publish(jit);		before the code runs
 *	..
 *	sfreg_jit_retire(jit);		when nothing of it runs any more
 *	sfreg_jit_close(jit);
 *
 * What is described is known to the kernel when it is published, in one step with all
 * that was published before: a sample sees the old window or the new one, never a gap.
 *
 * Only sfreg_jit_open() allocates. All others may be called from signal handlers, take no
 * lock and keep errno; but a window is one thread's at a time: who shares it locks it.
 * Different windows have nothing to do with each other. Without the module sfreg_jit_open()
 * and all others work, and sfreg_jit_publish() says -ENOSYS.
 *
 * All functions return 0 or a negative errno value; a call that fails changes nothing.
 */
#ifndef SFREG_JIT_H
#define SFREG_JIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Flags of struct sfreg_jit_row. */
#define SFREG_JIT_FP		(1u << 0)	/* CFA = fp + cfa_offset; without: sp + .. */
#define SFREG_JIT_CFA_SAVED	(1u << 1)	/* the CFA is what is stored there: the stack was
						 * realigned, or another is in use */
#define SFREG_JIT_FP_SAVED	(1u << 2)	/* the caller's fp is stored at CFA + fp_offset;
						 * without: fp is the caller's */
#define SFREG_JIT_EXACT		(1u << 3)	/* the caller's pc is exact: it was interrupted
						 * there, no call led away from it */
#define SFREG_JIT_OUTERMOST	(1u << 4)	/* there is no caller; nothing else holds */

/**
 * struct sfreg_jit_row - what holds from an offset of a function on, to the next row
 * @offset: of the instruction, from the function's start, in bytes; the first row's is 0
 * @cfa_offset: see the flags. The CFA is the caller's sp once it has been returned to
 * @ra_offset: the return address is stored at CFA + ra_offset: -8 after a call instruction
 * @fp_offset: see SFREG_JIT_FP_SAVED
 * @flags: SFREG_JIT_*; others: -EINVAL
 * @pad: 0
 */
struct sfreg_jit_row {
	uint32_t offset;
	int32_t cfa_offset;
	int32_t ra_offset;
	int32_t fp_offset;
	uint32_t flags;
	uint32_t pad;
};

/* Flags of struct sfreg_jit_options. */
#define SFREG_JIT_PERF_MAP	(1u << 0)	/* names go to /tmp/perf-PID.map, for perf report */

/**
 * struct sfreg_jit_options - a window
 * @size: sizeof(struct sfreg_jit_options)
 * @flags: SFREG_JIT_PERF_MAP
 * @text: the first byte of its text
 * @text_len: its length: 1 .. 2^32 - 1
 * @max_functions: how many can be described at a time, 1 or more
 * @max_rows: how many rows they can have together
 */
struct sfreg_jit_options {
	uint32_t size;
	uint32_t flags;
	void *text;
	size_t text_len;
	uint32_t max_functions;
	uint32_t max_rows;
};

struct sfreg_jit;

/**
 * sfreg_jit_open() - a window that describes nothing yet
 * @options: see there
 * @jit: where to put it
 *
 * The memory for all that it can ever describe is mapped now.
 *
 * Return: 0; -EINVAL: a size, flag or length; -ENOMEM.
 */
int sfreg_jit_open(const struct sfreg_jit_options *options, struct sfreg_jit **jit);

/**
 * sfreg_jit_function() - describe a function
 * @jit: the window
 * @start: its first byte
 * @size: its length in bytes
 * @rows: its rows, by ascending offset
 * @n_rows: their number, 1 or more
 * @name: for SFREG_JIT_PERF_MAP; or NULL
 *
 * In any order of addresses.
 *
 * Return: 0; -EINVAL: outside the window, size 0, rows that do not begin at 0, do not
 * ascend or leave the function, an unknown flag; -EEXIST: text that is described already;
 * -ENOSPC: max_functions or max_rows is reached: publish, and go on with another window.
 */
int sfreg_jit_function(struct sfreg_jit *jit, const void *start, size_t size,
		       const struct sfreg_jit_row *rows, unsigned int n_rows, const char *name);

/**
 * sfreg_jit_stub() - describe code with one rule, from its first to its last byte
 * @row: its offset is 0
 *
 * A stub that has its frame from outside, or a whole region of a code cache in which all
 * code shares one fixed frame. Return: as sfreg_jit_function().
 */
int sfreg_jit_stub(struct sfreg_jit *jit, const void *start, size_t size,
		   const struct sfreg_jit_row *row, const char *name);

/**
 * sfreg_jit_remove() - forget a function
 * @start: its first byte
 *
 * The kernel forgets it when the window is published again. Until then, and as long as it
 * may run, its text must stay as it is. Return: 0; -ENOENT: no function begins there.
 */
int sfreg_jit_remove(struct sfreg_jit *jit, const void *start);

/**
 * sfreg_jit_publish() - tell the kernel all that is described now
 *
 * Return: 0; -ENOSYS: no module; or an error of struct sfreg_window: what was published
 * before stays.
 */
int sfreg_jit_publish(struct sfreg_jit *jit);

/**
 * sfreg_jit_retire() - the window describes nothing any more, to the kernel neither
 *
 * To be called before its text is used anew. Never waits. Return: 0, also if nothing was
 * published; or an error of struct sfreg_remove.
 */
int sfreg_jit_retire(struct sfreg_jit *jit);

/* Retires the window and gives its memory back. NULL is fine. */
void sfreg_jit_close(struct sfreg_jit *jit);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* SFREG_JIT_H */
