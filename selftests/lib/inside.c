// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library that asks the kernel, while it is being loaded and while the program
 * exits, whether its own text is registered. Its constructor and destructor print
 * the answer, 1 or 0, and the number of all windows.
 */
#include <stdint.h>
#include <stdio.h>

#include <sfreg.h>

static void print(const char *when, uint64_t pc)
{
	struct sfreg_list_entry entries[64];
	int n = sfreg_list(-1, 0, entries, 64, NULL);
	int own = 0;

	for (int i = 0; i < n; i++)
		if (pc - entries[i].text_start < entries[i].text_len)
			own = 1;
	dprintf(1, "%s: %d of %d\n", when, own, n);
}

__attribute__((__constructor__)) static void at_start(void)
{
	print("constructor", (uintptr_t)at_start);
}

__attribute__((__destructor__)) static void at_end(void)
{
	print("destructor", (uintptr_t)at_end);
}

int sample(int n)
{
	return n;
}
