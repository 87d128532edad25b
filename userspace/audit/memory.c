// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Reading memory that may not be there, and strings without libc.
 */
#include <sys/uio.h>

#include "memory.h"
#include "syscall.h"

#define PAGE_MASK	(~4095UL)

/* mincore(2) says ENOMEM for a page that is not mapped. */
static bool is_mapped(unsigned long from, size_t len)
{
	unsigned long page = from & PAGE_MASK;
	unsigned char resident;

	for (; page < from + len; page -= PAGE_MASK)
		if (sys_call(__NR_mincore, page, 1, (long)&resident, 0, 0, 0))
			return false;
	return true;
}

/*
 * The kernel reads for us, so that a hole is an error and no signal. Where a
 * policy forbids that (containers do), a mapped page is taken to be readable.
 */
bool sfreg_audit_read(void *to, unsigned long from, size_t len)
{
	struct iovec local = { to, len };
	struct iovec remote = { (void *)from, len };
	long pid = sys_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
	long got = sys_call(__NR_process_vm_readv, pid, (long)&local, 1, (long)&remote,
			    1, 0);

	if (got == (long)len)
		return true;
	if (got >= 0 || got == -EFAULT || from + len < from)
		return false;
	if (!is_mapped(from, len))
		return false;
	__builtin_memcpy(to, (const void *)from, len);
	return true;
}

bool sfreg_audit_equal(const void *a, const void *b, size_t len)
{
	return !__builtin_memcmp(a, b, len);
}

size_t sfreg_audit_strlen(const char *s)
{
	size_t len = 0;

	while (((const volatile char *)s)[len])
		len++;
	return len;
}

bool sfreg_audit_begins(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}
