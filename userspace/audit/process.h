/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the hook knows about the process it lives in.
 */
#ifndef SFREG_AUDIT_PROCESS_H
#define SFREG_AUDIT_PROCESS_H

#include <stdbool.h>

/* A longer path is none. */
#define USER_CACHE_MAX	512

/* Set before la_version is called, never changed afterwards. */
struct process {
	bool debug;			/* SFREG_DEBUG is in the environment */
	unsigned long phdrs;		/* the main program's, from the kernel */
	unsigned int n_phdrs;
	unsigned long vdso;		/* its ELF header, 0: there is none */
	bool only_user_cache;		/* the user names one, and no other counts */
	char user_cache[USER_CACHE_MAX];	/* a directory; "": none */
};

extern struct process sfreg_process;

/**
 * sfreg_seccomp_filters() - how many seccomp filters hold for this thread
 *
 * Return: the number; on kernels that do not tell it, 1 for any; -1: not known.
 */
int sfreg_seccomp_filters(void);

#endif /* SFREG_AUDIT_PROCESS_H */
