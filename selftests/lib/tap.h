/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for the C programs of this directory. One process, one plan.
 */
#ifndef SELFTESTS_LIB_TAP_H
#define SELFTESTS_LIB_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_n, tap_failed;

__attribute__((__format__(__printf__, 2, 3))) static inline bool
tap_ok(bool ok, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", ok ? "" : "not ", ++tap_n);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	tap_failed += !ok;
	fflush(stdout);
	return ok;
}

/* @got and @wanted stand in the line, so that a failure explains itself. */
static inline bool tap_equal(long got, long wanted, const char *what)
{
	return tap_ok(got == wanted, "%s: %ld%s", what, got,
		      got == wanted ? "" : " is not what was expected");
}

static inline int tap_end(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed != 0;
}

#endif /* SELFTESTS_LIB_TAP_H */
