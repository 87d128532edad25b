// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Memory for the windows: a page at a time from the kernel, never given back. The
 * program's heap is not touched.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "syscall.h"
#include "windows.h"

#define PAGE_LEN	4096
#define PER_PAGE	(PAGE_LEN / sizeof(struct window))

static struct window *unused;

static void more_windows(void)
{
	long page = sys_call(__NR_mmap, 0, PAGE_LEN, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page < 0 && page >= -4095)
		return;
	for (unsigned int i = 0; i < PER_PAGE; i++)
		sfreg_window_free((struct window *)page + i);
}

struct window *sfreg_window_new(struct window *next, unsigned long text)
{
	struct window *window;

	if (!unused)
		more_windows();
	window = unused;
	if (!window)
		return NULL;
	unused = window->next;
	window->next = next;
	window->text = text;
	return window;
}

struct window *sfreg_window_free(struct window *window)
{
	struct window *next = window->next;

	window->next = unused;
	unused = window;
	return next;
}
