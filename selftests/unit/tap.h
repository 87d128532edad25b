/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Results as TAP. A program that hangs is killed by its own alarm, and then
 * lacks the plan, which it prints last.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define TAP_SECONDS	300

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/* In tap.c: one count for all files of a program. */
extern int tap_count, tap_failures;

__attribute__((format(printf, 4, 5)))
static inline bool tap_result(bool good, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	if (!tap_count)
		alarm(TAP_SECONDS);
	printf("%s %d - ", good ? "ok" : "not ok", ++tap_count);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	if (!good) {
		tap_failures++;
		printf("# %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

#define ok(cond, ...) tap_result(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* Equal integers; shows both if they are not. */
#define is(got, want, ...) do {							\
	long long got_ = (long long)(got), want_ = (long long)(want);		\
										\
	if (!ok(got_ == want_, __VA_ARGS__))					\
		printf("# got %lld (%#llx), want %lld (%#llx)\n", got_, got_,	\
		       want_, want_);						\
} while (0)

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures ? 1 : 0;
}

#endif /* TAP_H */
