/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code that runs before main and after exit, long enough to be sampled, and what
 * a sample of it must show. No libc: it is not ready yet, or has gone already.
 */
#ifndef EARLY_LATE_H
#define EARLY_LATE_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

enum { EARLY, LATE_MAIN, LATE_LIB, PLACES };

/* Written to descriptor 3 by each place, when it has spun. */
struct early_late {
	uint64_t place;
	uint64_t start, end;	/* of the loop: the samples that are judged */
	uint64_t ret;		/* into the function that called the loop */
	uint64_t caller;	/* into the loader, which called that function */
};

/*
 * A loop of its own for each place, in an asm function with a frame:
 * uint64_t NAME(uint64_t rounds): returns its return address.
 */
#define SPIN(name)							\
uint64_t name(uint64_t rounds);						\
extern const char name##_start[], name##_end[];				\
asm(".pushsection .text\n"						\
    ".hidden " #name ", " #name "_start, " #name "_end\n"		\
    ".globl " #name ", " #name "_start, " #name "_end\n"		\
    ".type " #name ", @function\n"					\
    #name ":\n"								\
    "	.cfi_startproc\n"						\
    "	mov (%rsp), %rax\n"						\
    "	push %rbx\n"							\
    "	.cfi_adjust_cfa_offset 8\n"					\
    "	sub $0x38, %rsp\n"						\
    "	.cfi_adjust_cfa_offset 0x38\n"					\
    "	xor %ebx, %ebx\n"						\
    #name "_start:\n"							\
    "1:	inc %rbx\n"							\
    "	dec %rdi\n"							\
    "	jnz 1b\n"							\
    #name "_end:\n"							\
    "	add $0x38, %rsp\n"						\
    "	.cfi_adjust_cfa_offset -0x38\n"					\
    "	pop %rbx\n"							\
    "	.cfi_adjust_cfa_offset -8\n"					\
    "	ret\n"								\
    "	.cfi_endproc\n"							\
    ".size " #name ", . - " #name "\n"					\
    ".popsection\n")

static inline long raw3(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("syscall"
		     : "=a" (ret)
		     : "a" (nr), "D" (a), "S" (b), "d" (c)
		     : "rcx", "r11", "memory");
	return ret;
}

static inline uint64_t raw_ms(void)
{
	struct timespec t;

	raw3(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&t, 0);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/* In the function itself, so that the loop's caller is it. */
#define SPIN_AND_TELL(number, name)	do {				\
	struct early_late r_ = {					\
		.place = (number),					\
		.start = (uintptr_t)name##_start,			\
		.end = (uintptr_t)name##_end,				\
		.caller = (uintptr_t)__builtin_return_address(0),	\
	};								\
	uint64_t until_ = raw_ms() + 400;				\
	while (raw_ms() < until_)					\
		r_.ret = name(200000);					\
	raw3(SYS_write, 3, (long)&r_, sizeof(r_));			\
} while (0)

#endif /* EARLY_LATE_H */
