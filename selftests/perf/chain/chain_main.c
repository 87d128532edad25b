// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain: the main program, and its links.
 *
 *	chain MARKS SECONDS
 *
 * First chain_64 works for that long, at the end of the whole chain. Then, for
 * as long again, main goes down the chain and back all the time, so that
 * samples fall on prologues, epilogues and PLT entries. The file MARKS gets a
 * line "name begin end" for each of the two times, in ns of CLOCK_MONOTONIC.
 */
#include <stdio.h>
#include <stdlib.h>
#include "chain.h"

LINK_REGS(03, 04)
LINK_LOCALS(06, 07, 512)
LINK_VARIABLE(09, 10)
LINK_WIDE(12, 13)
LINK_PLAIN(15, 16)
LINK_POINTER(18, 19)
LINK_PLAIN(21, 22)
LINK_PLAIN(24, 25)
LINK_POINTER(27, 28)
LINK_REGS(30, 31)
LINK_REGS(33, 34)
LINK_LOCALS(36, 37, 1024)
LINK_REGS(39, 40)
LINK_REGS(42, 43)
LINK_LOCALS(45, 46, 4096)
LINK_TO_WIDE(48, 49)
LINK_VARIABLE(51, 52)
LINK_REGS(54, 55)
LINK_LOCALS(57, 58, 16)
LINK_VARIABLE(60, 61)
LINK_REGS(63, 64)

long chain_01(struct work *w, long a);

int main(int argc, char **argv)
{
	struct work w = { .salt = argc };
	long long begin, end;
	FILE *marks;
	long seconds, a;

	if (argc != 3) {
		fprintf(stderr, "usage: chain MARKS SECONDS\n");
		return 2;
	}
	marks = fopen(argv[1], "w");
	if (!marks) {
		perror(argv[1]);
		return 1;
	}
	seconds = atol(argv[2]);

	w.seconds = seconds;
	a = chain_01(&w, argc);

	w.seconds = 0;
	begin = mark();
	do {
		for (int i = 0; i < 1000; i++)
			a = chain_01(&w, a);
		end = mark();
	} while (end - begin < seconds * 1000000000LL);

	fprintf(marks, "leaf %lld %lld\n", w.begin, w.end);
	fprintf(marks, "sweep %lld %lld\n", begin, end);
	if (fclose(marks)) {
		perror(argv[1]);
		return 1;
	}
	printf("%lx\n", a);
	return 0;
}
