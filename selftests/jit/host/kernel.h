/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands for the kernel in these tests: libsfreg's calls on own text, answered here.
 * Sections are compiled by the module's core, at once, from a copy without a byte more.
 */
#ifndef JIT_KERNEL_H
#define JIT_KERNEL_H

#include "build.h"
#include "live.h"

#define KERNEL_WINDOWS	16

struct kernel_window {
	uintptr_t text, base;	/* the key; what the section's offsets are relative to */
	size_t text_len, section_len;
	unsigned int version;
	const struct sfr_live *live;	/* or what follows */
	struct sfr_table *table;
	unsigned char *section;
};

struct kernel {
	struct kernel_window windows[KERNEL_WINDOWS];
	int n_windows;
	int answer;		/* not 0: to the next call, which changes nothing then */
	int answer_later;	/* or to one after so many */
	bool unmappable;	/* the next live section: ENODEV */
	bool keep_sections;	/* walks may still be under way */
	const struct sfr_live *newest;	/* that was placed; to be read by any thread */
	int n_registered, n_replaced, n_removed;	/* calls that succeeded */
	int n_asked;		/* all calls */
	void (*interrupt)(void);	/* called in the middle of the next call */
};

extern struct kernel kernel;

/* All gone, as without a module that was ever loaded. */
void kernel_reset(void);
/* The text at @text is unmapped. */
void kernel_drop(const void *text);
const struct kernel_window *kernel_find(const void *text);
/* What a call begins with: the answer, if it is not to be another one. */
int kernel_begin(void);

/* Live sections, for those who place them. */
const struct sfr_live *kernel_live_of(int fd);
void kernel_live_put(const struct sfr_live *live);
void kernel_live_forget(void);
/* How many the library has mapped; with @unshare children will not have them. */
int kernel_live_mappings(bool unshare);

/* The rule at @pc, exact; NULL: there is none. */
const struct sfr_rule *kernel_rule(const void *pc);

#endif /* JIT_KERNEL_H */
