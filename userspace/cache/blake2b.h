/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * BLAKE2b (RFC 7693) without a key, with 32 bytes of result. Needs no libc.
 */
#ifndef SFREG_BLAKE2B_H
#define SFREG_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

#define BLAKE2B_BLOCK	128
#define BLAKE2B_LEN	32

/**
 * struct blake2b - a hash under way; may be copied
 * @h: chain value
 * @count: bytes that went into it
 * @fill: bytes that wait in @block
 * @block: the latest bytes: the last block is told from others only at the end
 */
struct blake2b {
	uint64_t h[8];
	uint64_t count;
	uint32_t fill;
	uint8_t block[BLAKE2B_BLOCK];
};

void blake2b_init(struct blake2b *state);
void blake2b_update(struct blake2b *state, const void *bytes, size_t len);
/* @state stays as it was: more may follow. */
void blake2b_result(const struct blake2b *state, uint8_t result[BLAKE2B_LEN]);

#endif /* SFREG_BLAKE2B_H */
