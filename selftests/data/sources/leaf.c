// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that call nothing, and functions that do not return. s390x's gcc saves
 * r11 and r14 of the former in floating point registers.
 */
#include "shapes.h"

long leaf_sum(const long *p, long n)
{
	long sum = 0;

	while (n-- > 0)
		sum += *p++ * n;
	return sum;
}

/* All registers that a call would keep are wanted: some are saved. */
long leaf_pressure(long a, long b, long c, const long *p)
{
#if defined(__s390x__)
	__asm__ volatile("" : "+d" (a), "+d" (b) : : "r6", "r7", "r8", "r9", "r10", "r14");
#elif defined(__aarch64__)
	__asm__ volatile("" : "+r" (a), "+r" (b) : : "x19", "x20", "x21", "x30");
#else
	__asm__ volatile("" : "+r" (a), "+r" (b) : : "rbx", "r12", "r13", "r14", "r15");
#endif
	return a * b + c * p[a];
}

long leaf_link(long a, const long *p)
{
#if defined(__s390x__)
	__asm__ volatile("" : "+d" (a) : : "r14");
#elif defined(__aarch64__)
	__asm__ volatile("" : "+r" (a) : : "x30");
#else
	__asm__ volatile("" : "+r" (a) : : "rbx");
#endif
	return p[a];
}

long leaf_array(long n)
{
	volatile long words[40];
	long i;

	for (i = 0; i < 40; i++)
		words[i] = i * n;
	return words[n];
}

__attribute__((noreturn)) void leaf_stops(int a)
{
	external(a);
	external_stop();
}

__attribute__((noreturn)) void leaf_spins(int a)
{
	for (;;)
		external(a++);
}
