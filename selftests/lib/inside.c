// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library that asks the kernel, while it is being loaded and while the program
 * exits, whether its own text is registered. Its constructor and destructor print
 * the answer: 1 or 0.
 */
#include <stdint.h>
#include <stdio.h>

#include <sfreg.h>

static int is_registered(uint64_t pc)
{
	struct sfreg_list_entry entries[64];
	int n = sfreg_list(-1, 0, entries, 64, NULL);

	for (int i = 0; i < n; i++)
		if (pc - entries[i].text_start < entries[i].text_len)
			return 1;
	return 0;
}

__attribute__((__constructor__)) static void at_start(void)
{
	dprintf(1, "constructor: %d\n", is_registered((uintptr_t)at_start));
}

__attribute__((__destructor__)) static void at_end(void)
{
	dprintf(1, "destructor: %d\n", is_registered((uintptr_t)at_end));
}

int sample(int n)
{
	return n;
}
