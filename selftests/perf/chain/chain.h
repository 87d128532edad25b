/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain: 64 functions that call each other in order, chain_01 to chain_64,
 * spread over the main program and two shared libraries so that each call
 * leaves the object it is made in:
 *
 *	n % 3 = 1	libchain-a.so
 *	n % 3 = 2	libchain-b.so
 *	n % 3 = 0	the program
 *
 * The macros below are the kinds of frames a compiler makes. In each, something
 * is wanted after the call, so that none is a tail call.
 */
#ifndef CHAIN_H
#define CHAIN_H

#define CHAIN_LINK	__attribute__((noinline, noclone))

/**
 * struct work - what the chain is to do
 * @seconds: how long chain_64 works in one call; 0: it returns at once
 * @begin: time of its first instruction that counts, CLOCK_MONOTONIC in ns
 * @end: time of its last
 * @salt: a number that the compiler cannot know
 */
struct work {
	long seconds;
	long long begin;
	long long end;
	volatile long salt;
};

#define CHAIN_WIDE_ARGS	struct work *w, long a, long b, long c, long d, \
			long e, long f, long g, long h

/**
 * mark() - the time, from a system call that the calling function itself makes
 *
 * So no sample before or after it has the C library or the vDSO on top.
 */
static inline __attribute__((always_inline)) long long mark(void)
{
	long long now[2];
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (228 /* clock_gettime */), "D" (1 /* CLOCK_MONOTONIC */),
		       "S" (now)
		     : "rcx", "r11", "memory");
	return now[0] * 1000000000LL + now[1];
}

/* A frame of eight bytes. */
#define LINK_PLAIN(n, next)						\
	long chain_##next(struct work *w, long a);			\
	CHAIN_LINK long chain_##n(struct work *w, long a)		\
	{								\
		return chain_##next(w, a + 1##n) ^ w->salt;		\
	}

/* Six values live across the call: all callee-saved registers, rbp included. */
#define LINK_REGS(n, next)						\
	long chain_##next(struct work *w, long a);			\
	CHAIN_LINK long chain_##n(struct work *w, long a)		\
	{								\
		long r0 = w->salt, r1 = w->salt, r2 = w->salt;		\
		long r3 = w->salt, r4 = w->salt, ret;			\
									\
		ret = chain_##next(w, a + 1##n);			\
		return (((((ret ^ r0) + r1) ^ r2) + r3) ^ r4) + w->salt; \
	}

/* size bytes of locals. */
#define LINK_LOCALS(n, next, size)					\
	long chain_##next(struct work *w, long a);			\
	CHAIN_LINK long chain_##n(struct work *w, long a)		\
	{								\
		volatile unsigned char room[size];			\
									\
		room[a & ((size) - 1)] = a;				\
		a = chain_##next(w, a + 1##n);				\
		return a + room[a & ((size) - 1)];			\
	}

/* Locals of a size known only here: the frame is found by rbp. */
#define LINK_VARIABLE(n, next)						\
	long chain_##next(struct work *w, long a);			\
	CHAIN_LINK long chain_##n(struct work *w, long a)		\
	{								\
		volatile unsigned char room[64 + (w->salt & 63)];	\
									\
		room[a & 63] = a;					\
		a = chain_##next(w, a + 1##n);				\
		return a + room[a & 63];				\
	}

/* The call goes through a pointer. */
#define LINK_POINTER(n, next)						\
	long chain_##next(struct work *w, long a);			\
	CHAIN_LINK long chain_##n(struct work *w, long a)		\
	{								\
		long (*volatile call)(struct work *, long) = chain_##next; \
									\
		return call(w, a + 1##n) ^ w->salt;			\
	}

/* Arguments on the stack: the frame grows and shrinks around the call. */
#define LINK_TO_WIDE(n, next)						\
	long chain_##next(CHAIN_WIDE_ARGS);				\
	CHAIN_LINK long chain_##n(struct work *w, long a)		\
	{								\
		long b = w->salt;					\
									\
		a = chain_##next(w, a, b, a + 1, b + 1, a + 2, b + 2, b, a); \
		return a ^ b;						\
	}

/* The function that takes them. */
#define LINK_WIDE(n, next)						\
	long chain_##next(struct work *w, long a);			\
	CHAIN_LINK long chain_##n(CHAIN_WIDE_ARGS)			\
	{								\
		a += b + (c ^ d) + (e ^ f) + (g ^ h);			\
		return chain_##next(w, a + 1##n) + b + g - h;		\
	}

#endif
