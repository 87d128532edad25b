/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Names of a file's functions, by address. */
#ifndef SFREG_SYMBOLS_H
#define SFREG_SYMBOLS_H

#include <stdint.h>

struct symbols;

/* From .symtab, else .dynsym. NULL, and no names: there are none, or no memory. */
struct symbols *symbols_open(int fd);
void symbols_close(struct symbols *symbols);

/* The function that @addr lies in; NULL: none. The same pointer for the same function. */
const char *symbols_find(const struct symbols *symbols, uint64_t addr);

#endif /* SFREG_SYMBOLS_H */
