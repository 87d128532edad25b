/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before all else. What is called and also pointed to is called by way
 * of .plt.got, which ld 2.40 leaves out of .sframe: a walk has no rule for such an
 * entry. These are called without one, so that all code that main calls has rows.
 */
#ifndef NO_PLT_H
#define NO_PLT_H

#include <stddef.h>

struct _IO_FILE;
struct lua_State;

int fclose(struct _IO_FILE *stream) __attribute__((noplt));
int pclose(struct _IO_FILE *stream) __attribute__((noplt));
struct lua_State *lua_newstate(void *(*f)(void *, void *, size_t, size_t), void *ud)
	__attribute__((noplt));
void sqlite3_free(void *p) __attribute__((noplt));

#endif /* NO_PLT_H */
