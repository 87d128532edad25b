/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chain: functions that call each other by a table, spread over the main
 * program and two libraries (gen-chain writes them).
 */
#ifndef CHAIN_H
#define CHAIN_H

#define CHAIN_FUNCTIONS	2000		/* in each object */
#define CHAIN_OBJECTS	3

struct chain_link;
typedef long chain_fn(const struct chain_link *next, long x);

struct chain_link {
	chain_fn *fn;
};

extern const struct chain_link chain_0[CHAIN_FUNCTIONS];
extern const struct chain_link chain_1[CHAIN_FUNCTIONS];
extern const struct chain_link chain_2[CHAIN_FUNCTIONS];

/* Makes the compiler keep a value, and work, of varied length.  */
#define KEEP(x)		({ long kept = (x); asm volatile("" : "+r" (kept)); kept; })
#define WORK(x, n)	((x) + ((x) >> (n)))

#endif /* CHAIN_H */
