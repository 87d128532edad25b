/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Small things that the hook needs and has no libc for.
 */
#ifndef SFREG_AUDIT_MEMORY_H
#define SFREG_AUDIT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies @len bytes of the own address space that may not be mapped, or whose
 * file may have been cut short. False if they cannot all be read.
 */
bool sfreg_audit_read(void *to, unsigned long from, size_t len);

bool sfreg_audit_equal(const void *a, const void *b, size_t len);
size_t sfreg_audit_strlen(const char *s);
/* Does @s begin with @prefix? */
bool sfreg_audit_begins(const char *s, const char *prefix);

#endif /* SFREG_AUDIT_MEMORY_H */
