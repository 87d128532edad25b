/* SPDX-License-Identifier: GPL-2.0-only */
/* What shapes.c calls: nowhere defined, so that gcc knows nothing about it. */
#ifndef SHAPES_H
#define SHAPES_H

int external(int value);
void external_bytes(char *bytes, unsigned long n);
_Noreturn void external_stop(void);

#endif /* SHAPES_H */
