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

/* So many live values that registers which a call would keep are wanted, too. */
long leaf_pressure(const long *p, long n)
{
	long a = p[0], b = p[1], c = p[2], d = p[3], e = p[4], f = p[5], g = p[6], h = p[7];
	long i = p[8], j = p[9];

	while (n-- > 0) {
		a += b ^ p[n];
		b += c ^ a;
		c += d ^ b;
		d += e ^ c;
		e += f ^ d;
		f += g ^ e;
		g += h ^ f;
		h += i ^ g;
		i += j ^ h;
		j += a ^ i;
	}
	return a * b + c * d + e * f + g * h + i * j;
}

long leaf_more_pressure(const long *p, const long *q, const long *r, long n)
{
	long a = p[0], b = p[1], c = p[2], d = p[3], e = p[4], f = p[5], g = p[6], h = p[7];
	long i = q[0], j = q[1], k = q[2], l = q[3], m;

	for (m = 0; m < n; m++) {
		a += b ^ p[m];
		b += c ^ q[m];
		c += d ^ r[m];
		d += e ^ a;
		e += f ^ b;
		f += g ^ c;
		g += h ^ d;
		h += i ^ e;
		i += j ^ f;
		j += k ^ g;
		k += l ^ h;
		l += a ^ i;
	}
	return a * b + c * d + e * f + g * h + i * j + k * l;
}

long leaf_array(long n)
{
	volatile long words[40];
	long i;

	for (i = 0; i < 40; i++)
		words[i] = i * n;
	return words[n];
}

_Noreturn void leaf_stops(int a)
{
	external(a);
	external_stop();
}

_Noreturn void leaf_spins(int a)
{
	for (;;)
		external(a++);
}
