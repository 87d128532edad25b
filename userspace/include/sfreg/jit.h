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
 * Only the open calls and sfreg_jit_live_compact() allocate. All but the open and the close
 * calls may be called from signal handlers, never wait, and keep errno. A window is one
 * thread's at a time: who shares it locks it. A call that comes while another is under way in
 * the same window, from a handler that has interrupted it or from a thread that did not lock,
 * returns -EBUSY. (So do all, for ever, if the handler left the one it interrupted by
 * longjmp(3), and in a child that was forked by another thread meanwhile.) Different windows
 * have nothing to do with each other. Without the module all work the same, and
 * sfreg_jit_publish() says -ENOSYS.
 *
 * After fork(2) the child has copies of the windows, which are its own: what was published
 * stays so, too. exec(2) leaves nothing.
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
#define SFREG_JIT_FP		(1u << 0)	/* CFA = fp + cfa_offset, else sp + cfa_offset */
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
 * @cfa_offset: see the flags. The CFA is the caller's sp once it has been returned to: with sp
 *	as its base it is not below it
 * @ra_offset: the return address is stored at CFA + ra_offset: -8 after a call instruction
 * @fp_offset: see SFREG_JIT_FP_SAVED; the word is another than the return address
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

/** define SFREG_JIT_MAX_ROWS - most rows of one window */
#define SFREG_JIT_MAX_ROWS	(1u << 26)

/**
 * struct sfreg_jit_options - a window
 * @size: sizeof(struct sfreg_jit_options)
 * @flags: SFREG_JIT_PERF_MAP
 * @text: the first byte of its text
 * @text_len: its length: 1 .. 2^32 - 1. From sfreg_jit_publish() on it must be mapped, and
 *	executable or to become so
 * @max_functions: how many can be described at a time, 1 or more
 * @max_rows: how many rows they can have together: 1 .. SFREG_JIT_MAX_ROWS. (A section
 *	may be too large for the kernel's limits before: sfreg_jit_publish() says it)
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
 * The memory for all that it can ever describe is mapped now, and used as it is needed: at
 * most 75 bytes for a row and some 100 for a function. The file of SFREG_JIT_PERF_MAP is opened
 * now, too, by the name of this process; a child that is forked writes no names. If it
 * cannot be opened, or is another user's, there are no names, and that is no error.
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
 * @name: for SFREG_JIT_PERF_MAP; or NULL. 400 bytes of it are written, control characters as
 *	question marks
 *
 * In any order of addresses; ascending is fastest. Nothing of the arguments is kept. Text
 * between functions has no rule: there a walk tries the frame pointer.
 *
 * Return: 0; -EINVAL: outside the window, size 0, rows that do not begin at 0, do not
 * ascend or leave the function, an unknown flag, a pad that is not 0, or what can be no frame
 * (see struct sfreg_jit_row); then -EEXIST: text that is described already; then
 * -ENOSPC: max_functions or max_rows is reached: publish, and go on with another window. Or
 * -EBUSY.
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
 * may run, its text must stay as it is. Return: 0; -ENOENT: no function begins there; -EBUSY.
 */
int sfreg_jit_remove(struct sfreg_jit *jit, const void *start);

/**
 * sfreg_jit_publish() - tell the kernel all that is described now
 *
 * One system call, and work that is linear in what is described. Also if that is nothing: the
 * window is there, then, and has no rule. If the kernel has dropped the window since it was
 * published (its text was unmapped, sfreg was switched off and on), it is registered anew.
 *
 * Return: 0; -ENOSYS: no module; -EBUSY; or an error of struct sfreg_window: what was
 * published before stays.
 */
int sfreg_jit_publish(struct sfreg_jit *jit);

/**
 * sfreg_jit_retire() - the window describes nothing any more, to the kernel neither
 *
 * To be called before its text is used anew. Never waits. Return: 0, also if nothing was
 * published or the kernel has dropped it; -EBUSY; or an error of struct sfreg_remove.
 */
int sfreg_jit_retire(struct sfreg_jit *jit);

