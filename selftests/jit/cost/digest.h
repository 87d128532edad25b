/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COST_DIGEST_H
#define COST_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4) in plain C, as the kernel's library has it: the first word. */
uint32_t digest(const void *bytes, size_t len);

#endif /* COST_DIGEST_H */
