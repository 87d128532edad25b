// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work for QEMU's user mode: it translates this to its own code. Linked statically.
 */
#include <stdlib.h>

static volatile unsigned long sink;

static __attribute__((__noinline__)) unsigned long leaf(unsigned long n)
{
	unsigned long sum = 0;

	for (unsigned long i = 0; i < n; i++)
		sum += (i * i ^ sum >> 3) + sink;
	return sum;
}

/* Floating point is done by functions of QEMU, memory by its translation. */
static __attribute__((__noinline__)) double halve(double x)
{
	return x / 2 + sink;
}

int main(void)
{
	double x = 1;
	void *p;

	for (;;) {
		sink += leaf(1000);
		x = halve(x + 1);
		p = malloc(100 + sink % 100);
		sink += !p;
		free(p);
	}
	return x > 3;
}