/**
 * sfreg_jit_close() - retire the window, and give its memory back
 * @jit: the window, in which no call is under way; or NULL
 */
void sfreg_jit_close(struct sfreg_jit *jit);

/*
 * Live windows: the rows stand in memory that the kernel reads when it walks, so that a
 * function is known when the call that describes it returns, without a system call, and
 * forgotten as quickly:
 *
 *	sfreg_jit_live_open(&options, &live);
 *	..
 *	err = sfreg_jit_live_function(live, start, size, rows, n_rows, "name");
 *	if (err == -ENOSPC && !sfreg_jit_live_compact(live, 0))
 *		once more
 *	..
 *	sfreg_jit_live_remove(live, start, size);	when nothing of it runs any more
 *
 * What a live row can say is less: CFA = sp or fp + 0 .. 262136, the return address 8 .. 1024
 * and the caller's fp 8 .. 504 bytes below it, all multiples of 8; no SFREG_JIT_CFA_SAVED.
 *
 * All that is said above of windows, of errors and of who may call when holds. But after
 * fork(2) the child has no live window: its calls return -ECHILD, close gives back what
 * there is. (And a handler that has interrupted a call must not return to it in a child.)
 */
struct sfreg_jit_live;

/**
 * sfreg_jit_live_open() - a live window that describes nothing yet
 * @options: as of a window; ->text is mapped, and executable or to become so;
 *	->max_functions is not used; ->max_rows is the room for rows: those of a function, and
 *	one more for its end, in the order of their coming. What is removed or merged leaves
 *	its room unused until sfreg_jit_live_compact()
 * @live: where to put it
 *
 * The room is 8 bytes a row, all of it taken now and charged to the process. With
 * SFREG_JIT_PERF_MAP names are written as of a window.
 *
 * Return: 0; -EINVAL: a size, flag or length; -ENOSYS: no module; -EOPNOTSUPP: the module has
 * no live windows; -ENOMEM; or an error of struct sfreg_live or struct sfreg_place.
 */
int sfreg_jit_live_open(const struct sfreg_jit_options *options, struct sfreg_jit_live **live);

/**
 * sfreg_jit_live_function() - describe a function, from now on
 *
 * Arguments as of sfreg_jit_function(). A few stores if addresses ascend, from anywhere on
 * and as long as nothing else is described there. A start below the end of the one before
 * begins a new run of rows; there can be SFREG_LIVE_RUNS, and where they are too many some are
 * merged, which takes room and time in proportion to them. In all, that is logarithmic in
 * the rows per function. No call into the kernel but for a name's.
 *
 * Return: 0; -EINVAL: as sfreg_jit_function(); then -ERANGE: a live row cannot say it; then
 * -EEXIST: text that is described already; then -ENOSPC: no room is left:
 * sfreg_jit_live_compact(). Or -ECHILD, -EBUSY.
 */
int sfreg_jit_live_function(struct sfreg_jit_live *live, const void *start, size_t size,
			    const struct sfreg_jit_row *rows, unsigned int n_rows,
			    const char *name);

/**
 * sfreg_jit_live_remove() - forget all from an address to another, now
 * @live: the window
 * @start: the first byte of a function, or of text between functions
 * @size: to the end of this or a later one, or to text between them
 *
 * One store for each row. To be called before that text is used anew, when nothing runs there
 * any more.
 *
 * Return: 0; -EINVAL: outside the window, size 0, or it begins or ends amid what one row says,
 * as no function does; -ENOENT: nothing is described there; -ECHILD; -EBUSY.
 */
int sfreg_jit_live_remove(struct sfreg_jit_live *live, const void *start, size_t size);

/**
 * sfreg_jit_live_compact() - move what lives to new memory, sorted, without what does not
 * @max_rows: the room there; 0: as much as now, or twice what lives if that is more
 *
 * Some system calls, and work that is linear in the rows; the kernel goes over from the old
 * memory to the new in one step. If the kernel has dropped the window (its text was
 * unmapped, sfreg was switched off and on), it is placed anew.
 *
 * Return: 0; -EINVAL: max_rows is above SFREG_JIT_MAX_ROWS; -ENOSPC: it is less than what
 * lives; -ECHILD; -EBUSY; or an error of struct sfreg_live or struct sfreg_place: all stays as
 * it is.
 */
