// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions whose frames need more than sp or fp and a constant: locals aligned
 * more than the stack is, alone and with arguments on the stack, with locals of
 * variable size, with a loop.
 */
#include <alloca.h>
#include <string.h>
#include "shapes.h"

struct wide {
	_Alignas(64) char bytes[192];
};

int drap_local(int n)
{
	struct wide w;

	external_bytes(w.bytes, sizeof(w.bytes));
	return w.bytes[n];
}

int drap_arguments(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j)
{
	struct wide w[2];

	external_bytes(w[0].bytes, sizeof(w));
	return external(a + b + c + d + e + f) + external(g + h) + w[1].bytes[i & 127] + j;
}

int drap_variable(int n, int m)
{
	struct wide w;
	char *more = alloca(n), others[m];

	external_bytes(w.bytes, sizeof(w.bytes));
	external_bytes(more, n);
	external_bytes(others, m);
	return w.bytes[n & 127] + more[n / 2] + others[m / 2];
}

int drap_loop(int n)
{
	int sum = 0, i;

	for (i = 0; i < n; i++) {
		_Alignas(256) char bytes[512];

		external_bytes(bytes, sizeof(bytes));
		if (external(i) > sum)
			return drap_variable(i, sum);
		sum += bytes[i & 511];
	}
	return sum;
}

/* Vectors, which gcc keeps aligned where the machine has them. */
void drap_vectors(float *to, const float *p, int n)
{
	float __attribute__((vector_size(32))) sum = {}, local;
	int i;

	for (i = 0; i < n; i++) {
		memcpy(&local, p + 8 * i, sizeof(local));
		sum += local * (float)external(i);
	}
	memcpy(to, &sum, sizeof(sum));
}
