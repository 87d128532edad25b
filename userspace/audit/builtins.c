// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The functions of libc that gcc calls from freestanding code too. The map file
 * keeps them local to the hook, which brings no libc into the program.
 */
#include <stddef.h>

/* Volatile: else gcc would see that the loop is memcpy(), and call it. */
void *memcpy(void *to, const void *from, size_t len)
{
	volatile unsigned char *t = to;
	const unsigned char *f = from;

	while (len--)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int c, size_t len)
{
	volatile unsigned char *t = to;

	while (len--)
		*t++ = c;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const volatile unsigned char *x = a;
	const unsigned char *y = b;

	for (; len--; x++, y++) {
		unsigned char c = *x;

		if (c != *y)
			return c - *y;
	}
	return 0;
}
