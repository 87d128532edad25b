// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * BLAKE2b, written after RFC 7693. For little endian machines. No table depends on
 * secrets, and there are none: what is hashed are files.
 */
#include "blake2b.h"

#define ROUNDS	12

/* RFC 7693, 2.6: the fractions of the square roots of the first eight primes. */
static const uint64_t iv[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* RFC 7693, 2.7. Rounds 10 and 11 use the first two lines again. */
static const uint8_t sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static inline uint64_t rotate(uint64_t x, unsigned int right)
{
	return x >> right | x << (64 - right);
}

/* RFC 7693, 3.1 */
static inline void mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, uint64_t x,
		       uint64_t y)
{
	*a += *b + x;
	*d = rotate(*d ^ *a, 32);
	*c += *d;
	*b = rotate(*b ^ *c, 24);
	*a += *b + y;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 63);
}

static inline void round_of(uint64_t v[16], const uint64_t m[16], const uint8_t s[16])
{
	mix(&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);
	mix(&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);
	mix(&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);
	mix(&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);
	mix(&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);
	mix(&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);
	mix(&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);
	mix(&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]]);
}

/*
 * RFC 7693, 3.2. The count's upper half stays 0: nothing has 2^64 bytes.
 * @final: all ones for the last block, else 0
 */
static void compress(uint64_t h[8], const uint8_t block[BLAKE2B_BLOCK], uint64_t count,
		     uint64_t final)
{
	uint64_t v[16], m[16];

	for (unsigned int i = 0; i < 8; i++) {
		v[i] = h[i];
		v[i + 8] = iv[i];
	}
	__builtin_memcpy(m, block, sizeof(m));
	v[12] ^= count;
	v[14] ^= final;
#pragma GCC unroll 12
	for (unsigned int i = 0; i < ROUNDS; i++)
		round_of(v, m, sigma[i % 10]);
	for (unsigned int i = 0; i < 8; i++)
		h[i] ^= v[i] ^ v[i + 8];
}

void blake2b_init(struct blake2b *state)
{
	for (unsigned int i = 0; i < 8; i++)
		state->h[i] = iv[i];
	/* Parameter block: fanout 1, depth 1, no key. */
	state->h[0] ^= 0x01010000 | BLAKE2B_LEN;
	state->count = 0;
	state->fill = 0;
}

/* @n: what fits */
static void fill_block(struct blake2b *state, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		state->block[state->fill + i] = bytes[i];
	state->fill += n;
}

void blake2b_update(struct blake2b *state, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t room = BLAKE2B_BLOCK - state->fill;

	if (len > room) {
		fill_block(state, p, room);
		p += room;
		len -= room;
		state->count += BLAKE2B_BLOCK;
		compress(state->h, state->block, state->count, 0);
		state->fill = 0;
		for (; len > BLAKE2B_BLOCK; len -= BLAKE2B_BLOCK) {
			state->count += BLAKE2B_BLOCK;
			compress(state->h, p, state->count, 0);
			p += BLAKE2B_BLOCK;
		}
	}
	fill_block(state, p, len);
}

void blake2b_result(const struct blake2b *state, uint8_t result[BLAKE2B_LEN])
{
	uint8_t block[BLAKE2B_BLOCK] = { 0 };
	uint64_t h[8];

	for (unsigned int i = 0; i < state->fill; i++)
		block[i] = state->block[i];
	for (unsigned int i = 0; i < 8; i++)
		h[i] = state->h[i];
	compress(h, block, state->count + state->fill, ~0ULL);
	__builtin_memcpy(result, h, BLAKE2B_LEN);
}
