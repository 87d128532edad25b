/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the core needs from its environment, for userspace: unit tests and
 * fuzzers. Compiler builtins only, so that the purity check (-ffreestanding
 * -nostdinc) can use this file too.
 */
#ifndef SFR_ENV_H
#define SFR_ENV_H

typedef __UINT8_TYPE__ u8;
typedef __UINT16_TYPE__ u16;
typedef __UINT32_TYPE__ u32;
typedef __UINT64_TYPE__ u64;
typedef __INT8_TYPE__ s8;
typedef __INT16_TYPE__ s16;
typedef __INT32_TYPE__ s32;
typedef __INT64_TYPE__ s64;

#ifndef __bool_true_false_are_defined
#define bool	_Bool
#define true	1
#define false	0
#define __bool_true_false_are_defined	1
#endif

#ifndef __SIZE_T
typedef __SIZE_TYPE__ size_t;
#endif

#ifndef NULL
#define NULL	((void *)0)
#endif

#ifndef likely
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *at, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* In the kernel, against guesses of the CPU's. */
#define sfr_env_nospec(index, size)	((void)(size), (index))

/* The walk's quick form of sfr_env_read(). */
bool sfr_env_read(void *env, u64 addr, u64 *word);
#define sfr_env_peek	sfr_env_read

/* Long work lets others run here. */
void sfr_env_rest(void);

#endif /* SFR_ENV_H */
