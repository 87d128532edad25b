// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code of many shapes, never run: what gcc and gas make of it is compared, row
 * by row, with what objdump reads. Built with and without frame pointers.
 */
#include <alloca.h>
#include <stdarg.h>
#include <string.h>
#include "shapes.h"

int leaf(int a)
{
	return a * 3 + 1;
}

int calls(int a, int b)
{
	return external(a) + external(b) * external(a + b);
}

/* Rows whose CFA offsets need two and four bytes. */
int large_frame(int n)
{
	char bytes[5000];

	external_bytes(bytes, sizeof(bytes));
	return bytes[n];
}

int huge_frame(int n)
{
	char bytes[200000];

	external_bytes(bytes, sizeof(bytes));
	return bytes[n];
}

/* A frame pointer even at -fomit-frame-pointer. */
int variable_frame(int n)
{
	char *bytes = alloca(n);

	external_bytes(bytes, n);
	return bytes[n / 2];
}

int many_branches(int a, int b, int c, int d)
{
	int sum = 0, i;

	for (i = 0; i < a; i++) {
		if (external(i) > b)
			continue;
		switch (external(c)) {
		case 0:
			sum += external(d);
			break;
		case 1:
			return sum;
		case 2:
			external_stop();
		case 3:
			sum -= calls(a, b);
			break;
		case 4:
			sum ^= variable_frame(d);
			break;
		default:
			sum += many_branches(a - 1, b, c, d);
		}
	}
	return sum;
}

int variadic(const char *format, ...)
{
	va_list args;
	int first;

	va_start(args, format);
	first = va_arg(args, int);
	va_end(args);
	return external(first) + strlen(format);
}

int stack_arguments(int a, int b, int c, int d, int e, int f, int g, int h, int i)
{
	if (a > b)
		return stack_arguments(b, c, d, e, f, g, h, i, a) + external(a);
	return external(g) + external(h) + external(i);
}

/* More than 256 bytes of code between rows: starts of two bytes. */
int long_function(int a)
{
	int b = external(a), i;

#pragma GCC unroll 64
	for (i = 0; i < 64; i++)
		b = external(b) + a;
	if (b < 0)
		return b;
#pragma GCC unroll 64
	for (i = 0; i < 64; i++)
		b ^= external(a - b);
	return b + variable_frame(a);
}