int sfreg_jit_live_compact(struct sfreg_jit_live *live, uint32_t max_rows);

/**
 * sfreg_jit_live_close() - forget all, and give the memory back
 * @live: the window, in which no call is under way; or NULL
 */
void sfreg_jit_live_close(struct sfreg_jit_live *live);

/*
 * Epochs: one area of text in N windows, of which one is filled. When it is full
 *
 *	sfreg_jit_epochs_turn()		publishes it and goes on to the next,
 *	sfreg_jit_epochs_oldest()	says which will be wanted next: what lives in it is
 *					moved to the current one, described there, published;
 *	..				and when nothing runs in the oldest any more,
 *	sfreg_jit_epochs_wipe()		forgets it. Its text can be written anew.
 *
 * A window is replaced in one step while it is filled, and is gone before another epoch's
 * code stands in its text: no sample sees a gap or a row of the wrong epoch.
 *
 * One producer: the calls are one thread's, and those with the current window, too. (A call
 * that interrupts another returns -EBUSY, as with windows.) Each of many threads can have
 * epochs of its own.
 */
struct sfreg_jit_epochs;

/**
 * sfreg_jit_epochs_open() - an area in windows, of which the first is the current one
 * @area: as of a window, but ->text begins a page, ->text_len may be more than one
 *	window's, and ->max_functions and ->max_rows are those of each window
 * @n: how many windows, 2 or more. All are of equal length, whole pages; what remains of
 *	the area is not used
 * @epochs: where to put it
 *
 * Return: 0; -EINVAL: also less than a page for each; -ENOMEM.
 */
int sfreg_jit_epochs_open(const struct sfreg_jit_options *area, unsigned int n,
			  struct sfreg_jit_epochs **epochs);

/**
 * sfreg_jit_epochs_current() - the window that is filled
 * @epochs: the epochs
 * @text: where to put the first byte of its text, or NULL
 * @text_len: where to put its length, or NULL
 *
 * Return: the window, to describe functions in and to publish; not to be closed.
 */
struct sfreg_jit *sfreg_jit_epochs_current(const struct sfreg_jit_epochs *epochs, void **text,
					   size_t *text_len);

/**
 * sfreg_jit_epochs_oldest() - the window that sfreg_jit_epochs_wipe() would forget
 * @epochs: the epochs
 * @text: where to put the first byte of its text, or NULL
 * @text_len: where to put its length, or NULL
 *
 * Return: the window; NULL: none but the current one is filled.
 */
struct sfreg_jit *sfreg_jit_epochs_oldest(const struct sfreg_jit_epochs *epochs, void **text,
					  size_t *text_len);

/**
 * sfreg_jit_epochs_turn() - go on to the next window
 * @epochs: the epochs
 *
 * Publishes the current window first, if that is not done. It works without the module.
 *
 * Return: 0; -EBUSY: the next window has not been wiped; or an error of
 * sfreg_jit_publish(), but not -ENOSYS or -ESHUTDOWN: the current window stays the same.
 * Who would go on all the same retires it before: what runs there has no rules, then.
 */
int sfreg_jit_epochs_turn(struct sfreg_jit_epochs *epochs);

/**
 * sfreg_jit_epochs_wipe() - retire the oldest window
 * @epochs: the epochs
 *
 * The caller says by it that nothing runs there, nor will be returned to.
 *
 * Return: 0; -ENOENT: none but the current one is filled; or as sfreg_jit_retire().
 */
int sfreg_jit_epochs_wipe(struct sfreg_jit_epochs *epochs);

/**
 * sfreg_jit_epochs_close() - retire all windows, and give their memory back
 * @epochs: the epochs, in which no call is under way; or NULL
 */
void sfreg_jit_epochs_close(struct sfreg_jit_epochs *epochs);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* SFREG_JIT_H */
