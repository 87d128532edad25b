// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "../../bench/bench.h"
#include "digest.h"

static uint32_t k[64];

/* The first 32 bits of the fractional part of the @root'th root of @n. */
static uint32_t fraction_of_root(unsigned int n, int root)
{
	long double low = 1, high = n, middle;
	int i;

	for (i = 0; i < 100; i++) {
		middle = (low + high) / 2;
		if ((root == 2 ? middle * middle : middle * middle * middle) > n)
			high = middle;
		else
			low = middle;
	}
	return (low - (int)low) * 4294967296.0L;
}

/* "Constants", 4.2.2, and the initial value, 5.3.3: of the first primes' roots. */
static void begin(uint32_t state[8])
{
	unsigned int n, d, found = 0;

	for (n = 2; found < 64; n++) {
		for (d = 2; n % d; d++)
			;
		if (d != n)
			continue;
		if (found < 8)
			state[found] = fraction_of_root(n, 2);
		k[found++] = fraction_of_root(n, 3);
	}
}

static uint32_t rotate(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static void schedule(uint32_t w[64], const unsigned char *block)
{
	unsigned int i;

	memcpy(w, block, 64);
	for (i = 0; i < 16; i++)
		w[i] = __builtin_bswap32(w[i]);
	for (; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
		       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

static void add_block(uint32_t state[8], const unsigned char *block)
{
	uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	unsigned int i;

	schedule(w, block);
	for (i = 0; i < 64; i++) {
		uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			      ((e & f) ^ (~e & g)) + k[i] + w[i];
		uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			      ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

uint32_t digest(const void *bytes, size_t len)
{
	static uint32_t first[8];
	unsigned char last[128] = {};
	uint32_t state[8];
	uint64_t bits = __builtin_bswap64(8 * len);
	size_t rest = len % 64, padded = rest < 56 ? 64 : 128, at;

	if (!k[0])
		begin(first);
	memcpy(state, first, sizeof(state));
	for (at = 0; at + 64 <= len; at += 64)
		add_block(state, (const unsigned char *)bytes + at);
	memcpy(last, (const unsigned char *)bytes + at, rest);
	last[rest] = 0x80;
	memcpy(last + padded - sizeof(bits), &bits, sizeof(bits));
	for (at = 0; at < padded; at += 64)
		add_block(state, last + at);
	return state[0];
}
