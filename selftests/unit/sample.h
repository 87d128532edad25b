/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What sample.c calls: nowhere defined, so that gcc knows nothing about it. */
#ifndef SAMPLE_H
#define SAMPLE_H

int external(int value);
void external_bytes(char *bytes, unsigned long n);
_Noreturn void external_stop(void);

#endif /* SAMPLE_H */
