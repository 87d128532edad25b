// SPDX-License-Identifier: GPL-2.0-only
/* A program that says where its __jit_debug_descriptor is, and waits for the end of its input. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

struct {
	uint32_t version, action;
	void *relevant, *first;
} __jit_debug_descriptor = { .version = 1 };

int main(void)
{
	char byte;

	printf("%p\n", (void *)&__jit_debug_descriptor);
	fflush(stdout);
	return read(0, &byte, 1) != 0;
}
