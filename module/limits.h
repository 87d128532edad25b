/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every limit, with its reason. The variables are module parameters, 0644; a
 * change holds for calls that come after it and takes nothing away.
 */
#ifndef SFREG_LIMITS_H
#define SFREG_LIMITS_H

#include <linux/types.h>

/*
 * Windows of one process. The largest programs map a few thousand objects; a
 * JIT has tens of windows. Bounds the pointers that a write copies.
 */
extern unsigned int sfreg_limit_windows;

/*
 * Bytes of one section. libLLVM's is 5.5 MB, a browser's below 30 MB. Bounds the
 * time of one compilation, which no signal ends: 3 ms per MB, at worst 40.
 */
extern unsigned long sfreg_limit_section_bytes;

/* Rows of one section. libLLVM has 0.9 million. */
extern unsigned int sfreg_limit_section_rows;

/* Bytes of row tables that the windows of one process name. */
extern unsigned long sfreg_limit_process_bytes;

/* Bytes of row tables that one user has made and that are still in use. */
extern unsigned long sfreg_limit_user_bytes;

/*
 * Working memory of one user's calls under way. It is held while the section's
 * bytes are read, which may stall for as long as the caller likes. A call that
 * is the user's only one is always let in: a section of the largest size needs
 * about 240 MiB.
 */
extern unsigned long sfreg_limit_user_work_bytes;

/*
 * How often one walk may change the direction of the stack. Each change is a
 * signal frame on another stack; handlers nest two or three deep.
 */
extern unsigned int sfreg_limit_stack_switches;

/*
 * Files that are bound on one descriptor. A machine has some hundred files mapped
 * executable; those that have been replaced stay bound until the descriptor is closed.
 */
extern unsigned int sfreg_limit_bindings;

/* No vDSO is larger. */
#define SFREG_VDSO_MAX		(64UL << 10)

/* Windows of one leaf of the snapshot: what one write copies, 56 bytes each. */
#define SFREG_LEAF_MAX		64

/* The most that is copied from user space between two looks at fatal signals. */
#define SFREG_COPY_CHUNK	(1UL << 20)

/* The largest structure that a caller from the future may hand in. */
#define SFREG_STRUCT_MAX	4096

#endif /* SFREG_LIMITS_H */
