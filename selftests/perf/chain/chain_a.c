// SPDX-License-Identifier: GPL-2.0-only
/* chain: the links of libchain-a.so, and the last one, which does the work. */
#include "chain.h"

LINK_PLAIN(01, 02)
LINK_PLAIN(04, 05)
LINK_POINTER(07, 08)
LINK_PLAIN(10, 11)
LINK_REGS(13, 14)
LINK_LOCALS(16, 17, 16)
LINK_REGS(19, 20)
LINK_REGS(22, 23)
LINK_LOCALS(25, 26, 128)
LINK_TO_WIDE(28, 29)
LINK_VARIABLE(31, 32)
LINK_REGS(34, 35)
LINK_LOCALS(37, 38, 256)
LINK_VARIABLE(40, 41)
LINK_REGS(43, 44)
LINK_LOCALS(46, 47, 64)
LINK_WIDE(49, 50)
LINK_PLAIN(52, 53)
LINK_PLAIN(55, 56)
LINK_POINTER(58, 59)
LINK_PLAIN(61, 62)

/* Not system calls but arithmetic is what the samples shall hit. */
static inline __attribute__((always_inline)) long grind(long a, long salt)
{
	for (long i = 0; i < 200000; i++) {
		a ^= a << 13;
		a ^= (long)((unsigned long)a >> 7);
		a += salt ^ i;
	}
	return a;
}

CHAIN_LINK long chain_64(struct work *w, long a)
{
	if (!w->seconds)
		return a ^ w->salt;

	w->begin = mark();
	do {
		a = grind(a, w->salt);
		w->end = mark();
	} while (w->end - w->begin < w->seconds * 1000000000LL);
	return a;
}
