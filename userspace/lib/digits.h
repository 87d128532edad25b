/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Numbers as text, without libc. Each returns the end of what it wrote, where no NUL is.
 */
#ifndef SFREG_DIGITS_H
#define SFREG_DIGITS_H

/* @value in base @base, most significant digit first; at most 20 bytes. */
static inline char *digits_put(char *to, unsigned long value, unsigned int base)
{
	unsigned long unit = 1;

	while (value / unit >= base)
		unit *= base;
	for (; unit; unit /= base)
		*to++ = "0123456789abcdef"[value / unit % base];
	return to;
}

/* @text without its NUL. */
static inline char *digits_put_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

#endif /* SFREG_DIGITS_H */
